/**
 * Recurrent nodes: one a layer, both directions in one node. https://onnx.ai/onnx/operators/onnx__LSTM.html
 *
 * 1. The weights are rearranged as numbers (`recurrent-weights.ts`).
 * 2. X and Y are time-first (onnxruntime's CPU provider takes no other layout), with Y [time, directions, batch, H];
 *    Transpose, Squeeze and Reshape turn that into what the network says.
 * 3. A projection is a MatMul after the node, on Y and Y_h; a given h0 comes in through its pseudo-inverse.
 * 4. Y_h is the last step read of a one-direction layer; it stands by for an `at(-1)`, or an `at(0)` in reverse.
 */
import { type CellActivation, cellFunctionOf, constantsOf } from '../../builder/activations.js';
import { moduleOf, parameterName, type Sharing } from '../../builder/ops/op.js';
import type { Parameter } from '../../builder/parameters.js';
import { blockOrder, cellOf, type RecurrentName, recurrentNames } from '../../builder/recurrent/cells.js';
import {
  type LayerDirection,
  type LayerOptions,
  layerDirections,
  stateSize,
} from '../../builder/recurrent/layers.js';
import { dim, type NdArray } from '../../nd-array.js';
import type { OnnxAttribute } from '../../onnx/graph.js';
import { type Emitter, float, floats, int, ints, string, strings } from '../emitter.js';
import type { Lowering, LoweringContext } from '../lowering.js';
import {
  biases,
  inverseProjections,
  projections,
  recurrentWeights,
  reordered,
  unprojected,
} from './recurrent-weights.js';

function lower<K extends RecurrentName>(kind: K): Lowering<K> {
  const { states } = cellOf(kind);
  return (node, context) => {
    const { emitter, inputs } = context;
    const { name } = node;
    const options: LayerOptions = node.options;
    const { numLayers, bidirectional, batchFirst, reverse } = options;
    const { x, lengths } = inputs;
    const directions = bidirectional ? 2 : 1;
    const features = stateSize(options);
    const initial = states.map(({ input }) =>
      options.learnedState ? learned(context, x.name, node, input, options) : inputs[input]?.name,
    );

    let sequence = batchFirst ? transpose(emitter, x.name, `${name}.time_first`, 1, 0, 2) : x.name;
    let lastY = '';
    const last: string[][] = states.map(() => []);
    for (let layer = 0; layer < numLayers; layer++) {
      const label = `${name}.l${layer}`;
      const parts = layerDirections(options).filter((direction) => direction.layer === layer);
      if (layer > 0) sequence = joinDirections(emitter, lastY, `${label}.input`, directions, features, false);
      const given = states.map(({ port }, i) => {
        const all = initial[i];
        const role = `${label}.initial_${port}`;
        return all === undefined ? '' : layerState(emitter, all, role, layer, directions, numLayers);
      });
      const ends = { sequence, lengths: lengths?.name ?? '', initial: given };
      const weights = `${moduleOf(node)}.l${layer}`;
      const { y, states: after } = emitLayer(kind, context, options, parts, { label, weights }, ends);
      lastY = y;
      for (const [i, state] of after.entries()) dim(last, i).push(state);
    }

    const output = joinDirections(emitter, lastY, `${name}.output`, directions, features, batchFirst);
    const ports = Object.fromEntries(
      states.map(({ port }, i) => [port, { name: stackLayers(emitter, dim(last, i), `${name}.${port}`) }]),
    );
    if (bidirectional) return { output: { name: output }, ...ports };
    const shown = emitter.emit('Squeeze', [dim(dim(last, 0), -1), emitter.int64([0])], {
      name: `${name}.last`,
    });
    return {
      // The first step is the same for all lengths.
      output: {
        name: output,
        entry: {
          axis: batchFirst ? 1 : 0,
          ...(reverse
            ? { index: 0, name: shown, lengths: undefined }
            : { index: -1, name: shown, lengths: lengths?.name }),
        },
      },
      ...ports,
    };
  };
}

/** What names begin with: those of the layer's values, and those of its weights, which other nodes may have, too. */
interface LayerNames {
  readonly label: string;
  readonly weights: string;
}

