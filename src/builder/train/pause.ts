/** Turns for timers, input and signals while training computes: tfjs on the CPU never waits for anything by itself. */

/** How long training may keep them waiting, in milliseconds, the step at hand aside. */
const longestBlock = 100;
let lastPause = 0;

/** Where there is no setImmediate, as in browsers, a message comes at once and a timer after some milliseconds. */
const turn: (then: (value: unknown) => void) => unknown = globalThis.setImmediate ?? afterMessage;

function afterMessage(then: (value: unknown) => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = (message) => {
    port1.close();
    then(message);
  };
  port2.postMessage(undefined);
}

/** Lets the event loop run when it has not for a while; to be awaited between steps. */
export async function pauseNowAndThen(): Promise<void> {
  if (performance.now() - lastPause < longestBlock) return;
  await new Promise((resolve) => turn(resolve));
  lastPause = performance.now();
}
