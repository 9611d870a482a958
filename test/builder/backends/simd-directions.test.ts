/** Both directions of a layer as one op: they give what each gives by itself, whether they run at once or not. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import { startBackend } from '../../../src/builder/backends/backend.js';
import type { RecurrentLayerResults } from '../../../src/builder/backends/recurrent-layer.js';
import { registerSimdBackend, type SimdBackend } from '../../../src/builder/backends/simd/backend.js';
import type { Tf } from '../../../src/builder/backends/tf.js';
import { Generator } from '../../../src/builder/random.js';

const gatesOf = { lstm: 4, gru: 3, rnn: 1 } as const;
type Kind = keyof typeof gatesOf;

const [time, features, hidden] = [5, 3, 6];

/** A layer's directions by the backend in one op, from the first one on; the second one is the reverse. */
function directions(
  backend: SimdBackend,
  kind: Kind,
  layers: readonly Layer[],
  training: boolean,
  first = 0,
): readonly RecurrentLayerResults[] {
  const all = layers.map((layer, i) => {
    const attributes = { batchFirst: true, reverse: first + i === 1, wantOutput: true, training };
    return { layer, attributes };
  });
  if (kind === 'lstm') return backend.lstmDirections(all);
  if (kind === 'gru') return backend.gruDirections(all);
  return backend.rnnDirections(all, 'tanh');
}

interface Layer {
  readonly x: TfTensor;
  readonly h0: TfTensor;
  readonly weightIh: TfTensor;
  readonly weightHh: TfTensor;
  readonly bias: TfTensor;
  readonly biasHh: TfTensor;
  readonly lengths: TfTensor;
}

/** What a layer gives, and the gradients of all that it takes, by one op for both directions or by two. */
function layer(tf: Tf, kind: Kind, batch: number, isOne: boolean) {
  return tf.tidy(() => {
    const generator = new Generator(7);
    const make = (...shape: number[]) =>
      tf.tensor(
        generator.uniform(
          shape.reduce((a, b) => a * b, 1),
          -1,
          1,
        ),
        shape,
      );
    const backend = tf.backend() as SimdBackend;
    const gates = gatesOf[kind] * hidden;
    const weights = () => [
      make(batch, hidden),
      make(gates, features),
      make(gates, hidden),
      make(gates),
      make(gates),
    ];
    const given = [make(batch, time, features), ...weights(), ...weights()];
    const lengths = tf.tensor1d(
      Array.from({ length: batch }, (_, b) => (b === 0 ? time : 1 + (b % time))),
      'int32',
    );
    const weighing = [make(batch, time, hidden), make(batch, time, hidden)];
    const numbers: Float32Array[] = [];
    const run = (all: readonly TfTensor[], training: boolean) => {
      const [x, ...of] = all as [TfTensor, ...TfTensor[]];
      const layers = [of.slice(0, 5), of.slice(5)].map((some) => {
        const [h0, weightIh, weightHh, bias, biasHh] = some as [
          TfTensor,
          TfTensor,
          TfTensor,
          TfTensor,
          TfTensor,
        ];
        return { x, h0, weightIh, weightHh, bias, biasHh, lengths };
      });
      const one = (i: number) => directions(backend, kind, layers.slice(i, i + 1), training, i);
      return isOne ? directions(backend, kind, layers, training) : [one(0)[0]!, one(1)[0]!];
    };
    for (const { output, h } of run(given, false))
      numbers.push(...[output, h].map((t) => Float32Array.from(t.dataSync())));
    const gradients = tf.grads((...all: TfTensor[]) => {
      const sums = run(all, true).map(({ output, h }, i) =>
        tf.add(tf.sum(tf.mul(output, weighing[i]!)), tf.sum(tf.square(h))),
      );
      return tf.addN(sums as TfTensor[]);
    })(given);
    numbers.push(...gradients.map((t) => Float32Array.from(t.dataSync())));
    return numbers;
  });
}

describe.each(Object.keys(gatesOf) as Kind[])('both directions of a layer, %s', (kind) => {
  it.each([
    ['at once, each on a thread', 2, 1, 2, [2, 2, 2, 2]],
    ['one after the other where rows are shared', 8, 1, 2, [2, 2, 2, 2, 2, 2, 2, 2]],
    ['one after the other where a thread is not worth waking', 2, undefined, 2, [1, 1, 1, 1, 1, 1, 1, 1]],
    ['one after the other on one thread', 2, 1, 1, [1, 1, 1, 1, 1, 1, 1, 1]],
  ] as const)('give the bits of two ops: %s', async (what, batch, leastShare, threads, expected) => {
    const name = `directions ${kind} ${what}`;
    const { tf } = await startBackend('cpu');
    const engine = await registerSimdBackend(tf, name, { threads, ...(leastShare && { leastShare }) });
    await startBackend(name);
    const two = layer(tf, kind, batch, false);
    const before = engine.taken;
    const spy = vi.spyOn(engine, 'run');
    const one = layer(tf, kind, batch, true);
    const jobs = spy.mock.calls.filter(([job]) => job.startsWith('layer')).map(([, list]) => list.length);
    spy.mockRestore();
    expect(one).toEqual(two);
    expect(jobs).toEqual(expected);
    expect(engine.taken).toBe(before);
  });
});
