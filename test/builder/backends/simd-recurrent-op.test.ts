/** GRU and RNN as tfjs ops on the engine: PyTorch's numbers, and what tfjs may do with them. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../../../src/builder/backends/backend.js';
import type {
  RecurrentLayerArguments,
  RecurrentLayerResults,
} from '../../../src/builder/backends/recurrent-layer.js';
import { registerSimdBackend, type SimdBackend } from '../../../src/builder/backends/simd/backend.js';
import type { Tf } from '../../../src/builder/backends/tf.js';
import { Generator } from '../../../src/builder/random.js';
import { type Fixture, type GruRnnCase, listFixtures, loadFixture } from '../../fixtures.js';
import '../../matcher.js';

let tf: Tf;
const backends = {
  relaxed: 'simd recurrent',
  plain: 'simd recurrent plain',
  wide: 'simd recurrent wide',
} as const;

beforeAll(async () => {
  ({ tf } = await startBackend('cpu'));
  for (const simd of ['relaxed', 'plain', 'wide'] as const) {
    const engine = await registerSimdBackend(tf, backends[simd], { threads: 2, leastShare: 1, simd });
    expect(engine.simd).toBe(simd);
  }
});

const plain = { batchFirst: true, reverse: false, wantOutput: true, training: true };
type Attributes = typeof plain;
type Kind = 'gru' | 'tanh' | 'relu';

function runLayer(kind: Kind, layer: RecurrentLayerArguments, attributes: Attributes): RecurrentLayerResults {
  const backend = tf.backend() as SimdBackend;
  if (kind === 'gru') return backend.gruDirections([{ layer, attributes }])[0]!;
  return backend.rnnDirections([{ layer, attributes }], kind)[0]!;
}

/** All layers and directions of a fixture; `given` are its inputs x and h0, and its parameters. */
function runFixture(given: ReadonlyMap<string, TfTensor>, of: GruRnnCase, lengths: TfTensor | undefined) {
  const kind = of.kind === 'gru' ? 'gru' : (of.nonlinearity ?? 'tanh');
  let sequence = given.get('x')!;
  const last: TfTensor[] = [];
  const initial = given.get('h0');
  for (let layer = 0; layer < of.numLayers; layer++) {
    const outputs = (of.bidirectional ? [false, true] : [false]).map((reverse) => {
      const parameter = (name: string) =>
        given.get(`${of.kind}.${name}_l${layer}${reverse ? '_reverse' : ''}`);
      const h0 = initial && tf.gather(initial, last.length);
      const { output, h } = runLayer(
        kind,
        {
          ...{ x: sequence, h0, lengths, bias: parameter('bias_ih'), biasHh: parameter('bias_hh') },
          ...{ weightIh: parameter('weight_ih')!, weightHh: parameter('weight_hh')! },
        },
        { ...plain, batchFirst: of.batchFirst, reverse },
      );
      last.push(h);
      return output;
    });
    sequence = outputs.length === 1 ? outputs[0]! : tf.concat(outputs, 2);
  }
  return { output: sequence, hn: tf.stack(last) };
}

/** What the loss of the fixture takes the output times: the output's cotangent, and that of each sequence's last step. */
function outputCotangent({ case: of, cotangents, inputs }: Fixture<GruRnnCase>): TfTensor {
  const { shape, data } = cotangents.get('output')!;
  const sum = data.slice();
  const last = cotangents.get('last');
  const width = shape[2]!;
  if (last) {
    for (const [b, length] of [...inputs.get('lengths')!.data].entries()) {
      const t = Number(length) - 1;
      const row = of.batchFirst ? b * of.time + t : t * of.batch + b;
      for (let k = 0; k < width; k++) sum[row * width + k]! += last.data[b * width + k]!;
    }
  }
  return tf.tensor(sum, [...shape]);
}

