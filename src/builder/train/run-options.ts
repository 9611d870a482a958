/**
 * The options that a run's numbers depend on. The training state keeps them, so that a resumed run uses the same ones, or
 * others only if the caller says that this is meant.
 */
import { z } from 'zod';
import { isObject, wrongArgument } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { seedBits } from '../random.js';
import { checkClipNorm, checkCounts } from './check-options.js';
import { checkFrozen } from './frozen.js';
import { adam, checkOptimizerConfig, type OptimizerConfig } from './optimizers.js';
import type { Schedule } from './schedule-options.js';
import { isSchedule } from './schedules.js';
import type { TrainingState } from './training-state.js';

/** The options of a run, as its training state keeps them. */
export interface RunOptions {
  /** The low 32 bits of the seed, all that PyTorch uses; left out if unknown. */
  readonly seed?: number | undefined;
  readonly batchSize: number;
  readonly shuffle: boolean;
  /** Left out for none. */
  readonly clipNorm?: number | undefined;
  readonly optimizer: OptimizerConfig;
  /** Where the schedule of the learning rate began, in epochs and steps that were over; left out for the start of the run. */
  readonly scheduledFrom?: { readonly epoch: number; readonly step: number } | undefined;
  /** The modules that are not trained; left out for none. */
  readonly frozen?: readonly string[] | undefined;
  /** How many samples an epoch goes through. */
  readonly samples: number;
}

const changeable = ['optimizer', 'batchSize', 'shuffle', 'clipNorm', 'samples'] as const;

/** The options that a resumed run may change. */
export type RunChange = (typeof changeable)[number];

/** Stands for no bound on the gradients. */
const UNBOUNDED = Number.POSITIVE_INFINITY;

const size = z.number().nonnegative();
const decay = size.lt(1);
const learningRate = size.or(z.custom<Schedule>(isSchedule));

/** As in the file of a training state. */
export const runOptionsSchema = z.strictObject({
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .optional(),
  batchSize: z.int().positive(),
  shuffle: z.boolean(),
  clipNorm: z.number().positive().optional(),
  optimizer: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.enum(['adam', 'adamw']),
      lr: learningRate,
      betas: z.tuple([decay, decay]),
      eps: size,
      weightDecay: size,
    }),
    z.strictObject({
      kind: z.literal('sgd'),
      lr: learningRate,
      momentum: size,
      dampening: size,
      nesterov: z.boolean(),
      weightDecay: size,
    }),
  ]),
  scheduledFrom: z.strictObject({ epoch: z.int().nonnegative(), step: z.int().nonnegative() }).optional(),
  frozen: z.array(z.string()).optional(),
  samples: z.int().positive(),
});

/** What `fit` is given of them. */
interface Given {
  readonly seed?: number | bigint;
  readonly batchSize?: number;
  readonly shuffle?: boolean;
  readonly clipNorm?: number;
  readonly optimizer?: OptimizerConfig;
  readonly frozen?: readonly string[];
  readonly changes?: readonly RunChange[];
}

/**
 * The options of a run: those given, else those of the run that is resumed, else the defaults.
 *
 * @param resumed the state that is resumed; its `run` is missing where a version kept none
 * @throws E_INVALID_OPTION for invalid values, and for changes to the resumed run's that `changes` does not name
 */
export function settleRun(given: Given, resumed: TrainingState | undefined): Omit<RunOptions, 'samples'> {
  checkGiven(given);
  const before = resumed?.run;
  const { changes } = given;
  const givenOrBefore = <T extends number | boolean>(
    name: RunChange,
    now: T | undefined,
    was: T | undefined,
  ): T | undefined => {
    if (now !== undefined && was !== undefined) expectSame(name, was, now, changes);
    return now ?? was;
  };
  if (before && given.optimizer) {
    expectSame('optimizer', ...optimizersShown(before.optimizer, given.optimizer), changes);
  }
  const clipNorm = givenOrBefore(
    'clipNorm',
    given.clipNorm,
    before ? (before.clipNorm ?? UNBOUNDED) : undefined,
  );
  const optimizer = given.optimizer ?? before?.optimizer ?? adam();
  return {
    seed: resumed ? seedOf(before, given.seed) : seedBits(given.seed ?? 0),
    batchSize: givenOrBefore('batchSize', given.batchSize, before?.batchSize) ?? 64,
    shuffle: givenOrBefore('shuffle', given.shuffle, before?.shuffle) ?? true,
    clipNorm: clipNorm === UNBOUNDED ? undefined : clipNorm,
    optimizer,
    scheduledFrom: scheduledFrom(optimizer, resumed),
    frozen: frozenOf(before, given.frozen),
  };
}

