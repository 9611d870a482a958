/** The ONNX models of GRU and RNN: every provider gives what PyTorch does, and what the ONNX project's node tests expect. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recurrentNames } from '../../src/builder/recurrent/cells.js';
import { parseSafetensors } from '../../src/data/safetensors.js';
import { exportOnnx } from '../../src/export/export.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import type { NdArray } from '../../src/nd-array.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { Model } from '../../src/runtime/node.js';
import type { Provider } from '../../src/runtime/providers.js';
import { isUnrolled } from './gru-rnn-files.js';
import { CLOSE, withWeights } from './onnx-models.js';
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

/** The file on every provider that runs it, and as it is written again. @param constant with its weights as constants */
async function openedOn(file: string, bytes: Uint8Array, constant: Uint8Array | undefined) {
  const open = async (provider: Provider, of: Uint8Array, label: string = provider) =>
    [label, await Model.load(of, { providers: [provider] })] as const;
  const given = [await open('cpu', bytes), await open('wasm', bytes)];
  if (!constant || !isReadKind(file)) return given;
  const { network, parameters } = readOnnx(constant);
  const again = exportOnnx(network, parameters);
  return [...given, await open('simd', constant), await open('cpu', again, 'written again')];
}

/** Whether files of the kind can be read as a network. */
const isReadKind = (file: string) => recurrentNames.some((kind) => file.split(/[_-]/).includes(kind));

async function expectOutputs(
  model: Model,
  inputs: Map<string, NdArray>,
  outputs: Map<string, NdArray>,
  label: string,
) {
  const feeds = [...inputs].map(([name, { data, shape }]) => [name, { data, dims: shape }] as const);
  const results = await model.run(Object.fromEntries(feeds));
  expect(new Map(Object.entries(results)), label).toBeCloseToArray(
    outputs as Map<string, NdArray<'float32'>>,
    CLOSE,
  );
}

/** The newer exporter leaves the time of its example in a Reshape, whatever it says of the input. */
const isFrozen = (file: string) => isUnrolled(file) || file === 'gru-time-first-dynamo';

describe.each(modelsIn('onnx'))('%s', (file) => {
  it("gives PyTorch's numbers, and again when it is read and written", async () => {
    const tensors = tensorsOf(`onnx/${file.replace(/-(script|dynamo).*$/, '')}`);
    const labels = [...new Set([...tensors.keys()].map((key) => key.split('.')[0]!))];
    expect(labels.sort()).toEqual(['b1t6', 'b2t5', 'b3t8']);
    const bytes = bytesOf(`onnx/${file}.onnx`);
    for (const [provider, model] of await openedOn(file, bytes, isUnrolled(file) ? undefined : bytes)) {
      for (const label of labels.filter((one) => !isFrozen(file) || one.endsWith('t6'))) {
        const [inputs, outputs] = ['input', 'output'].map((role) => withPrefix(tensors, `${label}.${role}.`));
        await expectOutputs(model, inputs!, outputs!, provider);
      }
      await model.release();
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

  it.each(names)('%s holds, and again when it is read and written', async (name) => {
    const tensors = tensorsOf(`onnx-node-tests/${name}`);
    const bytes = bytesOf(`onnx-node-tests/${name}.onnx`);
    const all = withPrefix(tensors, 'input.');
    for (const [provider, model] of await openedOn(name, bytes, withWeights(bytes, all))) {
      const fed = new Map(model.inputs.map((input) => [input.name, all.get(input.name)!]));
      await expectOutputs(model, fed, withPrefix(tensors, 'output.'), provider);
      await model.release();
    }
  });
});
