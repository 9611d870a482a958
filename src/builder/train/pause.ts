/** Turns for timers, input and signals while training computes: tfjs on the CPU never waits for anything by itself. */

/** How long training may keep them waiting, in milliseconds, the step at hand aside. */
const longestBlock = 100;
let lastPause = 0;

/** Where there is no setImmediate, as in browsers, a timer waits for a few milliseconds. */
const turn: (then: (value: unknown) => void) => unknown = globalThis.setImmediate ?? setTimeout;

/** Lets the event loop run when it has not for a while; to be awaited between steps. */
export async function pauseNowAndThen(): Promise<void> {
  if (performance.now() - lastPause < longestBlock) return;
  await new Promise((resolve) => turn(resolve));
  lastPause = performance.now();
}
