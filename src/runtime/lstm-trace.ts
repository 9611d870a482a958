/** What an LSTM computed on its way. */

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

/** One direction of one LSTM layer, step by step in the order of the input's time, for a reverse one as well. */
export interface LstmTrace extends LstmSteps {
  /** The layer's name in the model, after its weights where they have one: `lstm`, `lstm_l1`. */
  readonly name: string;
  /** Its number among the LSTM layers, in the order in which the model runs them. */
  readonly layer: number;
  readonly direction: 'forward' | 'reverse';
  readonly dims: readonly [time: number, batch: number, hidden: number];
}

/** Room for every step. */
export function emptySteps(steps: number, hiddenSize: number, stateSize: number): LstmSteps {
  const units = () => new Float32Array(steps * hiddenSize);
  return {
    inputGate: units(),
    forgetGate: units(),
    candidate: units(),
    outputGate: units(),
    cell: units(),
    hidden: new Float32Array(steps * stateSize),
  };
}

/** Puts one step in its place. @param index `t * batch + row` */
export function putStep(all: LstmSteps, index: number, step: LstmSteps): void {
  all.inputGate.set(step.inputGate, index * step.inputGate.length);
  all.forgetGate.set(step.forgetGate, index * step.forgetGate.length);
  all.candidate.set(step.candidate, index * step.candidate.length);
  all.outputGate.set(step.outputGate, index * step.outputGate.length);
  all.cell.set(step.cell, index * step.cell.length);
  all.hidden.set(step.hidden, index * step.hidden.length);
}
