/** A worker that trains, as a page that stays awake would have it. */
import {
  adam,
  crossEntropy,
  dataset,
  defineNetwork,
  float32,
  fit as learn,
  linear,
  lstm,
  parseMnist,
  sliceDataset,
} from 'lstm-onnx/web';

export interface TrainingTask {
  /** Paths of MNIST's two files. */
  readonly images: string;
  readonly labels: string;
  readonly samples: number;
  readonly epochs: number;
  readonly backend: string;
}

export type TrainingReport =
  | { readonly losses: readonly number[]; readonly backend: string; readonly notice: string | undefined }
  | { readonly error: string };

const network = defineNetwork({ x: float32('batch', 'time', 28) }, ({ x }) => ({
  logits: linear('fc', lstm('lstm', x, { hiddenSize: 64 }).output.at(-1), 10),
}));

async function bytesOf(url: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

async function train({ images, labels, samples, epochs, backend }: TrainingTask): Promise<TrainingReport> {
  const mnist = parseMnist({ images: await bytesOf(images), labels: await bytesOf(labels) });
  const data = sliceDataset(dataset({ inputs: { x: mnist.images }, targets: mnist.labels }), 0, samples);
  const losses: number[] = [];
  const done = await learn(network, data, {
    ...{ loss: crossEntropy, optimizer: adam({ lr: 0.01 }), seed: 1, epochs, backend },
    onStep: ({ loss }) => losses.push(loss),
  });
  return { losses, backend: done.backend.name, notice: done.backend.notice };
}

addEventListener('message', async ({ data }: MessageEvent<TrainingTask>) => {
  try {
    postMessage(await train(data));
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
