import { describe } from 'vitest';
import type { Network } from '../../src/builder/network.js';
import { exportOnnx } from '../../src/export/export.js';
import { Model } from '../../src/runtime/node.js';
import type { Fixture } from '../fixtures.js';
import { feedsOf, itComputesWhatPyTorchDoes } from './exported.js';

describe.each(['cpu', 'wasm'] as const)('in onnxruntime on %s an exported', (provider) => {
  async function results(network: Network, fixture: Fixture<unknown>) {
    const bytes = exportOnnx(network, fixture.params);
    await using model = await Model.load(bytes, { providers: [provider] });
    return new Map(Object.entries(await model.run(feedsOf(network, fixture)))) as Map<string, never>;
  }

  itComputesWhatPyTorchDoes(results);
});
