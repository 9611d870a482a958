/** The network that the options of the page describe, built and as code to copy. */
import {
  at,
  concat,
  defineNetwork,
  float32,
  linear,
  lstm,
  type Network,
  parameterSpecs,
  summary,
} from 'lstm-onnx/web';
import type { DataSummary, NetworkDescription, NetworkOptions, TrainingOptions } from './messages.js';

export const sgdMomentum = 0.9;

/**
 * An LSTM over `x` `[batch, time, features]` and a linear head on its last state: `logits` `[batch, classes]`.
 *
 * @throws E_INVALID_OPTION for sizes that make no sense
 */
export function buildNetwork(data: DataSummary, options: NetworkOptions): Network {
  const { bidirectional, ...sizes } = options;
  return defineNetwork({ x: float32('batch', 'time', data.features) }, ({ x }) => {
    if (!bidirectional) {
      const { output } = lstm('lstm', x, sizes);
      return { logits: linear('fc', output.at(-1), data.outputs) };
    }
    // Both directions at their own last step: output.at(-1) would hold one step alone of the second.
    const { h } = lstm('lstm', x, { ...sizes, bidirectional: true });
    return { logits: linear('fc', concat([at(h, -2, 0), at(h, -1, 0)]), data.outputs) };
  });
}

/** The network in words and code. @throws as {@link buildNetwork} */
export function describeNetwork(
  data: DataSummary,
  options: NetworkOptions,
  training: TrainingOptions,
): NetworkDescription {
  const network = buildNetwork(data, options);
  const parameters = parameterSpecs(network).reduce(
    (sum, { shape }) => sum + shape.reduce((size, dim) => size * dim, 1),
    0,
  );
  return { code: codeOf(data, options, training), summary: summary(network), parameters };
}

/** A program for Node.js that trains the same network with the same options, as far as it does not depend on a file. */
export function codeOf(data: DataSummary, options: NetworkOptions, training: TrainingOptions): string {
  const { hiddenSize, numLayers, bidirectional, dropout } = options;
  const settings = [
    `hiddenSize: ${hiddenSize}`,
    ...(numLayers === 1 ? [] : [`numLayers: ${numLayers}`]),
    ...(bidirectional ? ['bidirectional: true'] : []),
    ...(dropout === 0 ? [] : [`dropout: ${dropout}`]),
  ].join(', ');
  const body = bidirectional
    ? `  const { h } = lstm('lstm', x, { ${settings} });
  const ends = concat([at(h, -2, 0), at(h, -1, 0)]); // both directions at their last step
  return { logits: linear('fc', ends, ${data.outputs}) };`
    : `  const { output } = lstm('lstm', x, { ${settings} });
  return { logits: linear('fc', output.at(-1), ${data.outputs}) };`;
  const optimizer = training.optimizer === 'adamw' ? 'adamW' : training.optimizer;
  const names = [
    ...(bidirectional ? ['at', 'concat'] : []),
    ...[
      'dataset',
      'defineNetwork',
      'exportOnnx',
      'fit',
      'float32',
      'linear',
      'loadMnist',
      'lstm',
      'writeFileAtomic',
    ],
    ...(data.kind === 'mnist' ? ['sliceDataset'] : []),
    ...['accuracy', 'crossEntropy', optimizer],
  ].toSorted((a, b) => a.localeCompare(b));
  return `import {
${names.map((name) => `  ${name},`).join('\n')}
} from 'lstm-onnx';

const network = defineNetwork({ x: float32('batch', 'time', ${data.features}) }, ({ x }) => {
${body}
});

${loadingCode(data)}
const { parameters } = await fit(network, data, {
  loss: crossEntropy,
  metrics: [accuracy],
  optimizer: ${optimizer}({ lr: ${training.learningRate}${optimizer === 'sgd' ? `, momentum: ${sgdMomentum}` : ''} }),
  epochs: ${training.epochs},
  batchSize: ${training.batchSize},
  seed: ${training.seed},
});
await writeFileAtomic('model.onnx', exportOnnx(network, parameters));
`;
}

/** How the program comes by the data; a person's files it can only name. */
function loadingCode({ kind, train }: DataSummary): string {
  const whole = 'dataset({ inputs: { x: train.images }, targets: train.labels })';
  if (kind === 'idx') {
    return `const { train } = await loadMnist({ dir: 'the folder of your files' });
const data = ${whole};`;
  }
  return `const { train } = await loadMnist();
// The samples that the page has; without sliceDataset it learns from all 60,000.
const data = sliceDataset(${whole}, 0, ${train});`;
}
