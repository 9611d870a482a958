import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/builder/network.js';
import { exportOnnx } from '../../src/export/export.js';
import { Model } from '../../src/runtime/node.js';
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

describe.each(['cpu', 'wasm'] as const)('in onnxruntime on %s an exported', (provider) => {
  async function results(network: Network, { params, inputs }: Fixture<unknown>) {
    await using model = await Model.load(exportOnnx(network, params), { providers: [provider] });
    const fed = [...inputs].filter(([name]) => Object.hasOwn(network.inputs, name));
    const feeds = fed.map(([name, { data, shape }]) => [name, { data, dims: shape }] as const);
    return new Map(Object.entries(await model.run(Object.fromEntries(feeds))));
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
