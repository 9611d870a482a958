import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { exportOnnx } from '../../src/export/export.js';
import { Model } from '../../src/runtime/node.js';
import { type LstmCase, listFixtures, loadFixture } from '../fixtures.js';
import { lstmNetwork, simpleLSTM } from './networks.js';
import '../matcher.js';

void defineNetwork;
const FORWARD = { atol: 2e-6 };

describe.each(['cpu', 'wasm'] as const)('an exported LSTM in onnxruntime on %s', (provider) => {
  it.each(listFixtures('lstm'))('computes outputs and states of PyTorch: %s', async (name) => {
    const fixture = loadFixture<LstmCase>(name);
    const bytes = exportOnnx(lstmNetwork(fixture.case), fixture.params);
    await using model = await Model.load(bytes, { providers: [provider] });
    const feeds = [...fixture.inputs].map(([input, { data, shape }]) => [input, { data, dims: shape }]);
    const results = await model.run(Object.fromEntries(feeds));
    expect(new Map(Object.entries(results))).toBeCloseToArray(fixture.outputs, FORWARD);
  });
});
