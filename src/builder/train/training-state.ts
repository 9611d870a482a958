/**
 * The state of a training run after an epoch: a resumed run equals an uninterrupted one bit for bit. It is a safetensors
 * file of its own, so that the checkpoint holds only the model.
 */
import { z } from 'zod';
import { inWords, isObject } from '../../arguments.js';
import { parseJson } from '../../data/bounded-json.js';
import { encodeSafetensors, parseSafetensors } from '../../data/safetensors.js';
import { LstmOnnxError, reading } from '../../errors.js';
import type { NdArray } from '../../nd-array.js';
import type { StateDict } from '../parameters.js';
import { Generator, type GeneratorState } from '../random.js';
import type { BestEpoch } from './early-stopping.js';
import { epochLogSchema, historyToJson } from './history-json.js';
import type { EpochLog } from './logs.js';
import type { OptimizerState } from './optimizers.js';
import { type RunOptions, runOptionsSchema } from './run-options.js';

export interface TrainingState {
  /** Epochs completed. */
  readonly epoch: number;
  readonly parameters: StateDict;
  readonly generator: GeneratorState;
  readonly optimizer: OptimizerState;
  /** The best epoch so far, with early stopping. */
  readonly best?: BestEpoch;
  /** The options of the run, which a resumed run keeps; missing in states of older versions. */
  readonly run?: RunOptions | undefined;
  /** Every epoch of the run; missing in states of older versions. */
  readonly history?: readonly EpochLog[];
  /** Settings of the program that ran it, for its next run: kept in the file, and not read by `fit`. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

const metadataKey = 'lstm_onnx.training';
const words = 'generator';
const parameterPrefix = 'parameters.';
const bestPrefix = 'best.';
const slotPrefix = 'optimizer.';

const scalars = z.strictObject({
  version: z.literal(1),
  epoch: z.int().nonnegative(),
  position: z.int().nonnegative(),
  step: z.int().nonnegative(),
  slots: z.array(z.string()).max(8), // an optimizer has two at most
  best: z.strictObject({ epoch: z.int(), value: z.number(), loss: z.number().optional() }).optional(),
  run: runOptionsSchema.optional(),
  history: z.array(epochLogSchema).optional(),
  settings: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});

/** @throws E_INVALID_OPTION unless it is a training state; whether it fits a network is checked when it is resumed */
export function checkTrainingState(state: unknown): asserts state is TrainingState {
  const isEntry = (entry: unknown) => isObject(entry) && 'shape' in entry && 'data' in entry;
  const isDict = (dict: unknown): dict is StateDict =>
    dict instanceof Map &&
    [...dict.values()].every((entry) => isEntry(entry) && entry.data instanceof Float32Array);
  if (
    isObject(state) &&
    Number.isInteger(state.epoch) &&
    isDict(state.parameters) &&
    isObject(state.generator) &&
    isObject(state.optimizer) &&
    Number.isInteger(state.optimizer.step) &&
    state.optimizer.slots instanceof Map &&
    [...state.optimizer.slots.values()].every(isDict) &&
    (state.best === undefined || (isObject(state.best) && isDict(state.best.parameters))) &&
    (state.run === undefined || runOptionsSchema.safeParse(state.run).success) &&
    (state.history === undefined || z.array(epochLogSchema).safeParse(state.history).success)
  ) {
    return;
  }
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `The training state is ${inWords(state)}; give the state that fit gave, or decodeTrainingState(bytes).`,
  );
}

/** The state as the bytes of a safetensors file. */
export function encodeTrainingState(state: TrainingState): Uint8Array {
  checkTrainingState(state);
  const { epoch, parameters, generator, optimizer, best, run, history, settings } = state;
  Generator.fromState(generator); // throws if it is not one
  const tensors = new Map<string, NdArray>([
    [words, { dtype: 'uint32', shape: [generator.words.length], data: generator.words }],
    ...prefixed(parameterPrefix, parameters),
    ...[...optimizer.slots].flatMap(([slot, entries]) => prefixed(`${slotPrefix}${slot}.`, entries)),
    ...(best ? prefixed(bestPrefix, best.parameters) : []),
  ]);
  const metadata: z.input<typeof scalars> = {
    version: 1,
    epoch,
    position: generator.position,
    step: optimizer.step,
    slots: [...optimizer.slots.keys()],
    ...(best ? { best: { epoch: best.epoch, value: best.value, loss: best.loss } } : {}),
    ...(run ? { run: runOptionsSchema.parse(run) } : {}),
    ...(history ? { history: historyToJson(history) } : {}),
    ...(settings ? { settings } : {}),
  };
  return encodeSafetensors(tensors, new Map([[metadataKey, JSON.stringify(metadata)]]));
}

/** @throws E_INVALID_FILE for bytes that are not a training state */
export function decodeTrainingState(bytes: Uint8Array): TrainingState {
  return reading('the training state', () => readState(bytes));
}

function readState(bytes: Uint8Array): TrainingState {
  const { tensors, metadata } = parseSafetensors(bytes);
  const text = metadata.get(metadataKey);
  const state = text === undefined ? undefined : parseJson(text, `The metadata '${metadataKey}'`);
  const parsed = scalars.safeParse(state);
  const generatorWords = tensors.get(words);
  if (!parsed.success || generatorWords?.dtype !== 'uint32') {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The file is not a training state: it lacks the tensor '${words}' or the metadata '${metadataKey}'. ` +
        'Give the training.safetensors that a run of lstm-onnx left.',
    );
  }
  const { epoch, position, step, slots, best, run, history, settings } = parsed.data;
  return {
    epoch,
    parameters: stripped(parameterPrefix, tensors),
    generator: { words: generatorWords.data, position },
    optimizer: {
      step,
      slots: new Map(slots.map((slot) => [slot, stripped(`${slotPrefix}${slot}.`, tensors)])),
    },
    ...(best ? { best: { ...best, parameters: stripped(bestPrefix, tensors) } } : {}),
    ...(run ? { run } : {}),
    ...(history ? { history } : {}),
    ...(settings ? { settings } : {}),
  };
}

function prefixed(prefix: string, entries: StateDict): [string, NdArray][] {
  return [...entries].map(([name, { shape, data }]) => [
    `${prefix}${name}`,
    { dtype: 'float32', shape, data },
  ]);
}

function stripped(prefix: string, tensors: ReadonlyMap<string, NdArray>): StateDict {
  return new Map(
    [...tensors].flatMap(([name, tensor]) => {
      if (!name.startsWith(prefix) || tensor.dtype !== 'float32') return [];
      return [[name.slice(prefix.length), { shape: tensor.shape, data: tensor.data }] as const];
    }),
  );
}
