/** Both directions of a layer as one op: they give what each gives by itself, whether they run at once or not. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import { startBackend } from '../../../src/builder/backends/backend.js';
import type { LstmLayerArguments, LstmLayerResults } from '../../../src/builder/backends/lstm-layer.js';
import type { RecurrentLayerResults } from '../../../src/builder/backends/recurrent-layer.js';
import { registerSimdBackend, type SimdBackend } from '../../../src/builder/backends/simd/backend.js';
import type { Tf } from '../../../src/builder/backends/tf.js';
import { Generator } from '../../../src/builder/random.js';

const gatesOf = { lstm: 4, gru: 3, rnn: 1 } as const;
type Kind = keyof typeof gatesOf;

interface Case {
  readonly kind: Kind;
  readonly batch: number;
  readonly hidden: number;
  /** Features that an LSTM's h is projected to. */
  readonly projected?: number;
  /** Whether the output of every step is wanted. */
  readonly wantOutput: boolean;
  /** Whether the loss reads the last states of the second direction alone. */
  readonly readsLast: boolean;
}

const [time, features] = [5, 3];

/** A layer's directions by the backend in one op, from the first one on; the second one is the reverse. */
function directions(
  { kind, wantOutput }: Case,
  backend: SimdBackend,
  layers: readonly LstmLayerArguments[],
  training: boolean,
  first = 0,
): readonly (RecurrentLayerResults & Partial<LstmLayerResults>)[] {
  const all = layers.map((layer, i) => {
    const attributes = { batchFirst: true, reverse: first + i === 1, wantOutput, training };
    return { layer, attributes };
  });
  if (kind === 'lstm') return backend.lstmDirections(all);
  if (kind === 'gru') return backend.gruDirections(all);
  return backend.rnnDirections(all, 'tanh');
}

/** What a layer gives, and the gradients of all that it takes, by one op for both directions or by two. */
function layer(tf: Tf, given: Case, isOne: boolean): Float32Array[] {
  const { kind, batch, hidden, projected, wantOutput, readsLast } = given;
  const generator = new Generator(7);
  const make = (...shape: number[]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(generator.uniform(size, -1, 1), shape);
  };
  return tf.tidy(() => {
    const backend = tf.backend() as SimdBackend;
    const gates = gatesOf[kind] * hidden;
    const size = projected ?? hidden;
    const parameters = () => ({
      h0: make(batch, size),
      ...(kind === 'lstm' && { c0: make(batch, hidden) }),
      weightIh: make(gates, features),
      weightHh: make(gates, size),
      bias: make(gates),
      biasHh: make(gates),
      ...(projected !== undefined && { weightHr: make(projected, hidden) }),
    });
    const both = [parameters(), parameters()];
    const names = Object.keys(both[0]!);
    const x = make(batch, time, features);
    const mask = make(batch, time, features);
    const steps = Int32Array.from({ length: batch }, (_, b) => (b === 0 ? time : 1 + (b % time)));
    const lengths = tf.tensor1d(steps, 'int32');
    const weighing = [make(batch, time, size), make(batch, time, size)];
    const run = ([ofX, ...of]: readonly TfTensor[], training: boolean) => {
      const layers = both.map((_, i) => {
        const own = names.map((name, k) => [name, of[i * names.length + k]]);
        return { ...Object.fromEntries(own), x: ofX!, mask, lengths } as LstmLayerArguments;
      });
      const one = (i: number) => directions(given, backend, layers.slice(i, i + 1), training, i)[0]!;
      return isOne ? directions(given, backend, layers, training) : [one(0), one(1)];
    };
    const all = [x, ...both.flatMap((some) => Object.values(some) as TfTensor[])];
    const results = run(all, false).flatMap(({ output, h, c }) => [output, h, ...(c ? [c] : [])]);
    const gradients = tf.grads((...taken: TfTensor[]) => {
      const sums = run(taken, true).flatMap(({ output, h, c }, i) => {
        // tfjs refuses gradients by what nothing reads; of one op, the direction that nothing reads gets zeros.
        if (readsLast && i === 0) return isOne ? [] : [tf.mul(tf.sum(h), 0)];
        const states = [tf.sum(tf.square(h)), ...(c ? [tf.sum(tf.square(c))] : [])];
        return wantOutput && !readsLast ? [tf.sum(tf.mul(output, weighing[i]!)), ...states] : states;
      });
      return tf.addN(sums as TfTensor[]);
    })(all);
    return [...results, ...gradients].map((tensor) => Float32Array.from(tensor.dataSync()));
  });
}

