/** What every `train NAME` of data in files does around its training: settings, the folder, signals, the score, the files. */
import { rm } from 'node:fs/promises';
import type { CommandModule } from 'yargs';
import type * as z from 'zod';
import type { EpochLog, StepLog } from '../builder/train/logs.js';
import { counted } from '../counted.js';
import { lockFolder } from '../files/lock.js';
import { ensureWritableDirectory, writeFilesAtomic } from '../files/write.js';
import { formatDuration } from '../progress/duration.js';
import { trainingProgress } from '../progress/training-progress.js';
import type { GlobalOptions } from './global-options.js';
import { type CliIo, expectFolder, type Output } from './output.js';
import { refuseOtherModels, refuseOverwriting } from './refuse-overwriting.js';
import { withSettings } from './setting-options.js';
import { type SettingTable, settingsOf } from './settings.js';
import { Stopped, stopOnSignal } from './stop.js';

type Shape = Readonly<Record<string, z.ZodType>>;

/** What the settings of every task have. */
export interface TaskRun {
  /** Undefined where the data tell how many there are: the task says it by `expectEpochs`. */
  readonly epochs?: number | undefined;
  readonly output: string;
}

/** A thing to train: what it is told, and what it does with that. */
export interface TrainTask<S extends Shape, Run extends TaskRun> {
  readonly table: SettingTable<S, Run>;
  readonly describe: string;
  /** The settings of the table under their headings. */
  readonly groups: Readonly<Record<string, z.ZodObject<Shape>>>;
  /** Commands behind `$0 train` and what they do. */
  readonly examples: readonly (readonly [command: string, about: string])[];
  /** The files and folders that are read. */
  inputs(settings: Run): readonly string[];
  /** All files that there may be in the folder; those that a run does not write are removed, being of an earlier model. */
  files(folder: string): Readonly<Record<string, string>>;
  train(settings: Run, context: TrainContext): Promise<TaskOutcome>;
}

/** What training is given and tells. */
export interface TrainContext {
  readonly signal: AbortSignal;
  /** Says each line once. */
  readonly say: Output['say'];
  /** All lines that were said so far, and will be. */
  readonly notes: ReadonlySet<string>;
  readonly onStep: (log: StepLog) => void;
  readonly onEpoch: (end: { readonly log: EpochLog }) => void;
  /** To be called before the first step where the settings do not say how many epochs there are. */
  expectEpochs(epochs: number): void;
  /** To be called when the last step is done: says how long it took, on what. */
  trained(outcome: {
    readonly backend: { readonly name: string; readonly notice?: string | undefined } | undefined;
    readonly history: readonly unknown[];
  }): void;
}

export interface TaskOutcome {
  /** Whether a signal ended training, and there is something to write all the same: the best epoch until then. */
  readonly stopped?: boolean;
  /** How good it is: lines for people, and an object of JSON for programs; none where nothing tells. */
  readonly score?: { readonly lines: readonly string[]; readonly json: string } | undefined;
  /** What goes into the files, made when the score is shown. */
  contents(): Promise<readonly (readonly [file: string, bytes: Uint8Array | string])[]>;
  /** What to do next, behind `next: `. */
  readonly next: string;
}

interface TaskArguments extends GlobalOptions {
  config: string | undefined;
}

export function trainTaskCommand<S extends Shape, Run extends TaskRun>(
  task: TrainTask<S, Run>,
  output: Output,
  io: CliIo,
): CommandModule<GlobalOptions, TaskArguments> {
  return {
    command: task.table.name,
    describe: task.describe,
    builder(yargs) {
      for (const [heading, settings] of Object.entries(task.groups)) withSettings(yargs, settings, heading);
      for (const [command, about] of task.examples) yargs.example(`$0 train ${command}`, about);
      return yargs.option('config', {
        type: 'string',
        requiresArg: true,
        describe: `A JSON file of these options, as lstm-onnx init ${task.table.name} writes; those given here win`,
      });
    },
    handler: (args) => run(args, task, output, io),
  };
}

async function run<S extends Shape, Run extends TaskRun>(
  args: TaskArguments,
  task: TrainTask<S, Run>,
  { print, say }: Output,
  { stderr, signals }: CliIo,
): Promise<void> {
  const settings = await settingsOf({ ...args }, task.table, say);
  expectFolder(settings.output);
  const files = Object.values(task.files(settings.output));
  const inputs = [...task.inputs(settings), ...(args.config === undefined ? [] : [args.config])];
  for (const file of files) await refuseOverwriting(file, inputs);
  await ensureWritableDirectory(settings.output);
  await using _lock = await lockFolder(settings.output);
  await refuseOtherModels(settings.output, files);
  const length = { epochs: settings.epochs ?? 0 };
  const progress = trainingProgress(() => length.epochs, stderr);
  using stop = stopOnSignal(signals, () => {
    progress.stop();
    say('stopping after this step; a second signal ends the process at once');
  });
  try {
    const context = contextOf(length, progress, stop.signal, say);
    const { stopped = false, score, contents, next } = await task.train(settings, context);
    if (!stopped) stop.signal.throwIfAborted();
    if (score) for (const line of args.json ? [score.json] : score.lines) print(line);
    const written = await contents();
    if (!stopped) stop.signal.throwIfAborted();
    const names = written.map(([file]) => file);
    await writeFilesAtomic(written);
    // Only now: where the new files cannot be written, the earlier ones stay as they were.
    for (const file of files.filter((each) => !names.includes(each))) await rm(file, { force: true });
    if (args.json) print(JSON.stringify({ event: 'done', files: names }));
    else say(`wrote ${names.join(', ')}; ${next}`);
    if (stopped) throw new StoppedAndSaved(stop.signal.reason);
  } catch (error) {
    if (!(error instanceof Stopped) || error instanceof StoppedAndSaved) throw error;
    const why = 'nothing is saved: the files are written when training has ended';
    throw new Stopped(error.signal, `${error.message}; ${why}`);
  } finally {
    progress.stop();
  }
}

/** What is written all the same. */
class StoppedAndSaved extends Stopped {
  constructor(stopped: Stopped) {
    super(stopped.signal, `${stopped.message}; what is written is the best epoch until then`);
  }
}

function contextOf(
  length: { epochs: number },
  progress: ReturnType<typeof trainingProgress>,
  signal: AbortSignal,
  say: Output['say'],
): TrainContext {
  const said = new Set<string>();
  const sayOnce = (line: string) => {
    progress.stop();
    if (!said.has(line)) say(line);
    said.add(line);
  };
  const started = performance.now();
  return {
    signal,
    say: sayOnce,
    notes: said,
    onStep: (log) => progress.step(log),
    onEpoch: ({ log }) => progress.epoch(log),
    expectEpochs(epochs) {
      length.epochs = epochs;
    },
    trained({ backend, history }) {
      progress.stop();
      if (backend?.notice) say(backend.notice);
      const took = formatDuration(performance.now() - started);
      const done = `${history.length} of ${counted(length.epochs, 'epoch')}`;
      if (backend !== undefined) say(`trained in ${took} on tfjs ${backend.name}, ${done}`);
      // A note, which the report has, too.
      else sayOnce(`stopped after ${took}, ${done}: the best of them is taken`);
    },
  };
}
