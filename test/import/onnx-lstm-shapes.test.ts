import { expect, it } from 'vitest';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxAttribute, OnnxTensor, OnnxValueInfo } from '../../src/onnx/graph.js';
import { Model } from '../../src/runtime/node.js';
import { floats, model, node, value } from '../onnx/broken-models.js';
import { failure, zeros } from '../runtime/models.js';
import { float, int } from './onnx-models.js';

const zero = (name: string, ...shape: number[]): OnnxTensor => {
  const like = floats(name, ...shape);
  return { ...like, data: new Float32Array(like.data!.length) };
};
const doubles = (name: string, ...shape: number[]): OnnxTensor => {
  const like = floats(name, ...shape);
  return { ...like, dtype: 'float64', data: Float64Array.from(like.data as Float32Array) };
};
const lengths = (...values: number[]): OnnxTensor => ({
  name: 'sequence_lens',
  dtype: 'int32',
  shape: [values.length],
  data: Int32Array.from(values),
});

const right: Readonly<Record<string, OnnxTensor | OnnxValueInfo>> = {
  X: value('X', [3, 2, 4]),
  W: floats('W', 1, 8, 4),
  R: floats('R', 1, 8, 2),
  B: floats('B', 1, 16),
  sequence_lens: lengths(3, 3),
  initial_h: zero('initial_h', 1, 2, 2),
  initial_c: zero('initial_c', 1, 2, 2),
  P: floats('P', 1, 6),
};

/** An LSTM of all its inputs but those left out, of which some are changed. */
function lstmBytes(
  change: Readonly<Record<string, OnnxTensor | OnnxValueInfo>>,
  attributes: Readonly<Record<string, OnnxAttribute>>,
  leftOut: readonly string[] = [],
): Uint8Array {
  const all = Object.values({ ...right, ...change }).filter(({ name }) => !leftOut.includes(name));
  const names = Object.keys(right).map((name) => (leftOut.includes(name) ? '' : name));
  return encodeModel(
    model([node('LSTM', names, ['Y'], { hidden_size: int(2), ...attributes }, 'cell')], {
      inputs: all.filter((input): input is OnnxValueInfo => !('data' in input)),
      outputs: [value('Y', [null, null, null, null])],
      initializers: all.filter((input): input is OnnxTensor => 'data' in input),
    }),
  );
}

async function onnxruntime(bytes: Uint8Array): Promise<void> {
  await using opened = await Model.load(bytes, { providers: ['cpu'] });
  const rest = { sequence_lens: { data: [3, 3], dims: [2] } };
  await opened.run(opened.inputs.length > 1 ? { X: zeros(3, 2, 4), ...rest } : { X: zeros(3, 2, 4) });
}

it('an LSTM of all its inputs is read', async () => {
  const bytes = lstmBytes({}, {});
  expect(await failure(() => readOnnx(bytes))).toBe('no error');
  expect(await failure(() => onnxruntime(bytes))).toBe('no error');
});

it.each<[string, Parameters<typeof lstmBytes>[0], RegExp, Parameters<typeof lstmBytes>[1]?]>([
  [
    'states of two directions',
    { initial_h: zero('initial_h', 2, 2, 2) },
    /E_SHAPE_MISMATCH: .*\(input 5\) has shape \[2, 2, 2\], expected \[1, 2, 2\]/,
  ],
  [
    'states of another batch',
    { initial_c: zero('initial_c', 1, 3, 2) },
    /E_SHAPE_MISMATCH: .*\(input 6\) has shape \[1, 3, 2\]/,
  ],
  [
    'learned states of another batch',
    { initial_h: floats('initial_h', 1, 1, 2) },
    /E_SHAPE_MISMATCH: .*\(input 5\)/,
  ],
  ['states of another size', { initial_h: zero('initial_h', 1, 2, 3) }, /E_SHAPE_MISMATCH: .*\(input 5\)/],
  [
    'states of another rank',
    { initial_h: zero('initial_h', 2, 2) },
    /E_SHAPE_MISMATCH: .*\(input 5\) has shape \[2, 2\]/,
  ],
  [
    'lengths of another batch',
    { sequence_lens: lengths(3, 3, 3) },
    /E_SHAPE_MISMATCH: .*sequence_lens \(input 4\) has shape \[3\], expected \[2\]/,
  ],
  [
    'lengths of another rank',
    { sequence_lens: { ...lengths(3, 3), shape: [1, 2] } },
    /E_SHAPE_MISMATCH: .*sequence_lens/,
  ],
  [
    'lengths of another rank that are an input',
    { sequence_lens: value('sequence_lens', [2, 1], 'int32') },
    /E_SHAPE_MISMATCH: .*sequence_lens \(input 4\) has rank 2, expected 1/,
  ],
  [
    'lengths of int64',
    { sequence_lens: value('sequence_lens', [2], 'int64') },
    /E_DTYPE_MISMATCH: .*sequence_lens \(input 4\) is int64, expected int32/,
  ],
  [
    'weights of another type',
    { W: doubles('W', 1, 8, 4) },
    /E_DTYPE_MISMATCH: .*W \(input 1\) is float64, expected float32, as X is/,
  ],
  ['peepholes of another type', { P: doubles('P', 1, 6) }, /E_DTYPE_MISMATCH: .*P \(input 7\)/],
  ['biases of half the size', { B: floats('B', 1, 8) }, /E_SHAPE_MISMATCH: .*B has shape \[1, 8\]/],
  ['a layout that does not exist', {}, /E_INVALID_FILE: .*layout is 2, expected 0 or 1/, { layout: int(2) }],
  ['a clip of 0', {}, /E_INVALID_FILE: .*clip is 0, expected more than 0/, { clip: float(0) }],
])('an LSTM with %s is refused, as by onnxruntime', async (_, change, says, attributes = {}) => {
  const bytes = lstmBytes(change, attributes);
  expect(await failure(() => onnxruntime(bytes))).toMatch(/^E_/);
  expect(await failure(() => readOnnx(bytes))).toMatch(says);
  expect(await failure(() => Model.load(bytes, { providers: ['simd'] }))).toMatch(says);
});

it('an LSTM whose features are open is refused, and says that they are to be fixed', async () => {
  const bytes = lstmBytes({ X: value('X', [3, 2, 'features']) }, {});
  expect(await failure(() => readOnnx(bytes))).toMatch(
    /E_UNSUPPORTED: .*the last dimension of X is open \(features\); export the model with a fixed number/,
  );
});

it.each([
  ['initial_h', ['initial_c', 'sequence_lens']],
  ['sequence_lens', ['initial_h', 'initial_c']],
])('a constant %s of two sequences makes an open batch two, as in onnxruntime', async (_, leftOut) => {
  const bytes = lstmBytes({ X: value('X', [3, 'batch', 4]) }, {}, leftOut);
  expect(readOnnx(bytes).network.inputs.X?.shape).toEqual([3, 2, 4]);
  for (const provider of ['cpu', 'simd'] as const) {
    await using opened = await Model.load(bytes, { providers: [provider] });
    expect((await opened.run({ X: zeros(3, 2, 4) })).Y?.dims).toEqual([3, 1, 2, 2]);
    expect(await failure(() => opened.run({ X: zeros(3, 4, 4) }))).toMatch(/^E_/);
  }
});
