import { describe, expect, it } from 'vitest';
import { sizeOf } from '../src/nd-array.js';
import { type LstmCase, listFixtures, loadFixture, loadJson } from './fixtures.js';

describe('the PyTorch fixtures', () => {
  const folders = ['lstm', 'ops', 'losses', 'optimizers', 'init'];
  const names = ['simple-lstm', ...folders.flatMap(listFixtures)];

  it.each(names)('%s holds finite numbers only, and a case', (name) => {
    const fixture = loadFixture(name);
    expect(Object.keys(fixture.case).length).toBeGreaterThan(0);
    // Functions, or their gradients, that are infinite at 0, which is among the inputs.
    const atZero = /activation-(log|reciprocal|sqrt)$/.test(name);
    for (const [key, { data, shape }] of fixture.tensors) {
      expect(data, key).toHaveLength(sizeOf(shape));
      const numbers = Array.from<number | bigint>(data).map(Number);
      expect(
        numbers.every((value) => Number.isFinite(value) || (atZero && !Number.isNaN(value))),
        key,
      ).toBe(true);
    }
  });

  it.each(['simple-lstm', ...listFixtures('lstm'), ...listFixtures('ops')])(
    '%s has a gradient for each parameter',
    (name) => {
      const { params, grads } = loadFixture(name);
      // PyTorch's buffers have none.
      const trained = [...params].filter(([key]) => !/\.running_(mean|var)$/.test(key));
      expect([...grads.keys()].sort()).toEqual(trained.map(([key]) => key).sort());
      for (const [key, { shape }] of trained) expect(grads.get(key)?.shape).toEqual(shape);
    },
  );

  it('cover layers, directions, bias, layouts, states and lengths 1 and many', () => {
    const cases = listFixtures('lstm').map((name) => loadFixture<LstmCase>(name).case);
    const kinds = new Set(cases.map((c) => `${c.numLayers} ${c.bidirectional} ${c.bias} ${c.batchFirst}`));
    expect(kinds.size).toBe(3 * 2 * 2 * 2);
    for (const key of ['states', 'batchFirst'] as const) {
      expect(new Set(cases.map((c) => c[key])), key).toEqual(new Set([true, false]));
    }
    for (const key of ['batch', 'time'] as const) {
      expect(Math.min(...cases.map((c) => c[key])), key).toBe(1);
      expect(Math.max(...cases.map((c) => c[key])), key).toBeGreaterThan(4);
    }
  });

  it('hold the losses and accuracies of the reference script', () => {
    const losses = loadJson<number[]>('mnist/losses-seed-1');
    expect(losses).toHaveLength(100);
    expect(losses[0]?.toFixed(4)).toBe('2.3088');
    const runs = loadJson<{ seed: number; accuracy: number }[]>('mnist/test-accuracy');
    expect(runs.map(({ accuracy }) => accuracy)).toEqual([0.9654, 0.9609, 0.9628, 0.9699, 0.9575]);
  });
});
