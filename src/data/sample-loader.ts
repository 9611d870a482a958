/** Samples that are read when a batch asks for them: of different lengths, or more than fit into memory. */
import { isObject, wrongArgument } from '../arguments.js';
import { LstmOnnxError, messageOf } from '../errors.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { type Dataset, dataset, type SampleInputs, type Samples } from './dataset.js';

/** Inputs alone, for `predict`. */
export interface InputLoader<Inputs extends SampleInputs = SampleInputs> {
  /** How many samples there are; at least 1. */
  readonly length: number;
  /**
   * The size of each sample, such as its steps. Training puts samples of about one size into one batch, so that little of it
   * is padding. Without sizes batches are made as of a data set.
   */
  readonly sizes?: ArrayLike<number>;
  /** Reads the samples with these indices, in their order: arrays `[indices.length, ...]`. */
  batch(indices: Int32Array): { readonly inputs: Inputs } | Promise<{ readonly inputs: Inputs }>;
}

/** Inputs and targets, for `fit` and `evaluate`. Other dimensions than the first may differ from batch to batch. */
export interface SampleLoader<Inputs extends SampleInputs = SampleInputs> extends InputLoader<Inputs> {
  /**
   * How many long sequences are read side by side. Sample `i` is then the piece that follows sample `i - streams`: a batch is the
   * next piece of each sequence, in order, and the states of recurrent layers go on from batch to batch, from zeros at the start of
   * an epoch. `length` is a multiple of it. @default none: each sample stands alone
   */
  readonly streams?: number;
  batch(indices: Int32Array): Samples<Inputs> | Promise<Samples<Inputs>>;
}

const names = { length: true, sizes: true, streams: true, batch: true } satisfies OptionNames<SampleLoader>;

/** Whether data is read batch by batch. An input called `batch` is an array and no function. */
export function isLoader<L extends InputLoader>(data: L | object): data is L {
  return isObject(data) && typeof data.batch === 'function';
}

/** @throws E_INVALID_OPTION unless the loader has a length, sizes for all samples or none, and streams that fill every batch or none */
export function checkLoader(role: string, loader: InputLoader & Pick<SampleLoader, 'streams'>): void {
  const where = `The loader of the ${role} data`;
  const { length, sizes, streams } = loader;
  if (!Number.isSafeInteger(length) || length < 1) {
    throw wrongArgument(`${where}: length`, length, 'how many samples there are, from 1');
  }
  // An instance of a class may have fields of its own.
  if (Object.getPrototypeOf(loader) === Object.prototype) checkOptionNames(where, loader, names);
  if (streams !== undefined) {
    if (!Number.isSafeInteger(streams) || streams < 1 || length % streams !== 0) {
      throw wrongArgument(
        `${where}: streams`,
        streams,
        `a whole number from 1 that divides its length, ${length}`,
      );
    }
    if (sizes !== undefined) {
      throw wrongArgument(`${where}: sizes`, sizes, 'none beside streams, whose samples are read in order');
    }
  }
  if (sizes === undefined) return;
  if (sizes === null || typeof sizes !== 'object' || sizes.length !== length) {
    throw wrongArgument(`${where}: sizes`, sizes, `a list with the size of each of the ${length} samples`);
  }
  const wrong = Array.prototype.findIndex.call(sizes, (size) => !Number.isFinite(size));
  if (wrong !== -1) throw wrongArgument(`${where}: sizes[${wrong}]`, sizes[wrong], 'a finite number');
}

/**
 * What a loader gives for these samples, as many as asked for.
 *
 * @throws E_RUN_FAILED where reading fails, E_SHAPE_MISMATCH for another number of samples, and what `dataset` throws
 */
export async function loadBatch(role: string, loader: SampleLoader, indices: Int32Array): Promise<Dataset> {
  const data = dataset((await readBatch(role, loader, indices)) as Samples); // dataset checks it
  expectCount(role, data.length, indices);
  return data;
}

/** The inputs alone of {@link loadBatch}, not checked: they are feeds. @throws E_RUN_FAILED, E_INVALID_OPTION, E_SHAPE_MISMATCH */
export async function loadInputs(
  role: string,
  loader: InputLoader,
  indices: Int32Array,
): Promise<SampleInputs> {
  const batch = await readBatch(role, loader, indices);
  if (!isObject(batch) || !isObject(batch.inputs)) {
    throw wrongArgument(`The ${role} data: batch()`, batch, '{ inputs: { x: array } }');
  }
  const inputs = batch.inputs as SampleInputs; // predict checks them as feeds
  for (const array of Object.values(inputs)) expectCount(role, array?.shape?.[0] ?? 0, indices);
  return inputs;
}

/** A copy of the indices is handed on, so that a loader may keep or change it. */
async function readBatch(role: string, loader: InputLoader, indices: Int32Array): Promise<unknown> {
  try {
    return await loader.batch(indices.slice());
  } catch (error) {
    if (error instanceof LstmOnnxError) throw error;
    throw new LstmOnnxError(
      'E_RUN_FAILED',
      `Reading a batch of the ${role} data failed in the loader's batch(): ${messageOf(error)}`,
      { cause: error },
    );
  }
}

function expectCount(role: string, got: number, indices: Int32Array): void {
  if (got === indices.length) return;
  throw new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `The loader of the ${role} data gave ${got} samples for ${indices.length} indices (the first is ${indices[0]}); expected one for each.`,
  );
}

/** The samples `start` to `end - 1` of a loader. */
export function sliceLoader<Inputs extends SampleInputs>(
  loader: SampleLoader<Inputs>,
  start: number,
  end: number,
): SampleLoader<Inputs> {
  const { sizes } = loader;
  return {
    length: end - start,
    ...(sizes === undefined ? {} : { sizes: Float64Array.from(sizes).subarray(start, end) }),
    batch: (indices) => loader.batch(indices.map((index) => index + start)),
  };
}
