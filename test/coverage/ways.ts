/**
 * The shortest way from the state dict of a network to its ONNX file: options of `export` alone, or what `init` drafts with at most
 * three of its marked lines written anew. Networks that are not here need more.
 */
import { MARK } from '../../src/import/draft/typescript.js';

/** How the model is fed and exported where that is not as in the recording. */
interface Feeding {
  /** What a recording calls the inputs of the model. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** The shape of an input from its recorded one, which has the same entries in the same order. */
  readonly shapes?: Readonly<Record<string, (recorded: readonly number[]) => readonly number[]>>;
  /** Options of `export`. */
  readonly options?: readonly string[];
}

interface ByOptions extends Feeding {
  readonly options: readonly string[];
}

interface ByInit extends Feeding {
  /** By the name that the marked line defines, or `network` for the first one. */
  readonly lines: Readonly<Record<string, string>>;
}

export type Way = ByOptions | ByInit;

const ids = { inputs: { x: 'ids' } };
/** One more axis, of 1. */
const added = (axis: number) => (shape: readonly number[]) => shape.toSpliced(axis, 0, 1);
const removed = (axis: number) => (shape: readonly number[]) => shape.toSpliced(axis, 1);
const series = { shapes: { x: added(2) } };
const states = { options: ['--states'] };

