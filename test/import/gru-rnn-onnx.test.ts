/** The ONNX models of GRU and RNN: onnxruntime gives what PyTorch does, and what the ONNX project's node tests expect. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSafetensors } from '../../src/data/safetensors.js';
import type { NdArray } from '../../src/nd-array.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { Model } from '../../src/runtime/node.js';
import { CLOSE } from './onnx-models.js';
import '../matcher.js';

const urlOf = (path: string) => new URL(`../../fixtures/data/gru-rnn/${path}`, import.meta.url);
const bytesOf = (path: string) => new Uint8Array(readFileSync(urlOf(path)));
const modelsIn = (folder: string) =>
  readdirSync(urlOf(`${folder}/`)).flatMap((file) => (file.endsWith('.onnx') ? [file.slice(0, -5)] : []));
const tensorsOf = (path: string) => parseSafetensors(bytesOf(`${path}.safetensors`)).tensors;

/** The tensors whose names start with `prefix`, without it. */
function withPrefix(tensors: ReadonlyMap<string, NdArray>, prefix: string): Map<string, NdArray> {
  const found = [...tensors].filter(([key]) => key.startsWith(prefix));
  return new Map(found.map(([key, tensor]) => [key.slice(prefix.length), tensor]));
}

async function expectOutputs(model: Model, inputs: Map<string, NdArray>, outputs: Map<string, NdArray>) {
  const feeds = [...inputs].map(([name, { data, shape }]) => [name, { data, dims: shape }] as const);
  const results = await model.run(Object.fromEntries(feeds));
  expect(new Map(Object.entries(results))).toBeCloseToArray(
    outputs as Map<string, NdArray<'float32'>>,
    CLOSE,
  );
}

/** The newer exporter unrolls nn.RNN over the steps of its example, 6: no RNN node, and no other time. */
const isUnrolled = (file: string) => /^rnn-.*-dynamo$/.test(file);

/** The newer exporter leaves the time of its example in a Reshape, whatever it says of the input. */
const isFrozen = (file: string) => isUnrolled(file) || file === 'gru-time-first-dynamo';

describe.each(modelsIn('onnx'))('%s', (file) => {
  it("gives PyTorch's numbers in onnxruntime", async () => {
    const tensors = tensorsOf(`onnx/${file.replace(/-(script|dynamo).*$/, '')}`);
    const labels = [...new Set([...tensors.keys()].map((key) => key.split('.')[0]!))];
    expect(labels.sort()).toEqual(['b1t6', 'b2t5', 'b3t8']);
    await using model = await Model.load(bytesOf(`onnx/${file}.onnx`), { providers: ['cpu'] });
    for (const label of labels.filter((one) => !isFrozen(file) || one.endsWith('t6'))) {
      await expectOutputs(
        model,
        withPrefix(tensors, `${label}.input.`),
        withPrefix(tensors, `${label}.output.`),
      );
    }
  });

  it('has the node of its kind', () => {
    const ops = decodeModel(bytesOf(`onnx/${file}.onnx`)).graph.nodes.map(({ opType }) => opType);
    const layers = ops.filter((op) => op === (file.startsWith('gru') ? 'GRU' : 'RNN')).length;
    expect(layers).toBe(isUnrolled(file) ? 0 : /two-layers|states/.test(file) ? 2 : 1);
  });
});

describe("the ONNX project's node tests", () => {
  const names = modelsIn('onnx-node-tests');

  it('are all twelve that there are', () => {
    expect(names.map((name) => name.replace('test_', ''))).toEqual([
      'gru_batchwise',
      'gru_bidirectional',
      'gru_defaults',
      'gru_reverse',
      'gru_seq_length',
      'gru_with_initial_bias',
      'rnn_seq_length',
      'simple_rnn_batchwise',
      'simple_rnn_bidirectional',
      'simple_rnn_defaults',
      'simple_rnn_reverse',
      'simple_rnn_with_initial_bias',
    ]);
  });

  const isBatchwise = (name: string) => name.endsWith('batchwise');
  const load = (name: string) => Model.load(bytesOf(`onnx-node-tests/${name}.onnx`), { providers: ['cpu'] });

  it.each(names.filter((name) => !isBatchwise(name)))('%s holds in onnxruntime', async (name) => {
    const tensors = tensorsOf(`onnx-node-tests/${name}`);
    await using model = await load(name);
    await expectOutputs(model, withPrefix(tensors, 'input.'), withPrefix(tensors, 'output.'));
  });

  it.each(names.filter(isBatchwise))('%s is refused by onnxruntime, and has batch first', async (name) => {
    await expect(load(name)).rejects.toThrow(/layout == 1\) are not supported/);
    const tensors = tensorsOf(`onnx-node-tests/${name}`);
    const [batch, time, , hidden] = tensors.get('output.Y')!.shape;
    expect(tensors.get('input.X')?.shape.slice(0, 2)).toEqual([batch, time]);
    expect(tensors.get('output.Y_h')?.shape).toEqual([batch, 1, hidden]);
  });
});
