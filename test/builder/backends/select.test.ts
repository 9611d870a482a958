import { describe, expect, it } from 'vitest';
import { startBackend } from '../../../src/builder/backends/backend.js';
import { fit as train } from '../../../src/builder/train/fit.js';
import { classifier, options, sequences } from '../train/small.js';

describe('training on a backend', () => {
  it('stays there when other code chooses another meanwhile', async () => {
    const data = sequences(32);
    const { tf } = await startBackend('cpu');
    const seen: string[] = [];
    const disturbed = await train(classifier, data, {
      ...options,
      backend: 'wasm',
      onStep: () => {
        seen.push(tf.getBackend());
        void tf.setBackend('cpu');
      },
    });
    const alone = await train(classifier, data, { ...options, backend: 'wasm' });
    expect(new Set(seen)).toEqual(new Set(['wasm']));
    expect(disturbed.parameters).toEqual(alone.parameters);
  });
});
