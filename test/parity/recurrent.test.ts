import { beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/builder/backends/backend.js';
import { recurrentNames } from '../../src/builder/recurrent/cells.js';
import { exportOnnx } from '../../src/export/export.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import { Model } from '../../src/runtime/node.js';
import {
  type Fixture,
  type GruRnnCase,
  type GruRnnCellCase,
  listFixtures,
  loadFixture,
} from '../fixtures.js';
import { backendNames, startNamed } from './backends.js';
import { recurrentCellNetwork, recurrentNetwork } from './networks.js';
import { compute } from './tfjs.js';
import '../matcher.js';

const FORWARD = { atol: 2e-6 };
const GRADIENT = { rtol: 1e-5 };

/** Of the cells that are in the table. */
const isRead = (name: string) => recurrentNames.some((kind) => name.includes(`/${kind}-`));
const layers = listFixtures('gru-rnn/layers').filter(isRead);
const cells = listFixtures('gru-rnn/cells').filter(isRead);

describe.each(backendNames)('recurrent layers on %s', (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await startNamed(name);
  });

  it.each(layers)('compute outputs, states and gradients of PyTorch: %s', (fixtureName) => {
    const fixture = loadFixture<GruRnnCase>(fixtureName);
    const { outputs, grads, inputGrads } = compute(backend.tf, recurrentNetwork(fixture.case), fixture);
    expect(outputs).toBeCloseToArray(fixture.outputs, FORWARD);
    expect(grads).toBeCloseToArray(fixture.grads, GRADIENT);
    expect(inputGrads).toBeCloseToArray(fixture.inputGrads, GRADIENT);
  });

  it.each(cells)('compute the cells that ONNX and Keras add: %s', (fixtureName) => {
    const fixture = loadFixture<GruRnnCellCase>(fixtureName);
    const { outputs, grads, inputGrads } = compute(backend.tf, recurrentCellNetwork(fixture.case), fixture);
    expect(outputs).toBeCloseToArray(fixture.outputs, FORWARD);
    expect(grads).toBeCloseToArray(fixture.grads, GRADIENT);
    expect(inputGrads).toBeCloseToArray(fixture.inputGrads, GRADIENT);
  });
});

describe.each(['cpu', 'wasm', 'simd'] as const)('exported recurrent layers on %s', (provider) => {
  const outputsOf = async (bytes: Uint8Array, { inputs }: Fixture<unknown>) => {
    await using model = await Model.load(bytes, { providers: [provider] });
    const results = await model.run(Object.fromEntries(inputs));
    return new Map(Object.entries(results).map(([name, { data, dims }]) => [name, { data, shape: dims }]));
  };

  it.each(layers)('give what PyTorch gives, and again when read and written: %s', async (fixtureName) => {
    const fixture = loadFixture<GruRnnCase>(fixtureName);
    const network = recurrentNetwork(fixture.case);
    const bytes = exportOnnx(network, fixture.params);
    expect(await outputsOf(bytes, fixture)).toBeCloseToArray(fixture.outputs, FORWARD);
    const read = readOnnx(bytes);
    const again = exportOnnx(read.network, read.parameters);
    expect(await outputsOf(again, fixture)).toBeCloseToArray(fixture.outputs, FORWARD);
  });

  it.each(cells)(
    'have the cells that ONNX and Keras add, and again when read and written: %s',
    async (fixtureName) => {
      const fixture = loadFixture<GruRnnCellCase>(fixtureName);
      const bytes = exportOnnx(recurrentCellNetwork(fixture.case), fixture.params);
      expect(await outputsOf(bytes, fixture)).toBeCloseToArray(fixture.outputs, FORWARD);
      const read = readOnnx(bytes);
      const again = exportOnnx(read.network, read.parameters);
      expect(await outputsOf(again, fixture)).toBeCloseToArray(fixture.outputs, FORWARD);
    },
  );
});
