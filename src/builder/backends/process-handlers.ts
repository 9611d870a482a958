/**
 * The WebAssembly of tfjs' backend wasm handles uncaught errors of the whole process, by throwing them anew: a program that handles
 * its own would end all the same.
 */

const events = ['uncaughtException', 'unhandledRejection'] as const;
/** As Emscripten writes them. */
const EMSCRIPTEN = /instanceof ExitStatus|^function \(reason\) \{ throw reason; \}$/;

/** Starts something, and takes such handlers away that came meanwhile. */
export async function withoutProcessHandlers(start: () => Promise<void>): Promise<void> {
  const before = new Set<unknown>(events.flatMap((event) => process.rawListeners(event)));
  try {
    await start();
  } finally {
    for (const event of events) {
      for (const listener of process.rawListeners(event)) {
        if (before.has(listener) || !EMSCRIPTEN.test(String(listener))) continue;
        process.off(event, listener as (error: unknown) => void);
      }
    }
  }
}
