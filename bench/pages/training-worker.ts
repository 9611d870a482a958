/** Trains an epoch of MNIST in a worker. */
import { adam, crossEntropy, dataset, fit, parseMnist } from 'lstm-onnx/web';
import { classifier, randomData } from '../networks.js';

/** What the page hears: the loss of each step, at last how long the epoch took. */
export type TrainingMessage = { readonly loss: number } | { readonly ms: number; readonly backend: string };

const bytesOf = async (path: string) => new Uint8Array(await (await fetch(path)).arrayBuffer());
const send = (message: TrainingMessage) => postMessage(message);

addEventListener('message', async ({ data: backend }: MessageEvent<string>) => {
  const { images, labels } = parseMnist({
    images: await bytesOf('/memory/train-images'),
    labels: await bytesOf('/memory/train-labels'),
  });
  const network = classifier([64, 28, 28, 64, 1]);
  const options = { loss: crossEntropy, optimizer: adam({ lr: 0.01 }), seed: 1, backend };
  await fit(network, randomData([64, 28, 28, 64, 1], 5), options); // the first steps compile
  const started = performance.now();
  const done = await fit(network, dataset({ inputs: { x: images }, targets: labels }), {
    ...options,
    onStep: ({ loss }) => send({ loss }),
  });
  send({ ms: performance.now() - started, backend: done.backend.name });
});
