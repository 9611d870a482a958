import type { Options } from 'cli-progress';

/** What all bars have in common. */
export function barOptions(stream: NodeJS.WritableStream): Options {
  return {
    stream,
    linewrap: true,
    // It would take the first Ctrl-C for itself, and training go on.
    gracefulExit: false,
    etaBuffer: 50,
  };
}
