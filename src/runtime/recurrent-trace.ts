/** What a recurrent layer computed on its way. */
import { cellOf, type cells, type RecurrentName } from '../builder/recurrent/cells.js';
import { stateSizes } from '../builder/recurrent/layers.js';
import { dim } from '../nd-array.js';

/** One direction of one recurrent layer, step by step in the order of the input's time, for a reverse one as well. */
interface LayerTrace {
  /** The layer's name in the model, after its weights where they have one: `lstm`, `lstm_l1`. */
  readonly name: string;
  /** Its number among the recurrent layers, in the order in which the model runs them. */
  readonly layer: number;
  readonly direction: 'forward' | 'reverse';
  readonly dims: readonly [time: number, batch: number, hidden: number];
}

/** What a cell has for every step, by the names in its table: gates, then states. */
type StepsOf<K extends RecurrentName> = {
  /** `[time, batch, hidden]`: gates activated, states after the step; zeros after a sequence's end. */
  readonly [Name in
    | (typeof cells)[K]['traceGates'][number]
    | (typeof cells)[K]['states'][number]['trace']]: Float32Array;
};

/** What a layer of an op computed; `hidden` of an LSTM with a projection is before it, which ONNX files have as a product. */
export type TraceOf<K extends RecurrentName> = LayerTrace & StepsOf<K> & { readonly op: K };

/** By its `op` it is known which gates it has. */
export type RecurrentTrace = { [K in RecurrentName]: TraceOf<K> }[RecurrentName];

export type LstmTrace = TraceOf<'lstm'>;

/** The gates and states of an LSTM. */
export type LstmSteps = StepsOf<'lstm'>;

/** What a layer computed at every step, by the names that its cell has for it. */
export type LayerSteps = Readonly<Record<string, Float32Array>>;

/** Room for every step of a cell. */
export function emptySteps(
  kind: RecurrentName,
  steps: number,
  hiddenSize: number,
  projSize: number | undefined,
): LayerSteps {
  const { traceGates, states } = cellOf(kind);
  const sizes = stateSizes(kind, { hiddenSize, projSize });
  return Object.fromEntries([
    ...traceGates.map((name) => [name, new Float32Array(steps * hiddenSize)] as const),
    ...states.map(({ trace }, i) => [trace, new Float32Array(steps * dim(sizes, i))] as const),
  ]);
}

/**
 * Puts one step in its place.
 *
 * @param index `t * batch + row`
 * @param gates activated, in PyTorch's order
 * @param states after the step, in the cell's order
 */
export function putStep(
  kind: RecurrentName,
  all: LayerSteps,
  index: number,
  gates: readonly Float32Array[],
  states: readonly Float32Array[],
): void {
  const { traceGates, states: facts } = cellOf(kind);
  const put = (name: string, values: Float32Array | undefined) => {
    if (values) all[name]?.set(values, index * values.length);
  };
  for (const [i, name] of traceGates.entries()) put(name, gates[i]);
  for (const [i, { trace }] of facts.entries()) put(trace, states[i]);
}
