/** How tasks learn in tests: soon, and on any machine alike. */
import type { Learning } from '../../src/tasks/learning.js';

export const learningForTests = {
  cell: 'lstm',
  hiddenSize: 8,
  numLayers: 1,
  dropout: 0.1,
  epochs: 15,
  batchSize: 32,
  lr: 0.02,
  clipNorm: 1,
  patience: 5,
  validation: 0.1,
  test: 0.1,
  seed: 0,
  backend: 'simd:1',
} as const satisfies Learning;