describe.each(Object.entries(backends))('GRU and RNN on the %s simd backend', (_simd, name) => {
  beforeAll(async () => {
    await tf.setBackend(name);
  });

  it.each(listFixtures('gru-rnn/layers'))("give PyTorch's outputs and gradients: %s", (file) => {
    const fixture = loadFixture<GruRnnCase>(file);
    const { case: of, params, inputs, outputs, cotangents, grads, inputGrads } = fixture;
    const names = ['x', ...(of.states ? ['h0'] : []), ...params.keys()];
    tf.tidy(() => {
      const tensors = names.map((key) => {
        const { shape, data } = params.get(key) ?? inputs.get(key)!;
        return tf.tensor(data as Float32Array, [...shape], 'float32');
      });
      const lengths = inputs.has('lengths')
        ? tf.tensor1d(inputs.get('lengths')!.data as Int32Array, 'int32')
        : undefined;
      const run = (...given: TfTensor[]) =>
        runFixture(new Map(names.map((key, i) => [key, given[i]!])), of, lengths);
      const { output, hn } = run(...tensors);
      expect(output.dataSync()).toBeCloseToArray(outputs.get('output')!.data, { rtol: 1e-5 });
      expect(hn.dataSync()).toBeCloseToArray(outputs.get('hn')!.data, { rtol: 1e-5 });
      const [ofOutput, { shape, data }] = [outputCotangent(fixture), cotangents.get('hn')!];
      const gradients = tf.grads((...given: TfTensor[]) => {
        const results = run(...given);
        const ofLast = tf.mul(results.hn, tf.tensor(data, [...shape]));
        return tf.add(tf.sum(tf.mul(results.output, ofOutput)), tf.sum(ofLast));
      })(tensors);
      for (const [i, key] of names.entries()) {
        const expected = grads.get(key) ?? inputGrads.get(key)!;
        expect(gradients[i]!.shape).toEqual(expected.shape);
        expect(gradients[i]!.dataSync(), key).toBeCloseToArray(expected.data, { rtol: 1e-5 });
      }
    });
  });
});

describe.each<Kind>(['gru', 'tanh', 'relu'])('the op of %s', (kind) => {
  const [batch, time, features, hidden] = [3, 4, 2, 5];
  const rows = (kind === 'gru' ? 3 : 1) * hidden;

  const make = (seed: number, ...shape: number[]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(new Generator(seed).uniform(size, -1, 1), shape);
  };
  const inputs = () => [make(1, batch, time, features), make(2, rows, features)] as const;

  /** The sum of the outputs' squares of a layer that has everything. */
  function squares(x: TfTensor, weightIh: TfTensor): TfTensor {
    const others = {
      ...{ weightHh: make(3, rows, hidden), bias: make(4, rows), biasHh: make(5, rows) },
      ...{ mask: make(6, batch, time, features), h0: make(7, batch, hidden) },
      lengths: tf.tensor1d([2, 4, 1], 'int32'),
    };
    const { output, h } = runLayer(kind, { x, weightIh, ...others }, plain);
    // tfjs keeps what the way back needs.
    for (const tensor of Object.values(others)) tensor.dispose();
    return tf.add(tf.sum(tf.square(output)), tf.sum(h));
  }

  beforeAll(async () => {
    await tf.setBackend(backends.relaxed);
  });

  it('keeps its inputs for the way back, and gives all memory back', async () => {
    const engine = await registerSimdBackend(tf, backends.relaxed);
    const run = () =>
      tf.tidy(() =>
        tf
          .grads(squares)([...inputs()])
          .map((gradient) => gradient.dataSync().slice()),
      );
    const first = run();
    const [{ taken }, { numTensors, numDataBuffers }] = [engine, tf.memory()];
    expect(run()).toEqual(first);
    expect(engine.taken).toBe(taken);
    expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
  });

  it('gives the same without a way back, and h alone where the output is not wanted', () => {
    tf.tidy(() => {
      const [x, weightIh] = inputs();
      const layer = { x, weightIh, weightHh: make(3, rows, hidden) };
      const whole = runLayer(kind, layer, plain);
      const untrained = runLayer(kind, layer, { ...plain, training: false });
      const last = runLayer(kind, layer, { ...plain, wantOutput: false });
      expect(untrained.output.dataSync()).toEqual(whole.output.dataSync());
      expect(last.output.size).toBe(0);
      for (const { h } of [untrained, last]) expect(h.dataSync()).toEqual(whole.h.dataSync());
    });
  });

  it('refuses to be differentiated twice', () => {
    const [x, weightIh] = inputs();
    const once = tf.grad((value) => squares(value, weightIh));
    expect(() => tf.grad((value) => tf.sum(tf.square(once(value))))(x)).toThrow(/Cannot compute gradient/);
  });
});
