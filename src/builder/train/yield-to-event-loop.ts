/** Lets timers, input and signals have their turn during training: tfjs on the CPU never yields by itself. */

/** The longest time between two yields, in milliseconds, if no single step takes longer. */
const LONGEST_BLOCK_MS = 100;
let lastYield = 0;

/** Browsers have no setImmediate; there a message arrives at once, but a timer only after some milliseconds. */
const turn: (then: (value: unknown) => void) => unknown = globalThis.setImmediate ?? afterMessage;

function afterMessage(then: (value: unknown) => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = (message) => {
    port1.close();
    then(message);
  };
  port2.postMessage(undefined);
}

/** Yields to the event loop if the last yield was a while ago; await it between steps. */
export async function yieldToEventLoop(): Promise<void> {
  if (performance.now() - lastYield < LONGEST_BLOCK_MS) return;
  await new Promise((resolve) => turn(resolve));
  lastYield = performance.now();
}
