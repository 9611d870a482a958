import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/builder/backends/simd/engine.js';
import type { Network } from '../../src/builder/network.js';
import { exportOnnx } from '../../src/export/export.js';
import { FeedChecker } from '../../src/runtime/feeds.js';
import { openSimdSession } from '../../src/runtime/simd/session.js';
import {
  type CellCase,
  type Fixture,
  type FloatTensors,
  type LstmCase,
  listFixtures,
  loadFixture,
} from '../fixtures.js';
import { cellNetwork, lstmNetwork, simpleLSTM } from './networks.js';
import { type OpCase, opNetwork } from './op-networks.js';
import '../matcher.js';

const FORWARD = { atol: 2e-6 };

const engines = [
  ['relaxed, 1 thread', { threads: 1 }],
  ['relaxed, 2 threads', { threads: 2 }],
  ['plain, 1 thread', { threads: 1, relaxed: false }],
  ['plain, 2 threads', { threads: 2, relaxed: false }],
] as const;

describe.each(engines)('without onnxruntime, on the simd kernels (%s), an exported', (_name, options) => {
  const started = Engine.start(options);

  /** What the model computes; all of the engine's memory is free again after it. */
  async function results(network: Network, { params, inputs }: Fixture<unknown>) {
    const engine = await started;
    expect(engine.simd).toBe('relaxed' in options ? 'plain' : 'relaxed');
    const { taken } = engine;
    const session = openSimdSession(exportOnnx(network, params), engine);
    const fed = [...inputs].filter(([name]) => Object.hasOwn(network.inputs, name));
    const feeds = fed.map(([name, { data, shape }]) => [name, { data, dims: shape }] as const);
    const checker = new FeedChecker(session.inputs, session.Tensor);
    const computed = await session.run(checker.check(Object.fromEntries(feeds)).tensors);
    await session.release();
    expect(engine.taken).toBe(taken);
    return new Map(Object.entries(computed));
  }

  it.each(listFixtures('lstm'))('LSTM computes outputs and states of PyTorch: %s', async (name) => {
    const fixture = loadFixture<LstmCase>(name);
    expect(await results(lstmNetwork(fixture.case), fixture)).toBeCloseToArray(fixture.outputs, FORWARD);
  });

  it.each(listFixtures('cells'))('LSTM computes the cells that ONNX adds: %s', async (name) => {
    const fixture = loadFixture<CellCase>(name);
    expect(await results(cellNetwork(fixture.case), fixture)).toBeCloseToArray(fixture.outputs, FORWARD);
  });

  it('simpleLSTM computes the logits of PyTorch', async () => {
    const fixture = loadFixture('simple-lstm');
    const logits: FloatTensors = new Map([['logits', fixture.outputs.get('logits')!]]);
    expect(await results(simpleLSTM, fixture)).toBeCloseToArray(logits, FORWARD);
  });

  it.each(listFixtures('ops'))('op computes what PyTorch does: %s', async (name) => {
    const fixture = loadFixture<OpCase>(name);
    expect(await results(opNetwork(fixture), fixture)).toBeCloseToArray(fixture.outputs, FORWARD);
  });
});
