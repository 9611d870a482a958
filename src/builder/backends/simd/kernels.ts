/** What src/kernels gives the host; made by `npm run kernels`. Addresses, counts and booleans are integers. */

/** The fields of `LstmJob`: 32-bit integers in this order. */
export const lstmJobFields = [
  'rows',
  'time',
  'reverse',
  'inputSize',
  'hiddenSize',
  'stateSize',
  'hidden',
  'state',
  'width',
  'gateStride',
  'x',
  'xTime',
  'xRow',
  'mask',
  'lengths',
  'output',
  'outputTime',
  'outputRow',
  'h0',
  'c0',
  'hn',
  'cn',
  'forward',
  'backward',
  'projection',
  'projectionBackward',
  'inputs',
  'cells',
  'tanhCells',
  'gates',
  'unprojected',
  'projected',
  'dOutput',
  'dHn',
  'dCn',
  'dH0',
  'dC0',
  'dH',
  'dC',
  'carried',
  'dUnprojected',
  'tile',
  'dWeights',
  'dProjection',
  'dX',
  'inputBackward',
  'dXRows',
] as const;

/** The fields of `MatmulJob`: 32-bit integers in this order. */
export const matmulJobFields = ['rows', 'depth', 'columns', 'a', 'panels', 'c', 'padded', 'bias'] as const;

/** The values of `JobKind`. */
export const jobKind = { lstmForward: 1, lstmBackward: 2, lstmInputGradient: 3, matmul: 4 } as const;

/** What `src/kernels/index.ts` exports. */
export interface Kernels {
  readonly usesRelaxedSimd: WebAssembly.Global<'i32'>;
  packBackward(columns: number, hiddenSize: number, hidden: number, weight: number, panels: number): void;
  packForward(
    inputSize: number,
    hiddenSize: number,
    stateSize: number,
    hidden: number,
    state: number,
    width: number,
    weightIh: number,
    weightHh: number,
    biasIh: number,
    biasHh: number,
    panels: number,
  ): void;
  unpackGradients(
    inputSize: number,
    hiddenSize: number,
    stateSize: number,
    hidden: number,
    state: number,
    width: number,
    slices: number,
    sliceBytes: number,
    dWeights: number,
    dWeightIh: number,
    dWeightHh: number,
    dBias: number,
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
  isDone(mailbox: number): number;
  post(mailbox: number, kind: number, job: number): void;
  runJob(kind: number, job: number): void;
  takeBack(mailbox: number): number;
  work(mailbox: number): void;
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
  crossEntropy(rows: number, classes: number, logits: number, targets: number, gradient: number): number;
  softmax(rows: number, classes: number, logits: number, to: number): void;
}