/** Names of values in the graph; `''` for what is not there. */
interface LayerInputs {
  readonly sequence: string;
  readonly lengths: string;
  /** The layer's part of each of the cell's states. */
  readonly initial: readonly string[];
}

/** One layer's node, and what a projection adds to it; Y [time, directions, batch, features]. */
function emitLayer(
  kind: RecurrentName,
  context: LoweringContext<RecurrentName>,
  options: LayerOptions,
  parts: readonly LayerDirection[],
  { label, weights }: LayerNames,
  { sequence, lengths, initial }: LayerInputs,
): { y: string; states: string[] } {
  const { emitter, parameter, once } = context;
  const { states, onnx } = cellOf(kind);
  const { projSize = 0, bidirectional, reverse, hiddenSize } = options;
  const hrNames = parts.map(({ suffix }) => `weight_hr${suffix}`);
  const hr = projSize > 0 ? hrNames.map(parameter) : undefined;
  const constant = (role: string, make: () => NdArray) =>
    once(role, hrNames, () => emitter.initializer(`${weights}.${role}`, make()));
  const multiply = (a: string, b: string, role: string) =>
    emitter.emit('MatMul', [a, b], { name: `${label}.${role}` });
  const [h0 = '', ...others] = initial;
  const initialH =
    hr && h0 !== '' && !options.learnedState
      ? multiply(
          h0,
          constant('unproject', () => inverseProjections(hr, label)),
          'initial_hidden',
        )
      : h0;
  const { W, R, B, P } = emitWeights(kind, context, options, parts, weights);
  const [y = '', ...after] = emitter.emitAll(
    onnx.operator,
    [sequence, W, R, B, lengths, initialH, ...others, P],
    ['.Y', ...states.map(({ port }) => `.Y_${port}`)],
    {
      name: label,
      attributes: {
        direction: string(bidirectional ? 'bidirectional' : reverse ? 'reverse' : 'forward'),
        hidden_size: int(hiddenSize),
        ...cellAttributes(kind, options, parts.length),
      },
      docString: `Layer ${parts[0]?.layer}: ${parts.map(({ suffix }) => `weight_ih${suffix}`).join(', ')}.`,
    },
  );
  if (!hr) return { y, states: after };
  const projection = constant('project', () => projections(hr));
  const [yH = '', ...unprojected] = after;
  return {
    y: multiply(y, projection, 'projected'),
    states: [multiply(yH, projection, 'projected_h'), ...unprojected],
  };
}

/** A layer's weights by ONNX's names for them, in ONNX's order; `''` for those that it does not have. */
function emitWeights(
  kind: RecurrentName,
  { emitter, parameter, once }: LoweringContext<RecurrentName>,
  { bias, projSize = 0, peepholes: seesCell }: LayerOptions,
  parts: readonly LayerDirection[],
  label: string,
): Record<'W' | 'R' | 'B' | 'P', string> {
  const { gates, peepholes, onnx } = cellOf(kind);
  const order = blockOrder(gates, onnx.gates);
  /** Made of these parameters of each direction. */
  const constant = (role: string, names: readonly string[], make: (of: Parameter[][]) => NdArray) => {
    const own = names.map((name) => parts.map(({ suffix }) => `${name}${suffix}`));
    return once(`${kind} ${role}`, own.flat(), () =>
      emitter.initializer(`${label}.${role}`, make(own.map((direction) => direction.map(parameter)))),
    );
  };
  const W = constant('W', ['weight_ih'], ([ih = []]) => reordered(ih, order));
  const R = constant('R', projSize > 0 ? ['weight_hh', 'weight_hr'] : ['weight_hh'], ([hh = [], hr = []]) =>
    recurrentWeights(
      hh.map((own, i) => ({ hh: own, hr: hr[i] })),
      order,
    ),
  );
  const B = bias
    ? constant('B', ['bias_ih', 'bias_hh'], ([ih = [], hh = []]) =>
        biases(
          ih.map((own, i) => [own, dim(hh, i)] as const),
          order,
        ),
      )
    : '';
  const ofCell = blockOrder(peepholes, onnx.peepholes);
  const P = seesCell ? constant('P', ['weight_peephole'], ([own = []]) => reordered(own, ofCell)) : '';
  return { W, R, B, P };
}

