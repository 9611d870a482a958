/** What a recurrent layer computed on its way. */
import { cellOf, type RecurrentName } from '../builder/recurrent/cells.js';

/** The state of an LSTM at every step, zeros after a sequence's end: one number for each of its units. */
export interface LstmSteps {
  /** `[time, batch, hidden]`, as all that follow, activated: sigmoid, unless the model says something else. */
  readonly inputGate: Float32Array;
  readonly forgetGate: Float32Array;
  /** What the input gate lets into the cell: tanh, unless the model says something else. */
  readonly candidate: Float32Array;
  readonly outputGate: Float32Array;
  /** The cell after the step. */
  readonly cell: Float32Array;
  /** h after the step; of an LSTM with a projection, which ONNX files write as one without and a product, before it. */
  readonly hidden: Float32Array;
}

/** The state of a GRU at every step, zeros after a sequence's end: one number for each of its units. */
export interface GruSteps {
  /** `[time, batch, hidden]`, as all that follow, activated: sigmoid, unless the model says something else. */
  readonly resetGate: Float32Array;
  /** How much of h stays: h' = (1 - z) n + z h. */
  readonly updateGate: Float32Array;
  /** n: tanh, unless the model says something else. */
  readonly candidate: Float32Array;
  /** h after the step. */
  readonly hidden: Float32Array;
}

/** One direction of one recurrent layer, step by step in the order of the input's time, for a reverse one as well. */
interface LayerTrace {
  /** The layer's name in the model, after its weights where they have one: `lstm`, `lstm_l1`. */
  readonly name: string;
  /** Its number among the recurrent layers, in the order in which the model runs them. */
  readonly layer: number;
  readonly direction: 'forward' | 'reverse';
  readonly dims: readonly [time: number, batch: number, hidden: number];
}

export interface LstmTrace extends LayerTrace, LstmSteps {
  readonly op: 'lstm';
}

export interface GruTrace extends LayerTrace, GruSteps {
  readonly op: 'gru';
}

/** By its `op` it is known which gates it has. */
export type RecurrentTrace = LstmTrace | GruTrace;

/** What a layer computed at every step, by the names that its cell has for it. */
export type LayerSteps = Readonly<Record<string, Float32Array>>;

/** Room for every step of a cell. */
export function emptySteps(
  kind: RecurrentName,
  steps: number,
  hiddenSize: number,
  stateSize: number,
): LayerSteps {
  const { traceGates, states } = cellOf(kind);
  return Object.fromEntries([
    ...traceGates.map((name) => [name, new Float32Array(steps * hiddenSize)] as const),
    ...states.map(
      ({ trace }, i) => [trace, new Float32Array(steps * (i === 0 ? stateSize : hiddenSize))] as const,
    ),
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
