/**
 * `LSTM` nodes: one a layer, both directions in one node. https://onnx.ai/onnx/operators/onnx__LSTM.html
 *
 * 1. PyTorch's gates i, f, g, o become ONNX's i, o, f, c: the rows of the weights are reordered here, as numbers.
 * 2. W is [directions, 4H, features], R [directions, 4H, H], B [directions, 8H]: the input's biases, then the state's.
 * 3. X and Y are time-first (onnxruntime's CPU provider takes no other layout), with Y [time, directions, batch, H];
 *    Transpose, Squeeze and Reshape turn that into what the network says.
 * 4. Y_h is the last step of a one-direction layer; it stands by for an `at(-1)`.
 */
import { type LstmLayerDirection, layerDirections } from '../../builder/ops/lstm.js';
import type { Parameter } from '../../builder/parameters.js';
import { type Emitter, int, ints, string } from '../emitter.js';
import { inputOf, type Lowering, type LoweringContext } from '../lowering.js';

/** Where ONNX's gate blocks i, o, f, c lie among PyTorch's i, f, g, o. */
const onnxGates = [0, 3, 1, 2];

export const lowerLstm: Lowering<'lstm'> = (node, context) => {
  const { emitter } = context;
  const { name, options } = node;
  const { hiddenSize, numLayers, bidirectional, bias, batchFirst } = options;
  const directions = bidirectional ? 2 : 1;
  const x = inputOf(context);
  const [, initialH, initialC] = context.inputs;
  const layers = Array.from({ length: numLayers }, (_, layer) =>
    layerDirections(options).filter((direction) => direction.layer === layer),
  );

  let sequence = batchFirst ? transpose(emitter, x.name, `${name}.time_first`, 1, 0, 2) : x.name;
  let lastY = '';
  const lastH: string[] = [];
  const lastC: string[] = [];
  layers.forEach((parts, layer) => {
    if (layer > 0)
      sequence = joinDirections(emitter, lastY, `${name}.l${layer}.input`, directions, hiddenSize, false);
    const state = (all: string | undefined, role: string) =>
      all === undefined
        ? ''
        : layerState(emitter, all, `${name}.l${layer}.${role}`, layer, directions, numLayers);
    const [y = '', yH = '', yC = ''] = emitter.emitAll(
      'LSTM',
      [
        sequence,
        weights(context, parts, `${name}.l${layer}.W`, 'weight_ih', hiddenSize),
        weights(context, parts, `${name}.l${layer}.R`, 'weight_hh', hiddenSize),
        bias ? biases(context, parts, `${name}.l${layer}.B`, hiddenSize) : '',
        '', // sequence_lens: every sequence is as long as X
        state(initialH?.name, 'initial_h'),
        state(initialC?.name, 'initial_c'),
      ],
      ['.Y', '.Y_h', '.Y_c'],
      {
        name: `${name}.l${layer}`,
        attributes: {
          direction: string(bidirectional ? 'bidirectional' : 'forward'),
          hidden_size: int(hiddenSize),
        },
        docString: `Layer ${layer} of '${name}': ${parts.map(({ suffix }) => `weight_ih${suffix}`).join(', ')}.`,
      },
    );
    lastY = y;
    lastH.push(yH);
    lastC.push(yC);
  });

  const output = joinDirections(emitter, lastY, `${name}.output`, directions, hiddenSize, batchFirst);
  const h = stackLayers(emitter, lastH, `${name}.h`);
  const c = stackLayers(emitter, lastC, `${name}.c`);
  if (bidirectional) return { output: { name: output }, h: { name: h }, c: { name: c } };
  const last = emitter.emit('Squeeze', [lastH.at(-1) ?? '', emitter.int64([0])], { name: `${name}.last` });
  return {
    output: { name: output, last: { axis: batchFirst ? 1 : 0, name: last } },
    h: { name: h },
    c: { name: c },
  };
};

function transpose(emitter: Emitter, input: string, name: string, ...perm: number[]): string {
  return emitter.emit('Transpose', [input], { name, attributes: { perm: ints(...perm) } });
}

/** Y [time, directions, batch, H] as [time, batch, directions * H], or batch-first. */
function joinDirections(
  emitter: Emitter,
  y: string,
  name: string,
  directions: number,
  hiddenSize: number,
  batchFirst: boolean,
): string {
  if (directions === 1) {
    const squeezed = emitter.emit('Squeeze', [y, emitter.int64([1])], { name });
    return batchFirst ? transpose(emitter, squeezed, name, 1, 0, 2) : squeezed;
  }
  const perm = batchFirst ? [2, 0, 1, 3] : [0, 2, 1, 3];
  const together = transpose(emitter, y, name, ...perm);
  return emitter.emit('Reshape', [together, emitter.int64([0, 0, directions * hiddenSize])], { name });
}

/** The entries of one layer from states of all layers [layers * directions, batch, H]. */
function layerState(
  emitter: Emitter,
  all: string,
  name: string,
  layer: number,
  directions: number,
  numLayers: number,
): string {
  if (numLayers === 1) return all;
  const bounds = [layer * directions, (layer + 1) * directions].map((bound) => emitter.int64([bound]));
  return emitter.emit('Slice', [all, ...bounds, emitter.int64([0])], { name });
}

function stackLayers(emitter: Emitter, states: readonly string[], name: string): string {
  const [only] = states;
  if (only !== undefined && states.length === 1) return only;
  return emitter.emit('Concat', states, { name, attributes: { axis: int(0) } });
}

function weights(
  { emitter, parameter }: LoweringContext,
  parts: readonly LstmLayerDirection[],
  name: string,
  prefix: string,
  hiddenSize: number,
): string {
  const matrices = parts.map(({ suffix }) => parameter(`${prefix}${suffix}`));
  const columns = matrices[0]?.shape[1] ?? 0;
  return emitter.initializer(name, {
    dtype: 'float32',
    shape: [parts.length, 4 * hiddenSize, columns],
    data: concatenate(matrices.map(reorderGates)),
  });
}

function biases(
  { emitter, parameter }: LoweringContext,
  parts: readonly LstmLayerDirection[],
  name: string,
  hiddenSize: number,
): string {
  const vectors = parts.flatMap(({ suffix }) => [
    parameter(`bias_ih${suffix}`),
    parameter(`bias_hh${suffix}`),
  ]);
  return emitter.initializer(name, {
    dtype: 'float32',
    shape: [parts.length, 8 * hiddenSize],
    data: concatenate(vectors.map(reorderGates)),
  });
}

/** Four blocks of rows, PyTorch's gates, in ONNX's order. */
function reorderGates({ data }: Parameter): Float32Array {
  const block = data.length / 4;
  return concatenate(onnxGates.map((gate) => data.subarray(gate * block, (gate + 1) * block)));
}

function concatenate(arrays: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(arrays.reduce((size, array) => size + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    joined.set(array, offset);
    offset += array.length;
  }
  return joined;
}
