/** What the backend wasm leaves of the process as it was. In a process of its own, where the backend has not started. */
import { expect, it } from 'vitest';
import { startBackend } from '../../../src/builder/backends/backend.js';

it('the backend wasm adds no handler of uncaught errors, and takes none away', async () => {
  const handlers = () =>
    (['uncaughtException', 'unhandledRejection'] as const).map((event) => process.rawListeners(event));
  const before = handlers();
  const starting = startBackend('wasm');
  // As a program may while it waits.
  const own = () => undefined;
  process.on('uncaughtException', own);
  try {
    expect((await starting).name).toBe('wasm');
    expect(handlers()).toEqual([[...before[0]!, own], before[1]]);
  } finally {
    process.off('uncaughtException', own);
  }
});