async function compared(what: string, given: Case, threads: number, leastShare?: number) {
  const name = `directions ${what} ${JSON.stringify(given)}`;
  const { tf } = await startBackend('cpu');
  const engine = await registerSimdBackend(tf, name, { threads, ...(leastShare && { leastShare }) });
  await startBackend(name);
  const spy = vi.spyOn(engine, 'run');
  /** How many jobs the passes of layers had since it was asked last. */
  const jobsSince = () => {
    const calls = spy.mock.calls.splice(0);
    return calls.filter(([job]) => job.startsWith('layer')).map(([, list]) => list.length);
  };
  const two = layer(tf, given, false);
  const [firstJobs] = jobsSince();
  const before = engine.taken;
  const one = layer(tf, given, true);
  const jobs = jobsSince();
  spy.mockRestore();
  expect(engine.taken).toBe(before);
  return { one, two, jobs, firstJobs };
}

const plain = { batch: 2, hidden: 6, wantOutput: true, readsLast: false } as const;

describe.each(Object.keys(gatesOf) as Kind[])('both directions of a layer, %s', (kind) => {
  it.each([
    ['at once where there is a way back', plain, 2, 1, [1, 1, 2, 2, 2]],
    ['one by one where rows are shared', { ...plain, batch: 8 }, 2, 1, [2, 2, 2, 2, 2, 2, 2, 2]],
    ['one by one where a thread is not worth waking', plain, 2, undefined, [1, 1, 1, 1, 1, 1, 1, 1]],
    ['one by one on one thread', plain, 1, 1, [1, 1, 1, 1, 1, 1, 1, 1]],
  ] as const)('give the bits of two ops: %s', async (what, given, threads, leastShare, expected) => {
    const { one, two, jobs } = await compared(what, { kind, ...given }, threads, leastShare);
    expect(one).toEqual(two);
    expect(jobs).toEqual(expected);
  });

  it.each([
    ['without outputs', { ...plain, wantOutput: false }],
    ['where the loss reads the last states of one', { ...plain, readsLast: true }],
  ])('give the bits of two ops at once %s', async (what, given) => {
    const { one, two, jobs } = await compared(what, { kind, ...given }, 2, 1);
    expect(one).toEqual(two);
    expect(jobs).toContain(2);
  });
});

it.each(Object.keys(gatesOf) as Kind[])(
  'both directions of a layer on teams, %s, give the bits of two ops',
  async (kind) => {
    const { one, two, jobs, firstJobs } = await compared('teams', { kind, ...plain, hidden: 24 }, 3, 1);
    expect(one).toEqual(two);
    expect(firstJobs).toBe(3);
    expect(jobs).toHaveLength(8);
    // Of more threads than processors one may be late, so that later passes are one thread's; the gradients of x are shared all the same.
    for (const count of jobs) expect([1, 3]).toContain(count);
    expect(jobs.slice(-2)).toEqual([3, 3]);
  },
);

it('both directions of an LSTM with projections give the bits of two ops at once', async () => {
  const { one, two, jobs } = await compared('projected', { kind: 'lstm', ...plain, projected: 4 }, 2, 1);
  expect(one).toEqual(two);
  expect(jobs).toEqual([1, 1, 2, 2, 2]);
});
