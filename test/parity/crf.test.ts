/** Conditional random fields have the likelihood, the gradients and the best tags that an enumeration of all sequences of tags has. */
import { describe, expect, it } from 'vitest';
import { forward } from '../../src/builder/forward.js';
import { crfNll } from '../../src/builder/train/crf-nll.js';
import { countedTargets, masked } from '../../src/builder/train/masked.js';
import { measureBatch } from '../../src/builder/train/measures.js';
import { dataset, type SampleArray } from '../../src/data/dataset.js';
import { exportOnnx } from '../../src/export/export.js';
import type { NdArray } from '../../src/nd-array.js';
import { Model } from '../../src/runtime/node.js';
import { crfOf } from '../../src/tagging/crf.js';
import { taggerOf } from '../../src/tagging/tagger.js';
import { viterbi } from '../../src/tagging/viterbi.js';
import { listFixtures, loadFixture } from '../fixtures.js';
import { backendNames, startNamed } from './backends.js';
import { type CrfCase, crfNetwork } from './networks.js';
import { toArrays, toTf } from './tfjs.js';
import '../matcher.js';

const FORWARD = { rtol: 1e-6 };
const GRADIENT = { atol: 1e-6 };

describe.each(listFixtures('crf'))('the crf of %s', (name) => {
  const { case: given, params, inputs, outputs, grads, inputGrads, tensors } = loadFixture<CrfCase>(name);
  const network = crfNetwork(given);

  it.each(backendNames)('has the loss and the gradients of PyTorch on %s', async (backendName) => {
    const { tf } = await startNamed(backendName);
    const targets = inputs.get('targets') as SampleArray;
    const lengths = inputs.get('lengths') as SampleArray;
    const loss = masked(crfNll, { lengths: 'lengths' });
    const samples = dataset({ inputs: { lengths }, targets });
    const order = Int32Array.from({ length: samples.length }, (_, i) => i);
    const counted = countedTargets(loss, samples, order, 0, order.length);
    expect(counted.weight).toBe(given.lengths.reduce((sum, length) => sum + length, 0));
    const xs = [...params, ['emissions', inputs.get('emissions')!] as const];
    tf.tidy(() => {
      const compute = (...values: ReturnType<typeof toTf>[]) => {
        const named = new Map(xs.map(([key], i) => [key, values[i]!]));
        const feeds = { emissions: named.get('emissions')!, lengths: toTf(tf, lengths) };
        const { scores } = forward(tf, network, named, feeds);
        const source = { network, output: 'scores', parameters: named };
        return measureBatch(
          tf,
          { loss, metrics: [], output: 'scores' },
          scores!,
          toTf(tf, targets),
          counted,
          source,
        ).loss;
      };
      const { value, grads: found } = tf.valueAndGrads(compute)(xs.map(([, array]) => toTf(tf, array)));
      expect(toArrays([['loss', value]])).toBeCloseToArray(outputs, FORWARD);
      expect(toArrays(xs.map(([key], i) => [key, found[i]!]))).toBeCloseToArray(
        new Map([...grads, ...inputGrads]),
        GRADIENT,
      );
    });
  });

  const best = tensors.get('tags')!;
  const time = best.shape[1]!;
  const expected = given.lengths.map((length, i) => [
    ...(best.data as Int32Array).subarray(i * time, i * time + length),
  ]);
  const emissions = inputs.get('emissions') as NdArray<'float32'>;

  it('has the best tags', () => {
    const found = viterbi(emissions, crfOf(network, params), { lengths: given.lengths });
    expect(found).toEqual(expected);
  });

  it.each(['cpu', 'wasm', 'simd'] as const)('has the best tags as a model on %s', async (provider) => {
    await using model = await Model.load(exportOnnx(network, params), { providers: [provider] });
    const lengths = inputs.get('lengths') as NdArray<'int32'>;
    const found = await taggerOf(model).tag({ emissions, lengths });
    expect(found.map(({ tags }) => tags)).toEqual(expected);
  });
});
