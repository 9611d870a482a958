/** What `train` is told of how to learn, which a resumed run goes on with. */
import { createHash } from 'node:crypto';
import { adam, type OptimizerConfig } from '../builder/train/optimizers.js';
import type { RunOptions } from '../builder/train/run-options.js';
import type { TrainingState } from '../builder/train/training-state.js';
import type { MnistImages } from '../data/mnist.js';
import { LstmOnnxError } from '../errors.js';

/** By the names of the options. */
export interface TrainSettings {
  readonly seed: number;
  readonly 'batch-size': number;
  readonly lr: number;
  readonly 'hidden-size': number;
  readonly 'num-layers': number;
  /** Infinity for no bound. */
  readonly 'clip-norm': number;
}

type Name = keyof TrainSettings;

export const defaults: TrainSettings = {
  seed: 1,
  'batch-size': 64,
  lr: 0.01,
  'hidden-size': 64,
  'num-layers': 1,
  'clip-norm': Number.POSITIVE_INFINITY,
};

const names = Object.keys(defaults) as Name[]; // the keys of a literal are its own

/** What another value has no effect on, or does not fit: the random numbers and the parameters are in the state. */
const fixed: readonly Name[] = ['seed', 'hidden-size', 'num-layers'];

/** A run that is gone on with. */
interface Resumed {
  readonly file: string;
  readonly state: TrainingState;
}

/**
 * The settings of a run: those on the command line, else those of the run that is resumed, else the defaults.
 *
 * @param given undefined for what the command line does not say
 * @param say Is told what changes in a resumed run
 * @throws E_INVALID_OPTION for what cannot change in a resumed run
 */
export function settingsFor(
  given: { readonly [N in Name]: number | undefined },
  resumed: Resumed | undefined,
  say: (line: string) => void,
): TrainSettings {
  const { run, settings: told } = resumed?.state ?? {};
  const saved: TrainingState['settings'] = { ...(run && settingsOf(run)), ...told };
  const settings = Object.fromEntries(
    names.map((name) => {
      const before = savedNumber(saved[name]);
      const now = given[name];
      if (resumed && before !== undefined && now !== undefined && now !== before) {
        if (fixed.includes(name)) {
          throw new LstmOnnxError(
            'E_INVALID_OPTION',
            `${resumed.file} is of a run with --${name} ${before}, which cannot become ${now} now. Leave --${name} out, or start anew without --resume.`,
          );
        }
        say(
          `--${name} is ${shown(now)} from here on; it was ${shown(before)} in the epochs of ${resumed.file}`,
        );
      }
      return [name, now ?? before ?? defaults[name]];
    }),
  );
  return settings as unknown as TrainSettings; // every name is in `names`
}

/** What the state of a run that was started elsewhere says of them. */
function settingsOf({ seed, batchSize, clipNorm, optimizer }: RunOptions) {
  return {
    ...(seed === undefined ? {} : { seed }),
    'batch-size': batchSize,
    'clip-norm': clipNorm ?? 'none',
    ...(typeof optimizer.lr === 'number' ? { lr: optimizer.lr } : {}),
  };
}

/** That of the resumed run; a schedule, of a run by code, goes on unless the command line says a rate. */
export function optimizerOf(
  { lr }: TrainSettings,
  given: number | undefined,
  resumed: RunOptions | undefined,
): OptimizerConfig {
  if (!resumed) return adam({ lr });
  const scheduled = typeof resumed.optimizer.lr !== 'number';
  return scheduled && given === undefined ? resumed.optimizer : { ...resumed.optimizer, lr };
}

/** JSON has no infinity, and users know it as no bound. */
function shown(value: number): number | 'none' {
  return value === Number.POSITIVE_INFINITY ? 'none' : value;
}

function savedNumber(value: string | number | undefined): number | undefined {
  return value === 'none' ? Number.POSITIVE_INFINITY : typeof value === 'number' ? value : undefined;
}

/** The settings and the data as a training state keeps them. */
export function settingsToSave(settings: TrainSettings, data: string): Record<string, string | number> {
  return { ...settings, 'clip-norm': shown(settings['clip-norm']), data };
}

/** Tells the data of one run from those of another. */
export function fingerprintOf({ images, labels }: MnistImages): string {
  const hash = createHash('sha256');
  for (const { data } of [images, labels]) {
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return `sha256:${hash.digest('hex')}`;
}
