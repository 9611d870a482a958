/** Convolutions in front of recurrent layers, as published; `convolutional.py` has the same of PyTorch. */
import {
  batchNorm,
  conv2d,
  type Dataset,
  dataset,
  defineNetwork,
  float32,
  Generator,
  linear,
  lstm,
  maxPool2d,
  type Network,
  relu,
  reshape,
  squeeze,
  transpose,
  type Value,
} from 'lstm-onnx';

/** What is measured: a network, and the samples of a training step. */
interface Convolutional {
  /** Its row in the tables. */
  readonly title: string;
  readonly network: Network;
  readonly batch: number;
  /** Of one sample. */
  readonly input: readonly number[];
  /** Of one sample; empty for one class. */
  readonly targets: readonly number[];
  readonly classes: number;
}

export type ConvolutionalName = 'deepconvlstm-113' | 'deepconvlstm-9' | 'crnn';

/** `[batch, channels, height, width]` */
type Images = Value<'float32', readonly ['batch', number, number | string, number | string]>;

/**
 * DeepConvLSTM: four convolutions of 64 filters along time, then two LSTM layers of 128, on windows of 24 steps. Without its
 * dropout, whose masks are not PyTorch's, so that the losses are. https://doi.org/10.3390/s16010115
 */
function deepConvLstm(channels: number): Convolutional {
  const [steps, filters, length, classes] = [24, 64, 5, 18];
  const left = steps - 4 * (length - 1);
  const network = defineNetwork({ x: float32('batch', 1, steps, channels) }, ({ x }) => {
    let seen: Images = x;
    for (const i of [1, 2, 3, 4])
      seen = relu(conv2d(`conv${i}`, seen, { outChannels: filters, kernelSize: [length, 1] }));
    const features = reshape(transpose(seen, [0, 2, 1, 3]), ['batch', left, filters * channels]);
    const sequence = features as Value<'float32', readonly ['batch', number, number]>; // sizes that types do not follow
    const { output } = lstm('lstm', sequence, { hiddenSize: 128, numLayers: 2, batchFirst: true });
    return { logits: linear('fc', output.at(-1, 1), classes) };
  });
  const title = `DeepConvLSTM, ${channels} channels, batch of 100`;
  return { title, network, batch: 100, input: [1, steps, channels], targets: [], classes };
}

/**
 * CRNN, which reads text: seven convolutions with four pools and two batch normalizations, then two bidirectional LSTM layers
 * of 256. Its loss here is the cross-entropy of each step. https://arxiv.org/abs/1507.05717
 */
function crnn(): Convolutional {
  const [height, width, classes] = [32, 100, 37];
  const network = defineNetwork({ x: float32('batch', 1, height, width) }, ({ x }) => {
    const layer = (name: string, of: Images, outChannels: number): Images =>
      conv2d(name, of, { outChannels, kernelSize: 3, padding: 1 });
    const halved = (of: Images): Images => maxPool2d(of, { kernelSize: 2 });
    const lower = (of: Images): Images => maxPool2d(of, { kernelSize: [2, 1] });
    let seen: Images = halved(relu(layer('conv1', x, 64)));
    seen = halved(relu(layer('conv2', seen, 128)));
    seen = relu(layer('conv3', seen, 256));
    seen = lower(relu(layer('conv4', seen, 256)));
    seen = relu(batchNorm('norm5', layer('conv5', seen, 512)));
    seen = lower(relu(batchNorm('norm6', layer('conv6', seen, 512))));
    seen = relu(conv2d('conv7', seen, { outChannels: 512, kernelSize: 2 }));
    const steps = transpose(squeeze(seen, 2), [0, 2, 1]) as Value<
      'float32',
      readonly ['batch', number, number]
    >; // one row is left
    const { output } = lstm('lstm', steps, {
      hiddenSize: 256,
      numLayers: 2,
      bidirectional: true,
      batchFirst: true,
    });
    return { logits: linear('fc', output, classes) };
  });
  const targets = [width / 4 - 1];
  return {
    title: 'CRNN, images of 32 x 100, batch of 16',
    network,
    batch: 16,
    input: [1, height, width],
    targets,
    classes,
  };
}

export const convolutional: Readonly<Record<ConvolutionalName, () => Convolutional>> = {
  'deepconvlstm-113': () => deepConvLstm(113),
  'deepconvlstm-9': () => deepConvLstm(9),
  crnn,
};

/** Random samples, so many batches of them: the numbers of `convolutional.py`. */
export function samplesOf({ batch, input, targets, classes }: Convolutional, batches: number): Dataset {
  const samples = batch * batches;
  const count = (shape: readonly number[]) => shape.reduce((product, size) => product * size, samples);
  const generator = new Generator(0);
  const data = generator.uniform(count(input), -1, 1);
  return dataset({
    inputs: { x: { dtype: 'float32', shape: [samples, ...input], data } },
    targets: {
      dtype: 'int32',
      shape: [samples, ...targets],
      data: Int32Array.from({ length: count(targets) }, () => generator.random32() % classes),
    },
  });
}
