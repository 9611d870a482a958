/** Runs the digit model and hands out what went on inside, which only the library's own kernels can tell. */
import { Model } from 'lstm-onnx/web';
import { bestOf, percentOf } from '../shared/beliefs.js';
import { type DigitImage, imageSide } from '../shared/digit-image.js';
import { fetchDigitModel } from '../shared/digit-model.js';
import type { Trace } from './quantity.js';

export interface TracedDigit {
  readonly trace: Trace;
  readonly answer: number;
  /** How sure the network is of it, in words. */
  readonly share: string;
}

let opened: Promise<Model> | undefined;

/** The model is opened once a page. @throws as `Model.load`, `Model.run` and `Model.trace` */
export async function traceDigit(image: DigitImage): Promise<TracedDigit> {
  opened ??= open().catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  const model = await opened;
  const feeds = {
    x: { data: image, dims: [1, imageSide, imageSide] },
    ...Object.fromEntries(
      model.inputs.filter(({ name }) => name !== 'x').map((state) => [state.name, zeros(state.shape)]),
    ),
  };
  const [{ probabilities }, [layer]] = await Promise.all([
    model.run(feeds, ['probabilities']),
    model.trace(feeds),
  ]);
  const shares = probabilities?.data;
  if (!(shares instanceof Float32Array) || layer?.op !== 'lstm') {
    throw new TypeError('The model has no LSTM, or gives no probabilities.');
  }
  const [rows, , units] = layer.dims;
  const answer = bestOf(shares);
  return {
    trace: {
      rows,
      units,
      values: {
        forget: layer.forgetGate,
        input: layer.inputGate,
        candidate: layer.candidate,
        cell: layer.cell,
        output: layer.outputGate,
        hidden: layer.hidden,
      },
    },
    answer,
    share: percentOf(shares[answer] ?? 0),
  };
}

async function open(): Promise<Model> {
  return Model.load(await fetchDigitModel(), { providers: ['simd'] });
}

/** The state that a digit starts from, for a batch of one. */
function zeros(shape: readonly (number | string | null)[] | undefined) {
  const dims = (shape ?? []).map((size) => (typeof size === 'number' ? size : 1));
  return { data: new Float32Array(dims.reduce((product, size) => product * size, 1)), dims };
}