/** Constants of the activations are listed in their order, for those that have some. */
function cellAttributes(
  kind: RecurrentName,
  { clip, inputForget, resetAfter, activations }: LayerOptions,
  directions: number,
): Record<string, OnnxAttribute> {
  const roles = cellOf(kind).activations;
  const of = activations ? roles.map(([role, name]): CellActivation => activations[role] ?? { name }) : [];
  const all = Array.from({ length: directions }, () => of).flat();
  const alphas = all.flatMap((activation) => constantsOf(activation).alpha ?? []);
  const betas = all.flatMap((activation) => constantsOf(activation).beta ?? []);
  return {
    ...(clip === undefined ? {} : { clip: float(clip) }),
    ...(inputForget ? { input_forget: int(1) } : {}),
    ...(resetAfter ? { linear_before_reset: int(1) } : {}),
    ...(all.length > 0 ? { activations: strings(...all.map(({ name }) => cellFunctionOf(name))) } : {}),
    ...(alphas.length > 0 ? { activation_alpha: floats(...alphas) } : {}),
    ...(betas.length > 0 ? { activation_beta: floats(...betas) } : {}),
  };
}

/**
 * A learned state [layers * directions, size] for each sequence of the batch. The h0 of a layer with a projection comes in through its
 * pseudo-inverse: the product is computed here, since a reader takes a state for learned only where it is a constant.
 */
function learned(
  { emitter, parameter, once }: LoweringContext<RecurrentName>,
  x: string,
  node: Sharing & { readonly name: string },
  role: string,
  options: LayerOptions,
): string {
  const { name } = node;
  const { batchFirst, projSize = 0, hiddenSize } = options;
  const isProjected = projSize > 0 && role === 'h0';
  const hrNames = isProjected ? layerDirections(options).map(({ suffix }) => `weight_hr${suffix}`) : [];
  const { shape, data } = parameter(role);
  const [count, size] = [dim(shape, 0), isProjected ? hiddenSize : dim(shape, 1)];
  const state = once('state', [role, ...hrNames], () =>
    emitter.initializer(`${parameterName(node, role)}${isProjected ? '.unprojected' : ''}`, {
      dtype: 'float32',
      shape: [count, 1, size],
      data: isProjected ? unprojected(data, hrNames.map(parameter), name) : data,
    }),
  );
  const dims = emitter.emit('Shape', [x], { name: `${name}.dims` });
  const batch = emitter.emit('Gather', [dims, emitter.int64([batchFirst ? 0 : 1])], {
    name: `${name}.batch`,
  });
  const target = emitter.emit('Concat', [emitter.int64([count]), batch, emitter.int64([size])], {
    name: `${name}.${role}_shape`,
    attributes: { axis: int(0) },
  });
  return emitter.emit('Expand', [state, target], { name: `${name}.${role}_all` });
}

function transpose(emitter: Emitter, input: string, name: string, ...perm: number[]): string {
  return emitter.emit('Transpose', [input], { name, attributes: { perm: ints(...perm) } });
}

/** Y [time, directions, batch, features] as [time, batch, directions * features], or batch-first. */
function joinDirections(
  emitter: Emitter,
  y: string,
  name: string,
  directions: number,
  features: number,
  batchFirst: boolean,
): string {
  if (directions === 1) {
    const squeezed = emitter.emit('Squeeze', [y, emitter.int64([1])], { name });
    return batchFirst ? transpose(emitter, squeezed, name, 1, 0, 2) : squeezed;
  }
  const perm = batchFirst ? [2, 0, 1, 3] : [0, 2, 1, 3];
  const together = transpose(emitter, y, name, ...perm);
  return emitter.emit('Reshape', [together, emitter.int64([0, 0, directions * features])], { name });
}

/** The entries of one layer from states of all layers [layers * directions, batch, size]. */
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

/** The lowering of each recurrent op. */
export const recurrentLowerings = Object.fromEntries(recurrentNames.map((kind) => [kind, lower(kind)])) as {
  readonly [K in RecurrentName]: Lowering<K>;
}; // one for each name
