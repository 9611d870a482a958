import { defineConfig } from 'vitest/config';

/** Tests that replace a module, or need a process in which nothing was loaded. */
const alone = 'test/**/*.alone.test.ts';

export default defineConfig({
  test: {
    // Against tests that hang; what a slow machine takes long for it may finish.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Vitest leaves one processor free, which is half of the machine where there are two.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          // Tests of types, test/types, are what `npm run check` compiles.
          exclude: ['test/browser/**', alone],
          // Files share a process, in which tfjs, onnxruntime and the kernels are loaded once: two thirds of the time.
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: [alone] },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: './test/browser/setup.ts',
          // Pages need the processors for themselves: one file at a time, after the tests of Node.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
