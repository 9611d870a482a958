/** Verification against another framework: inputs and expected outputs that fixtures/record.py kept. */

import { expectBytes, isObject, wrongArgument } from './arguments.js';
import { MemoryBudget } from './data/memory-budget.js';
import { parseNpy } from './data/npy.js';
import { parseSafetensors } from './data/safetensors.js';
import { asLstmOnnxError, LstmOnnxError } from './errors.js';
import { detectFormat } from './import/formats.js';
import { checkArray, type NdArray, sizeOf } from './nd-array.js';
import type { BaseModel } from './runtime/model.js';
import { type ModelValue, type PlainTensor, quoteNames } from './runtime/values.js';
import { type Comparison, compareOutput } from './verify.js';

/** What a model was run on, and what it gave. */
export interface Recording {
  readonly inputs: ReadonlyMap<string, NdArray>;
  readonly outputs: ReadonlyMap<string, NdArray>;
}

/**
 * A recording: tensors `input.<name>` and `output.<name>` in an `.npz` or `.safetensors` file.
 *
 * @throws E_INVALID_FILE for a broken file, or one without such tensors; E_UNSUPPORTED for another format
 */
export async function readRecording(bytes: Uint8Array): Promise<Recording> {
  expectBytes('readRecording', bytes);
  const tensors = await readTensors(bytes).catch((error) => {
    throw asLstmOnnxError(error, 'Reading the recording');
  });
  const named = (prefix: string) =>
    new Map(
      [...tensors].flatMap(([name, tensor]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
      ),
    );
  const recording = { inputs: named('input.'), outputs: named('output.') };
  if (recording.inputs.size === 0 || recording.outputs.size === 0) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The recording has the tensors ${quoteNames([...tensors.keys()].slice(0, 20))}, but none called input.<name> and ` +
        'output.<name>; make it with record() of fixtures/record.py.',
    );
  }
  return recording;
}

async function readTensors(bytes: Uint8Array): Promise<ReadonlyMap<string, NdArray>> {
  switch (detectFormat(bytes)) {
    case 'checkpoint':
    case 'weights':
      return parseSafetensors(bytes).tensors;
    case 'zip':
      return readArrays(bytes);
    default:
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        'The recording is neither .npz nor .safetensors; make it with record() of fixtures/record.py.',
      );
  }
}

/** Every array of an .npz file; the reader of weights leaves out integers, which tokens are. */
async function readArrays(bytes: Uint8Array): Promise<ReadonlyMap<string, NdArray>> {
  const { readZip } = await import('./import/zip.js');
  const budget = new MemoryBudget(bytes.length);
  const arrays = new Map<string, NdArray>();
  for (const [file, entry] of readZip(bytes)) {
    if (!file.endsWith('.npy')) continue;
    // The bytes and the array made of them, for a moment both.
    budget.take(2 * entry.size, `the array '${file}'`);
    arrays.set(file.slice(0, -'.npy'.length), parseNpy(entry.bytes()));
    budget.release(entry.size);
  }
  return arrays;
}

/**
 * Runs the model on the recorded inputs and compares the recorded outputs.
 *
 * @returns one comparison for each recorded output; the model may have more
 * @throws E_UNKNOWN_NAME for an output that the model does not have, and what `model.run` throws for inputs that do not
 *   fit; E_SHAPE_MISMATCH when results differ in shape
 */
export async function verifyRecording(model: BaseModel, recording: Recording): Promise<Comparison[]> {
  if (!isObject(model) || typeof model.run !== 'function') {
    throw wrongArgument('verifyRecording', model, 'a model, as Model.load gives');
  }
  if (!(recording?.inputs instanceof Map && recording.outputs instanceof Map)) {
    throw wrongArgument('verifyRecording', recording, 'a recording, as readRecording gives');
  }
  for (const [name, array] of [...recording.inputs, ...recording.outputs])
    checkArray(`The recording's '${name}'`, array);
  const names = model.outputs.map(({ name }) => name);
  const unknown = [...recording.outputs.keys()].filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new LstmOnnxError(
      'E_UNKNOWN_NAME',
      `The recording has the outputs ${quoteNames(unknown)}, the model ${quoteNames(names)}; record them under the ` +
        "model's names.",
    );
  }
  const feeds = [...recording.inputs].map(([name, array]) => [name, feedOf(array)] as const);
  const got = await model.run(Object.fromEntries(feeds));
  const sizes = sizesOf(model.inputs, recording.inputs);
  return [...recording.outputs].map(([output, array]) => ({
    output,
    ...sizes,
    ...compareOutput(output, asFloat32(array), got[output]),
  }));
}

/** As plain numbers, which the model's element type decides about: PyTorch's ids are int64, the model's int32. */
function feedOf({ data, shape }: NdArray): PlainTensor {
  return { data: Array.from<number | bigint, number>(data, Number), dims: shape };
}

function asFloat32({ data, shape }: NdArray): NdArray<'float32'> {
  return {
    dtype: 'float32',
    shape,
    data:
      data instanceof Float32Array
        ? data
        : Float32Array.from({ length: sizeOf(shape) }, (_, i) => Number(data[i])),
  };
}

/** The sizes of the dimensions that the model calls batch and time, of those that it has. */
function sizesOf(values: readonly ModelValue[], inputs: ReadonlyMap<string, NdArray>) {
  const sizeOfDim = (wanted: string) => {
    for (const { name, shape } of values) {
      const size = inputs.get(name)?.shape[shape?.indexOf(wanted) ?? -1];
      if (size !== undefined) return { [wanted]: size };
    }
    return {};
  };
  return { ...sizeOfDim('batch'), ...sizeOfDim('time') };
}
