/** Turns for timers, input and signals while training computes: tfjs on the CPU never waits for anything by itself. */

/** How long training may keep them waiting, in milliseconds, the step at hand aside. */
const longestBlock = 100;
let lastPause = 0;

/** Lets the event loop run when it has not for a while; to be awaited between steps. */
export async function pauseNowAndThen(): Promise<void> {
  if (performance.now() - lastPause < longestBlock) return;
  await new Promise((resolve) => setTimeout(resolve, 0));
  lastPause = performance.now();
}
