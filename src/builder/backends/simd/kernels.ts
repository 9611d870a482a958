/** The functions of the compiled kernels. */

/** Sizes as they are, and padded. */
type LstmLayout = [
  inputSize: number,
  hiddenSize: number,
  stateSize: number,
  hidden: number,
  state: number,
  width: number,
];

/** What `src/kernels/index.ts` exports; addresses and counts are integers. */
export interface Kernels {
  packForward(
    ...layout: [
      ...LstmLayout,
      weightIh: number,
      weightHh: number,
      biasIh: number,
      biasHh: number,
      panels: number,
    ]
  ): void;
  packBackward(columns: number, hiddenSize: number, hidden: number, weight: number, panels: number): void;
  unpackGradients(
    ...layout: [
      ...LstmLayout,
      slices: number,
      sliceBytes: number,
      dWeights: number,
      dWeightIh: number,
      dWeightHh: number,
      dBias: number,
    ]
  ): void;
  unpackProjection(
    hiddenSize: number,
    stateSize: number,
    hidden: number,
    slices: number,
    sliceBytes: number,
    dProjection: number,
    to: number,
  ): void;
  packMatrix(
    depth: number,
    padded: number,
    columns: number,
    transposed: number,
    from: number,
    panels: number,
  ): void;
  packRows(rows: number, depth: number, padded: number, transposed: number, from: number, to: number): void;
  adamStep(
    count: number,
    parameter: number,
    gradient: number,
    mean: number,
    square: number,
    scale: number,
    shrink: number,
    decay: number,
    added1: number,
    beta2: number,
    added2: number,
    rootCorrection: number,
    eps: number,
    stepSize: number,
  ): void;
  sgdStep(
    count: number,
    parameter: number,
    gradient: number,
    buffer: number,
    scale: number,
    decay: number,
    kept: number,
    added: number,
    nesterov: number,
    lr: number,
  ): void;
  squaredNorm(count: number, at: number): number;
  softmax(rows: number, classes: number, logits: number, to: number): void;
  crossEntropy(rows: number, classes: number, logits: number, targets: number, gradient: number): number;
  runJob(kind: number, job: number): void;
  post(mailbox: number, kind: number, job: number): void;
  takeBack(mailbox: number): number;
  isDone(mailbox: number): number;
  readonly usesRelaxedSimd: WebAssembly.Global<'i32'>;
}
