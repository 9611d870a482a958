/** The ONNX project's own node tests of LSTM; fixtures/README.md says where they come from. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import { Model } from '../../src/runtime/node.js';
import { type Fixture, loadFixture } from '../fixtures.js';
import { exported, withWeights } from './onnx-models.js';
import '../matcher.js';

const FOLDER = new URL('../../fixtures/data/onnx-node-tests/', import.meta.url);
const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.onnx'))
  .map((file) => file.slice(0, -'.onnx'.length));

const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(`${name}.onnx`, FOLDER)));

interface NodeTest {
  readonly rtol: number;
  readonly atol: number;
}

async function expectOutputs(
  bytes: Uint8Array,
  fixture: Fixture<NodeTest>,
  provider: 'cpu' | 'wasm' = 'cpu',
) {
  const { inputs, outputs } = fixture;
  await using model = await Model.load(bytes, { providers: [provider] });
  const fed = model.inputs.map(({ name }) => [name, inputs.get(name)!] as const);
  const feeds = fed.map(([name, { data, shape }]) => [name, { data, dims: shape }] as const);
  const results = await model.run(Object.fromEntries(feeds));
  expect(new Map(Object.entries(results))).toBeCloseToArray(outputs, { atol: 1e-6 });
}

describe.each(names)('%s', (name) => {
  const fixture = loadFixture<NodeTest>(`onnx-node-tests/${name}`);

  it.each(['cpu', 'wasm'] as const)(
    'gives the expected outputs through Model.load on %s',
    async (provider) => {
      await expectOutputs(bytesOf(name), fixture, provider);
    },
  );

  it('gives them imported and exported, too', async () => {
    await expectOutputs(exported(readOnnx(withWeights(bytesOf(name), fixture.inputs))), fixture);
  });
});

it('are all six that there are', () => {
  expect(names.map((name) => name.replace('test_lstm_', ''))).toEqual([
    'batchwise',
    'bidirectional',
    'defaults',
    'reverse',
    'with_initial_bias',
    'with_peepholes',
  ]);
});