/** A resumed run goes on with its schedule; one that is new to it begins where the run is resumed. */
function scheduledFrom({ lr }: OptimizerConfig, resumed: TrainingState | undefined) {
  const before = resumed?.run;
  if (typeof lr === 'number' || !before) return undefined;
  if (sortedJson(lr) === sortedJson(before.optimizer.lr)) return before.scheduledFrom;
  return { epoch: resumed.epoch, step: resumed.optimizer.step };
}

/** Equal for equal options, in whatever order someone wrote them. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort()) : part,
  );
}

/** @throws E_INVALID_OPTION if it differs from the resumed run and `changes` does not name it */
export function expectSame(
  name: RunChange,
  was: string | number | boolean,
  now: string | number | boolean,
  changes: readonly RunChange[] = [],
): void {
  if (was === now || changes.includes(name)) return;
  const instead =
    name === 'samples' ? 'Give the data of that run' : `Leave ${name} out to go on with that of the run`;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `The resumed run had ${name} ${was} and is now given ${now}. ${instead}, or say that the change is meant: ` +
      `{ changes: ['${name}'] }.`,
  );
}

/** Both as calls that show the options in which they differ. */
function optimizersShown(was: OptimizerConfig, now: OptimizerConfig): [string, string] {
  const values = (config: OptimizerConfig) =>
    new Map(Object.entries(config).map(([name, value]) => [name, sortedJson(value)]));
  const [before, after] = [values(was), values(now)];
  const shown = (config: OptimizerConfig, own: typeof before, other: typeof before) => {
    const differing = [...own].filter(([name, value]) => name !== 'kind' && other.get(name) !== value);
    const options = was.kind === now.kind ? differing.map(([name, value]) => `${name}: ${value}`) : [];
    return `${config.kind}(${options.length > 0 ? `{ ${options.join(', ')} }` : ''})`;
  };
  return [shown(was, before, after), shown(now, after, before)];
}

/** @throws E_INVALID_OPTION for a seed other than the run's: its random numbers continue */
function seedOf(before: RunOptions | undefined, given: number | bigint | undefined): number | undefined {
  if (before?.seed !== undefined && given !== undefined && seedBits(given) !== before.seed) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The resumed run had seed ${before.seed} and is now given ${given}, which has no effect: its random numbers continue ` +
        'from its state. Leave seed out, or start a new run without resume.',
    );
  }
  return before?.seed;
}

/** @throws E_INVALID_OPTION for others than the run's: the optimizer has kept nothing for what was not trained */
function frozenOf(
  before: RunOptions | undefined,
  given: readonly string[] | undefined,
): readonly string[] | undefined {
  const shown = (modules: readonly string[] = []) => `[${[...new Set(modules)].sort().join(', ')}]`;
  if (before && given && shown(before.frozen) !== shown(given)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The resumed run had frozen ${shown(before.frozen)} and is now given ${shown(given)}. Leave frozen out to go on with ` +
        'that of the run, or start a new run from its parameters: { parameters: state.parameters }.',
    );
  }
  const modules = given ?? before?.frozen ?? [];
  return modules.length > 0 ? [...modules] : undefined;
}

function checkGiven({ batchSize, shuffle, clipNorm, optimizer, frozen, changes }: Given): void {
  if (batchSize !== undefined) checkCounts({ batchSize });
  checkClipNorm(clipNorm);
  if (shuffle !== undefined && typeof shuffle !== 'boolean') {
    throw wrongArgument('The option shuffle', shuffle, 'true or false');
  }
  if (optimizer !== undefined) checkOptimizerConfig(optimizer);
  checkFrozen(frozen);
  if (changes === undefined) return;
  const wrong: unknown = Array.isArray(changes)
    ? changes.find((name) => !changeable.includes(name))
    : (changes ?? null);
  if (wrong === undefined) return;
  throw wrongArgument(
    'The option changes',
    wrong,
    `a list of ${changeable.join(', ')}; the learning rate is one of optimizer`,
  );
}