export const ways: Readonly<Record<string, Way>> = {
  B01: { options: [] },
  B02: { options: [], ...series },
  B03: { options: [] },
  B05: { options: ['--pool', 'all'], ...ids },
  B06: {
    lines: {
      fc1: "const fc1 = nn.elu(nn.linear('fc1', x, 5));",
      fc2: "const fc2 = nn.elu(nn.linear('fc2', fc1, 5));",
      pooled: 'const pooled = lstm.output;',
    },
  },
  B07: { options: ['--pool', 'all'] },
  B09: { options: ['--head', 'head.0,sigmoid'] },
  B10: { options: ['--head', 'head.0,relu,head.2'] },
  B11: { options: ['--pool', 'all', '--head', 'head.0,relu,head.2', '--states'] },
  B13: {
    lines: {
      fc_in: "const fc_in = nn.tanh(nn.linear('fc_in', x, 5));",
      pooled: 'const pooled = gru.output;',
      fc_out: "const fc_out = nn.sigmoid(nn.linear('fc_out', pooled, 1));",
    },
  },
  B14: { options: [], ...series },
  B15: { options: ['--lstm', 'lstm1,lstm2'], shapes: { x: removed(1) } },
  A01: {
    lines: {
      states: "const states = nn.reshape(nn.transpose(lstm.h, [1, 2, 0]), ['batch', 12]);",
      presigma: "const presigma = nn.softplus(nn.linear('presigma', states, 1));",
    },
    shapes: { ids: ([, batch = 0]) => [batch, 1], x: ([, batch = 0, features = 0]) => [batch, 1, features] },
    ...states,
  },
  A03: {
    lines: {
      joined: 'const joined = nn.relu(nn.concat([embedding, lstm.output]));',
      pooled: 'const pooled = nn.max(joined, 1);',
    },
  },
  A04: {
    lines: {
      pooled:
        'const pooled = nn.sum(nn.mul(lstm.output, nn.unsqueeze(nn.softmax(nn.matmul(nn.tanh(lstm.output), w), 1), 2)), 1);',
      fc1: "const fc1 = nn.linear('fc1', nn.relu(pooled), 5);",
    },
  },
  A07: {
    inputs: { x: 'mix' },
    lines: {
      fc1: "const fc1 = nn.linear('fc1', nn.mul(nn.add(x, input_mean), input_scale), 6, { bias: false });",
      bn1: "const bn1 = nn.tanh(nn.transpose(nn.batchNorm('bn1', nn.transpose(fc1, [0, 2, 1])), [0, 2, 1]));",
      bn3: "const bn3 = nn.mul(nn.relu(nn.add(nn.mul(nn.transpose(nn.batchNorm('bn3', nn.transpose(fc3, [0, 2, 1])), [0, 2, 1]), output_scale), output_mean)), x);",
    },
  },
  A12: {
    options: [
      '--time-first',
      '--embedding',
      'encoder',
      '--pool',
      'all',
      '--head',
      'decoder,logSoftmax',
      '--states',
    ],
    ...ids,
  },
  A13: {
    options: ['--time-first', '--pool', 'all', '--head', 'h2o,tanh', '--states'],
    shapes: { x: added(0) },
  },
  A16: {
    lines: {
      network:
        "export const network = nn.defineNetwork({ image: nn.float32('batch', 4), ids: nn.int32('batch', 'time') }, ({ image, ids }) => {",
      lstm: "const lstm = nn.lstm('lstm', nn.concat([nn.unsqueeze(image, 1), embed], 1), { hiddenSize: 6 });",
    },
  },
  A17: {
    lines: {
      network:
        "export const network = nn.defineNetwork({ x: nn.float32('batch', 'time', 1, 8, 8) }, ({ x }) => {",
      conv1_0:
        "const conv1_0 = nn.conv2d('conv1.0', nn.reshape(x, [-1, 1, 8, 8]), { outChannels: 2, kernelSize: 3, stride: 2 });",
    },
  },
  A18: { lines: {} },
  A22: {
    options: ['--time-first', '--embedding', 'encoder', '--pool', 'all', '--states'],
    ...ids,
    shapes: { x: added(0) },
  },
  A24: {
    lines: {
      conv2: "const conv2 = nn.relu(nn.conv2d('conv2', conv1, { outChannels: 3, kernelSize: [3, 1] }));",
      bn: "const bn = nn.batchNorm('bn', conv2);",
      lstm1:
        "const lstm1 = nn.lstm('lstm1', nn.reshape(nn.transpose(bn, [0, 2, 3, 1]), ['batch', -1, 12]), { hiddenSize: 6 });",
    },
    shapes: { x: added(1) },
  },
  A27: {
    lines: {
      network: "export const network = nn.defineNetwork({ x: nn.float32('batch', 1, 8, 8) }, ({ x }) => {",
      conv1:
        "const conv1 = nn.relu(nn.maxPool2d(nn.conv2d('conv1', x, { outChannels: 3, kernelSize: 3, padding: 1 }), { kernelSize: 2 }));",
      conv2:
        "const conv2 = nn.relu(nn.maxPool2d(nn.conv2d('conv2', conv1, { outChannels: 2, kernelSize: 3, padding: 1 }), { kernelSize: 2 }));",
    },
    shapes: { h0: added(0), c0: added(0) },
    ...states,
  },
  A28: {
    lines: {
      network:
        "export const network = nn.defineNetwork({ x: nn.float32('batch', 'time', 4), statics: nn.float32('batch', 2) }, ({ x, statics }) => {",
      lstm: "const lstm = nn.lstm('lstm', nn.concat([x, nn.repeatLike(statics, x)]), { hiddenSize: 6 });",
      pooled: 'const pooled = lstm.output;',
    },
  },
  A30: {
    options: ['--time-first', '--pool', 'all', '--head', 'hidden2tag,logSoftmax'],
    ...ids,
    shapes: { x: added(1) },
  },
  A38: {
    options: [
      '--time-first',
      '--embedding',
      'encoder',
      '--lstm',
      'rnns.0,rnns.1',
      '--pool',
      'all',
      '--head',
      'decoder',
    ],
    ...ids,
  },
  A39: { options: ['--pool', 'all', '--head', 'fc,sigmoid'] },
  A40: {
    inputs: { ids: 'chars_ids', ids_2: 'words_ids' },
    lines: {
      network:
        "export const network = nn.defineNetwork({ ids: nn.int32('batch', 'time', 4), ids_2: nn.int32('batch', 'time') }, ({ ids, ids_2 }) => {",
      char_lstm:
        "const char_lstm = nn.lstm('char_lstm', nn.reshape(char_embeddings, [-1, 4, 3]), { hiddenSize: 2, bidirectional: true });",
      joined:
        "const joined = nn.concat([word_embeddings, nn.reshape(nn.transpose(char_lstm.h, [1, 0, 2]), ['batch', 'time', 4])]);",
    },
  },
  A42: {
    lines: {
      pooled:
        "const pooled = nn.squeeze(nn.matmul(nn.transpose(lstm.output, [0, 2, 1]), nn.unsqueeze(nn.softmax(nn.squeeze(nn.matmul(lstm.output, nn.reshape(lstm.h, ['batch', 12, 1])), 2), 1), 2)), 2);",
    },
  },
};

/** Writes marked lines of a draft anew. @throws Error for a line that is not there or not marked */
export function finish(draft: string, lines: Readonly<Record<string, string>>): string {
  const all = draft.split('\n');
  for (const [name, line] of Object.entries(lines)) {
    const start = `const ${name} = `;
    const at = all.findIndex((each) => each.replace('export ', '').trimStart().startsWith(start));
    if (at === -1 || !all[at - 1]?.includes(MARK)) throw new Error(`The draft has no marked line ${start}`);
    all.splice(at - 1, 2, line);
  }
  return all.join('\n');
}

/** `options: --pool all`, or `init, 2 lines`. */
export function describeWay(way: Way): string {
  if (!('lines' in way)) return way.options.length === 0 ? '`export`' : `\`export ${way.options.join(' ')}\``;
  const count = Object.keys(way.lines).length;
  const options = way.options ? `, \`export ${way.options.join(' ')}\`` : '';
  return `\`init\`, ${count === 1 ? '1 line' : `${count} lines`}${options}`;
}
