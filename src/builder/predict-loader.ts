/** The outputs of samples that are read batch by batch, put into the order of the samples. */
import { copyJoined, joinedShape } from '../array-layout.js';
import { checkLoader, type InputLoader, loadInputs, type SampleLoader } from '../data/sample-loader.js';
import { LstmOnnxError } from '../errors.js';
import { mustGet } from '../must-get.js';
import { dim, type NdArray, sizeOf } from '../nd-array.js';
import { batchAxes } from './batch-axes.js';
import type { Network } from './network.js';
import type { DType } from './tensor.js';
import { checkSamplesFirst } from './train/batches.js';
import { evaluationOrder } from './train/training-data.js';

type Output = NdArray<'float32'>;
type Outputs = Readonly<Record<string, Output>>;

/**
 * Runs the batches from the shortest samples to the longest. An output whose steps differ from batch to batch is padded with
 * zeros to the longest.
 *
 * @param run computes the outputs of a batch's inputs
 * @throws E_UNSUPPORTED for a network that mixes the samples of a batch; E_INVALID_OPTION for streams, whose samples do not stand alone
 */
export async function predictLoaded(
  network: Network,
  loader: InputLoader & Pick<SampleLoader, 'streams'>,
  batchSize: number,
  run: (inputs: Readonly<Record<string, NdArray<DType>>>) => Promise<Outputs>,
): Promise<Outputs> {
  checkLoader('prediction', loader);
  if (loader.streams !== undefined) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'predict starts each sample from zeros, and the samples of streams go on from each other. Give predict the whole sequences, ' +
        'or run the exported model piece by piece with model.stream().',
    );
  }
  checkSamplesFirst(network);
  const axes = batchAxes(network);
  if (!axes) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      'The network mixes samples, or has no dimension called batch, so that it cannot run batch by batch; give predict all arrays at once.',
    );
  }
  const order = evaluationOrder(loader);
  const parts: Outputs[] = [];
  for (let start = 0; start < loader.length; start += batchSize) {
    parts.push(await run(await loadInputs('prediction', loader, order.subarray(start, start + batchSize))));
  }
  const places = new Int32Array(order.length);
  order.forEach((sample, place) => {
    places[sample] = place;
  });
  const outputs = [...axes.outputs].map(([name, axis]) => {
    const pieces = parts.map((part) => mustGet(new Map(Object.entries(part)), name, 'output'));
    return [name, inOrder(joined(pieces, axis), axis, places)] as const;
  });
  return Object.fromEntries(outputs);
}

/** Arrays joined along an axis, each padded with zeros to the largest along all others. */
function joined(pieces: readonly Output[], axis: number): Output {
  const largest = dim(pieces, 0).shape.map((_, at) => Math.max(...pieces.map(({ shape }) => dim(shape, at))));
  const parts = pieces.map((piece) => padded(piece, largest.with(axis, dim(piece.shape, axis))));
  const shape = joinedShape(
    parts.map((part) => part.shape),
    axis,
  );
  return { dtype: 'float32', shape, data: copyJoined(parts, axis, new Float32Array(sizeOf(shape))) };
}

/** One axis after the other, from the last: rows are copied to where the wider ones begin. */
function padded(array: Output, shape: readonly number[]): Output {
  let { data } = array;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const width = dim(shape, axis);
    const own = dim(array.shape, axis);
    if (own === width) continue;
    const inner = sizeOf(shape.slice(axis + 1));
    const rows = sizeOf(array.shape.slice(0, axis));
    const wider = new Float32Array(rows * width * inner);
    for (let row = 0; row < rows; row++) {
      wider.set(data.subarray(row * own * inner, (row + 1) * own * inner), row * width * inner);
    }
    data = wider;
  }
  return { dtype: 'float32', shape, data };
}

/** Entry `places[i]` along an axis becomes entry i. */
function inOrder(array: Output, axis: number, places: Int32Array): Output {
  const { shape } = array;
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const data = new Float32Array(array.data.length);
  for (let row = 0; row < outer; row++) {
    places.forEach((place, i) => {
      const from = (row * places.length + place) * inner;
      data.set(array.data.subarray(from, from + inner), (row * places.length + i) * inner);
    });
  }
  return { dtype: 'float32', shape, data };
}
