/** What src/kernels gives the host; made by `npm run kernels`. Addresses, counts and booleans are integers. */

/** The fields of `ConvolutionJob`: 32-bit integers in this order. */
export const convolutionJobFields = [
  'from',
  'to',
  'groups',
  'channels',
  'outChannels',
  'height',
  'width',
  'countY',
  'countX',
  'kernelY',
  'kernelX',
  'strideY',
  'strideX',
  'beforeY',
  'beforeX',
  'dilationY',
  'dilationX',
  'x',
  'y',
  'weight',
  'bias',
  'columns',
  'panels',
  'sums',
  'product',
  'dWeight',
] as const;

/** The fields of `GatePart`: 32-bit integers in this order. */
export const gatePartFields = ['gates', 'gatesAt', 'depth', 'inputsAt', 'panels'] as const;

/** The fields of `LayerBackwardJob`: 32-bit integers in this order. */
export const layerBackwardJobFields = [
  'cell',
  'rows',
  'time',
  'reverse',
  'inputSize',
  'hiddenSize',
  'stateSize',
  'hidden',
  'state',
  'width',
  'inputAt',
  'oneAt',
  'gateWidth',
  'gateStride',
  'parts',
  'partsEnd',
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
  'projection',
  'inputs',
  'gates',
  'cells',
  'tanhCells',
  'unprojected',
  'projected',
  'seat',
  'projectionBackward',
  'dOutput',
  'dHn',
  'dCn',
  'dH0',
  'dC0',
  'stateGates',
  'stateGatesAt',
  'backward',
  'dH',
  'dC',
  'carried',
  'dUnprojected',
  'tile',
  'dWeights',
  'dProjection',
  'dX',
  'inputGates',
  'inputBackward',
  'dXRows',
  'rowsAtOnce',
  'stepsFrom',
  'stepsTo',
] as const;

/** The fields of `LayerJob`: 32-bit integers in this order. */
export const layerJobFields = [
  'cell',
  'rows',
  'time',
  'reverse',
  'inputSize',
  'hiddenSize',
  'stateSize',
  'hidden',
  'state',
  'width',
  'inputAt',
  'oneAt',
  'gateWidth',
  'gateStride',
  'parts',
  'partsEnd',
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
  'projection',
  'inputs',
  'gates',
  'cells',
  'tanhCells',
  'unprojected',
  'projected',
  'seat',
] as const;

/** The fields of `MatmulJob`: 32-bit integers in this order. */
export const matmulJobFields = ['rows', 'depth', 'columns', 'a', 'panels', 'c', 'padded', 'bias'] as const;

/** The fields of `Seat`: 32-bit integers in this order. */
export const seatFields = [
  'table',
  'member',
  'members',
  'unitsAt',
  'units',
  'patience',
  'looked',
  'came',
  'mailbox',
] as const;

/** The values of `CallKind`. */
export const callKind = { packWeights: 1, sumSlices: 2, adamStep: 3, sgdStep: 4 } as const;

/** The values of `Cell`. */
export const cell = { lstm: 0, gru: 1, rnnTanh: 2, rnnRelu: 3 } as const;

/** The values of `JobKind`. */
export const jobKind = {
  layerForward: 1,
  layerBackward: 2,
  layerInputGradient: 3,
  matmul: 4,
  convolution: 5,
  convolutionBack: 6,
  convolutionWeightGradient: 7,
  calls: 8,
} as const;

/** What `src/kernels/running.ts` exports. */
export interface RunningKernels {
  readonly usesRelaxedSimd: WebAssembly.Global<'i32'>;
  readonly usesPairs: WebAssembly.Global<'i32'>;
  rectify(count: number, x: number, y: number): void;
  packWeights(
    rows: number,
    columns: number,
    scale: number,
    transposed: number,
    from: number,
    panels: number,
    depth: number,
    row: number,
    column: number,
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
  clearFloats(at: number, count: number): void;
  softmax(rows: number, classes: number, logits: number, to: number): void;
  isDone(mailbox: number): number;
  post(mailbox: number, kind: number, job: number): void;
  runJob(kind: number, job: number): void;
  takeBack(mailbox: number): number;
  work(mailbox: number): void;
  readonly latePasses: WebAssembly.Global<'i32'>;
}

/** What `src/kernels/training.ts` exports. */
export interface TrainingKernels extends RunningKernels {
  crossEntropy(rows: number, classes: number, logits: number, targets: number, gradient: number): number;
  add(count: number, a: number, b: number, y: number): void;
  channelSums(batch: number, channels: number, windows: number, y: number, sums: number): void;
  divide(count: number, a: number, b: number, y: number): void;
  multiply(count: number, a: number, b: number, y: number): void;
  step(count: number, x: number, below: number, y: number): void;
  subtract(count: number, a: number, b: number, y: number): void;
  sumSlices(
    rows: number,
    columns: number,
    from: number,
    stride: number,
    slices: number,
    sliceBytes: number,
    to: number,
  ): void;
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
}
