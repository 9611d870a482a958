/**
 * The networks of fixtures/coverage_networks.py, defined with the names that their state dicts have. Those that are not here need
 * an op that there is not yet.
 */
import {
  activation,
  add,
  argmax,
  at,
  batchNorm,
  clip,
  concat,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  defineNetwork,
  div,
  dropout,
  embedding,
  float32,
  glu,
  greater,
  gru,
  int32,
  linear,
  logSoftmax,
  lstm,
  matmul,
  max,
  maxPool2d,
  mul,
  type Network,
  parameter,
  prelu,
  relu,
  repeatLike,
  reshape,
  rnn,
  type Shape,
  type SymbolicTensor,
  shared,
  sigmoid,
  softmax,
  sqrt,
  squeeze,
  std,
  sub,
  sum,
  type TensorType,
  tanh,
  tie,
  transpose,
  unroll,
  unsqueeze,
  type Value,
  where,
} from '../../src/core.js';

const FEATURES = 4;
const HIDDEN = 6;
const CLASSES = 3;
const WORDS = 9;
const words = { numEmbeddings: WORDS, embeddingDim: FEATURES };
const series = float32('batch', 'time', FEATURES);

/** A recurrent layer called rnn, its last step, a head. */
function lastStep(kind: 'lstm' | 'gru', numLayers: number, head: (x: Row) => Value): Network {
  return defineNetwork({ x: series }, ({ x }) => {
    const sizes = { hiddenSize: HIDDEN, numLayers } as const;
    const { output } = kind === 'lstm' ? lstm('rnn', x, sizes) : gru('rnn', x, sizes);
    return { y0: head(output.at(-1) as Row) };
  });
}
type Row = SymbolicTensor<'float32', readonly ['batch', number]>;
type Channels = Value<'float32', readonly ['batch', number, string]>;

const zeroState = () =>
  defineNetwork({ x: float32('batch', 'time') }, ({ x }) => {
    const { output } = lstm('lstm', unsqueeze(x, 2), { hiddenSize: HIDDEN, numLayers: 2 });
    return { y0: squeeze(linear('fc', dropout(output.at(-1), 0.2), 1), 1) };
  });

/** States of layers, time first, as inputs and outputs. */
const states = <const L extends number>(layers: L) => ({
  h0: float32(layers, 'batch', HIDDEN),
  c0: float32(layers, 'batch', HIDDEN),
});

/** States of a cell. */
const cells = <const H extends string, const C extends string>(h: H, c: C) =>
  ({ [h]: float32('batch', HIDDEN), [c]: float32('batch', HIDDEN) }) as Record<
    H | C,
    TensorType<'float32', readonly ['batch', 6]>
  >; // both keys are named on the line above

type Image = Value<'float32', readonly ['batch', number, string | number, string | number]>;
type Cell = Value<'float32', readonly ['batch', 6]>;

/** One step of `nn.LSTMCell`: its h and c. */
function oneStep(name: string, x: Value<'float32', readonly ['batch', number]>, h0: Cell, c0: Cell) {
  const initialState = { h: unsqueeze(h0, 0), c: unsqueeze(c0, 0) };
  const { h, c } = lstm(name, unsqueeze(x, 0), { hiddenSize: HIDDEN, batchFirst: false, initialState });
  return [squeeze(h, 0), squeeze(c, 0)] as const;
}

export const networks: Readonly<Record<string, () => Network>> = {
  B01: () => lastStep('lstm', 2, (x) => linear('head', x, 1)),
  B02: zeroState,
  B03: () => lastStep('gru', 1, (x) => linear('head', x, 1)),
  B05: () =>
    defineNetwork({ ids: int32('batch', 'time') }, ({ ids }) => {
      const { output } = lstm('lstm', embedding('embedding', ids, words), {
        hiddenSize: 3,
        bidirectional: true,
      });
      return { y0: linear('hidden2tag', output, CLASSES) };
    }),
  B06: () =>
    defineNetwork({ x: series }, ({ x }) => {
      const elu = <S extends Value<'float32'>>(value: S) =>
        activation(value, { name: 'elu' }) as unknown as S;
      const seen = elu(linear('fc2', elu(linear('fc1', x, 5)), 5));
      return { y0: linear('adv', lstm('lstm', seen, { hiddenSize: HIDDEN }).output, CLASSES) };
    }),
  B07: () =>
    defineNetwork({ x: series }, ({ x }) => ({
      y0: linear('out', lstm('lstm', x, { hiddenSize: HIDDEN }).output, FEATURES),
    })),
  B09: () => lastStep('lstm', 1, (x) => sigmoid(linear('head.0', x, 1))),
  B10: () =>
    lastStep('lstm', 1, (x) => linear('head.2', relu(linear('head.0', dropout(x, 0.3), 5)), CLASSES)),
  B11: () =>
    defineNetwork({ x: series, ...states(1) }, ({ x, h0, c0 }) => {
      const { output, h, c } = lstm('lstm', x, { hiddenSize: HIDDEN, initialState: { h: h0, c: c0 } });
      return { y0: linear('head.2', relu(linear('head.0', output, 5)), CLASSES), y1: h, y2: c };
    }),
  B13: () =>
    defineNetwork({ x: series }, ({ x }) => {
      const { output } = gru('gru', tanh(linear('fc_in', x, 5)), { hiddenSize: HIDDEN });
      return { y0: sigmoid(linear('fc_out', output, 1)) };
    }),
  B14: zeroState,
  B15: () =>
    defineNetwork({ x: float32('batch', 1, 'time', FEATURES) }, ({ x }) => {
      const first = lstm('lstm1', squeeze(x, 1), { hiddenSize: HIDDEN });
      return { y0: linear('fc', lstm('lstm2', first.output, { hiddenSize: 5 }).output.at(-1), CLASSES) };
    }),
  A01: () =>
    defineNetwork(
      { x: float32(1, 'batch', FEATURES), ids: int32(1, 'batch'), ...states(2) },
      ({ x, ids, h0, c0 }) => {
        const kind = embedding('embedding', ids, { numEmbeddings: WORDS, embeddingDim: 3 });
        const { h, c } = lstm('lstm', concat([x, kind]), {
          hiddenSize: HIDDEN,
          numLayers: 2,
          batchFirst: false,
          initialState: { h: h0, c: c0 },
        });
        const flat = reshape(transpose(h, [1, 2, 0]), ['batch', 2 * HIDDEN]);
        const sigma = activation(squeeze(linear('presigma', flat, 1), 1), { name: 'softplus' });
        return { y0: sigma, y1: squeeze(linear('mu', flat, 1), 1), y2: h, y3: c };
      },
    ),
  A03: () =>
    defineNetwork({ ids: int32('batch', 'time') }, ({ ids }) => {
      const embedded = embedding('embedding', ids, words);
      const { output } = lstm('lstm', embedded, { hiddenSize: HIDDEN, bidirectional: true });
      return { y0: linear('fc', max(relu(concat([embedded, output])), 1), CLASSES) };
    }),
  A04: () =>
    defineNetwork({ ids: int32('batch', 'time') }, ({ ids }) => {
      const { output } = lstm('lstm', embedding('embedding', ids, words), {
        hiddenSize: HIDDEN,
        bidirectional: true,
      });
      const scores = sum(mul(tanh(output), parameter('w', [2 * HIDDEN])), 2);
      const weighted = sum(mul(output, unsqueeze(softmax(scores, 1), 2)), 1);
      return { y0: linear('fc', linear('fc1', relu(weighted), 5), CLASSES) };
    }),
  A06: () =>
    defineNetwork({ x: float32('batch', 1, 8, 'time') }, ({ x }) => {
      const block = (i: number, of: Image, outChannels: number, stride: readonly [number, number]) => {
        const seen = conv2d(`conv.${i}`, of, { outChannels, kernelSize: 3, stride, padding: 1 });
        return clip(batchNorm(`conv.${i + 1}`, seen), { min: 0, max: 20 });
      };
      const seen = block(3, block(0, x, 3, [2, 2]), 2, [2, 1]);
      const time = seen.shape[3] as string;
      const steps = transpose(reshape(seen as Value<'float32'>, ['batch', 4, time]), [0, 2, 1]);
      const { output } = lstm('rnn', steps as Value<'float32', readonly ['batch', string, 4]>, {
        hiddenSize: HIDDEN,
        bidirectional: true,
      });
      const both = sum(reshape(output as Value<'float32'>, ['batch', time, 2, HIDDEN]), 2);
      const normed = batchNorm(
        'norm',
        transpose(both, [0, 2, 1]) as Value<'float32', readonly ['batch', 6, string]>,
      );
      const rows = transpose(normed as Value<'float32'>, [0, 2, 1]) as Value<
        'float32',
        readonly ['batch', string, 6]
      >;
      return { y0: softmax(linear('fc', rows, CLASSES, { bias: false })) };
    }),
  A07: () =>
    defineNetwork({ mix: float32('batch', 'time', 8) }, ({ mix }) => {
      const rows = <F extends number>(
        i: number,
        x: Value<'float32', readonly ['batch', 'time', F]>,
        size: number,
      ) =>
        batchNorm(
          `bn${i}`,
          linear(`fc${i}`, reshape(x as Value<'float32'>, [-1, x.shape[2]]) as Row, size, { bias: false }),
        );
      const steps = (x: Value<'float32'>, size: number) =>
        reshape(x, ['batch', 'time', size]) as SymbolicTensor<'float32', readonly ['batch', 'time', number]>;
      const scaled = mul(add(mix, parameter('input_mean', [8])), parameter('input_scale', [8]));
      const first = steps(tanh(rows(1, scaled, HIDDEN)), HIDDEN);
      const { output } = lstm('lstm', first, { hiddenSize: HIDDEN / 2, numLayers: 2, bidirectional: true });
      const second = steps(relu(rows(2, concat([first, output]), 5)), 5);
      const third = steps(rows(3, second, 8), 8);
      const mask = relu(add(mul(third, parameter('output_scale', [8])), parameter('output_mean', [8])));
      return { y0: mul(mask, mix) };
    }),
  A12: () =>
    defineNetwork({ ids: int32('time', 'batch'), ...states(2) }, ({ ids, h0, c0 }) => {
      const { output, h, c } = lstm('rnn', embedding('encoder', ids, words), {
        hiddenSize: HIDDEN,
        numLayers: 2,
        initialState: { h: h0, c: c0 },
      });
      const rows = reshape(linear('decoder', output, WORDS), [-1, WORDS]);
      return { y0: logSoftmax(rows), y1: h, y2: c };
    }),
  A13: () =>
    defineNetwork({ x: float32('batch', FEATURES), h0: float32(1, 'batch', HIDDEN) }, ({ x, h0 }) => {
      const { output, h } = gru('gru', unsqueeze(x, 0), {
        hiddenSize: HIDDEN,
        batchFirst: false,
        initialState: { h: h0 },
      });
      return { y0: tanh(linear('h2o', squeeze(output, 0), CLASSES)), y1: h };
    }),
  A14: () =>
    defineNetwork({ track: float32('time', 'batch', 2), noise: float32('batch', 2) }, ({ track, noise }) => {
      const embed = shared(<const S extends Shape>(x: Value<'float32', readonly [...S, 2]>) =>
        linear('spatial_embedding', x, FEATURES),
      );
      const seen = squeeze(lstm('encoder', embed(track), { hiddenSize: HIDDEN }).h, 0);
      const context = relu(batchNorm('context.1', linear('context.0', seen, 4)));
      const h = unsqueeze(concat([context, noise]), 0) as Value<'float32', readonly [1, 'batch', 6]>;
      const { outputs } = unroll(2, { at: track.at(-1), h, c: mul(h, 0) }, (state) => {
        const options = { hiddenSize: HIDDEN, batchFirst: false, initialState: state } as const;
        const { output, h, c } = lstm('decoder', unsqueeze(embed(state.at), 0), options);
        return { at: add(linear('hidden2pos', squeeze(output, 0), 2), state.at), h, c };
      });
      return { y0: outputs.at };
    }),
  A16: () =>
    defineNetwork({ image: float32('batch', FEATURES), ids: int32('batch', 'time') }, ({ image, ids }) => {
      const steps = concat([unsqueeze(image, 1), embedding('embed', ids, words)], 1);
      return { y0: linear('linear', lstm('lstm', steps, { hiddenSize: HIDDEN }).output, WORDS) };
    }),
  A17: () =>
    defineNetwork({ x: float32('batch', 'time', 1, 8, 8) }, ({ x }) => {
      const frames = reshape(x, [-1, 1, 8, 8]);
      const seen = relu(
        batchNorm('conv1.1', conv2d('conv1.0', frames, { outChannels: 2, kernelSize: 3, stride: 2 })),
      );
      const flat = reshape(seen as Value<'float32'>, [-1, 18]) as Row;
      const steps = reshape(relu(linear('fc1', flat, FEATURES)) as Value<'float32'>, [
        'batch',
        'time',
        FEATURES,
      ]);
      const input = steps as Value<'float32', readonly ['batch', 'time', 4]>;
      const { output } = lstm('LSTM', input, { hiddenSize: HIDDEN, numLayers: 2 });
      return { y0: linear('fc3', relu(linear('fc2', output.at(-1), 5)), CLASSES) };
    }),
  A18: () =>
    defineNetwork({ ids: int32('batch', 'time') }, ({ ids }) => {
      let x: Value<'float32', readonly ['batch', number, 'time']> = transpose(
        embedding('embedding', ids, words),
        [0, 2, 1],
      );
      for (const i of [0, 1]) {
        const options = { outChannels: FEATURES, kernelSize: 5, padding: 'same' } as const;
        x = relu(batchNorm(`convolutions.${i}.1`, conv1d(`convolutions.${i}.0`, x, options)));
      }
      return { y0: lstm('lstm', transpose(x, [0, 2, 1]), { hiddenSize: 3, bidirectional: true }).output };
    }),
  A19: () =>
    defineNetwork(
      {
        frame: float32('batch', 3),
        memory: series,
        context: float32('batch', FEATURES),
        weights: float32('batch', 'time'),
        total: float32('batch', 'time'),
        ...cells('h1', 'c1'),
        ...cells('h2', 'c2'),
      },
      ({ frame, memory, context, weights, total, h1, c1, h2, c2 }) => {
        const x = relu(linear('prenet', frame, FEATURES, { bias: false }));
        const [first, firstCell] = oneStep('attention_rnn', concat([x, context]), h1, c1);
        const history = concat([unsqueeze(weights, 1), unsqueeze(total, 1)], 1);
        const options = { outChannels: 3, kernelSize: 3, padding: 'same', bias: false } as const;
        const plain = { bias: false };
        const located = linear(
          'location_dense',
          transpose(conv1d('location_conv', history, options), [0, 2, 1]),
          5,
          plain,
        );
        const asked = add(linear('query', unsqueeze(first, 1), 5, plain), located);
        const energy = linear('v', tanh(add(asked, linear('memory_layer', memory, 5, plain))), 1, plain);
        const own = softmax(squeeze(energy, 2), 1);
        const seen = squeeze(matmul(unsqueeze(own, 1), memory), 1);
        const [second, secondCell] = oneStep('decoder_rnn', concat([first, seen]), h2, c2);
        const both = concat([second, seen]);
        return {
          y0: linear('projection', both, 3),
          y1: linear('gate', both, 1),
          y2: seen,
          y3: own,
          y4: add(total, own),
          y5: first,
          y6: firstCell,
          y7: second,
          y8: secondCell,
        };
      },
    ),
  A21: () =>
    defineNetwork(
      { x: float32('batch', FEATURES), ...states(1), starts: float32('batch') },
      ({ x, h0, c0, starts }) => {
        const keep = reshape(sub(1, starts), [1, 'batch', 1]);
        const initialState = { h: mul(keep, h0), c: mul(keep, c0) };
        const options = { hiddenSize: HIDDEN, batchFirst: false, initialState } as const;
        const step = unsqueeze(x, 0);
        const { output, h, c } = lstm('lstm_actor', step, options);
        const value = linear('value_net', squeeze(lstm('lstm_critic', step, options).output, 0), 1);
        const first = tanh(linear('policy_net.0', squeeze(output, 0), 5));
        const scores = linear('action_net', tanh(linear('policy_net.2', first, 5)), CLASSES);
        return { y0: argmax(scores, 1), y1: value, y2: h, y3: c };
      },
    ),
  A22: () =>
    defineNetwork({ ids: int32('batch'), h0: float32(2, 'batch', HIDDEN) }, ({ ids, h0 }) => {
      const embedded = embedding('encoder', ids, { numEmbeddings: WORDS, embeddingDim: HIDDEN });
      const { output, h } = gru('rnn', unsqueeze(embedded, 0), {
        hiddenSize: HIDDEN,
        numLayers: 2,
        batchFirst: false,
        initialState: { h: h0 },
      });
      return { y0: linear('decoder', squeeze(output, 0), WORDS), y1: h };
    }),
  A23: () =>
    defineNetwork({ source_ids: int32('time', 'batch'), target_ids: int32(2, 'batch') }, (ids) => {
      const size = { hiddenSize: HIDDEN } as const;
      const embedded = embedding('embedding', ids.source_ids, words);
      const { output, h: both } = gru('rnn', embedded, { ...size, bidirectional: true });
      const first = tanh(linear('fc', concat([at(both, 0, 0), at(both, 1, 0)]), HIDDEN));
      const source = transpose(output, [1, 0, 2]);
      const { outputs } = unroll(2, { h: first }, ({ h }, step) => {
        const energy = tanh(linear('attn', concat([repeatLike(h, source), source]), HIDDEN));
        const weights = softmax(squeeze(linear('v', energy, 1, { bias: false }), 2), 1);
        const weighted = squeeze(matmul(unsqueeze(weights, 1), source), 1);
        const word = embedding('out_embedding', at(ids.target_ids, step, 0), words);
        const options = { ...size, batchFirst: false, initialState: { h: unsqueeze(h, 0) } } as const;
        const next = squeeze(gru('out_rnn', unsqueeze(concat([word, weighted]), 0), options).h, 0);
        return { h: next, scores: linear('fc_out', concat([next, weighted, word]), WORDS) };
      });
      return { y0: outputs.scores };
    }),
  A24: () =>
    defineNetwork({ x: series }, ({ x }) => {
      const options = { outChannels: 3, kernelSize: [3, 1] } as const;
      const first = relu(conv2d('conv1', unsqueeze(x, 1), options));
      const seen = batchNorm('bn', relu(conv2d('conv2', first, options)));
      const steps = reshape(transpose(seen, [2, 0, 3, 1]) as Value<'float32'>, [
        'time-4',
        'batch',
        3 * FEATURES,
      ]);
      const hidden = { hiddenSize: HIDDEN, batchFirst: false } as const;
      const input = steps as Value<'float32', readonly [string, 'batch', 12]>;
      const { output } = lstm('lstm2', lstm('lstm1', input, hidden).output, hidden);
      return { y0: linear('fc', at(output, -1, 0), CLASSES) };
    }),
  A25: () =>
    defineNetwork({ x: float32('batch', 2, 8, 'time') }, ({ x }) => {
      const encoded = conv2d('encoder', x, {
        outChannels: 4,
        kernelSize: [3, 1],
        stride: [2, 1],
        padding: [1, 0],
      });
      const y = prelu('act', batchNorm('norm', encoded));
      const rows = reshape(transpose(y, [0, 3, 1, 2]), ['batch', 'time', 16]);
      const z = linear('tranform', lstm('lstm', rows, { hiddenSize: HIDDEN }).output, 16);
      const planes = transpose(reshape(z, ['batch', 'time', 4, 4]), [0, 2, 3, 1]);
      const mask = convTranspose2d('decoder', concat([planes, y as typeof planes], 1), {
        outChannels: 2,
        kernelSize: [3, 1],
        stride: [2, 1],
        padding: [1, 0],
        outputPadding: [1, 0],
      });
      const [real, imaginary] = [at(mask, 0, 1), at(mask, 1, 1)];
      const size = sqrt(add(add(mul(real, real), mul(imaginary, imaginary)), 1e-8));
      return { y0: mul(tanh(size), at(x, 0, 1)) };
    }),
  A27: () =>
    defineNetwork(
      { x: float32('batch', 1, 8, 8), h0: float32('batch', HIDDEN), c0: float32('batch', HIDDEN) },
      ({ x, h0, c0 }) => {
        const pooled = (
          name: string,
          of: Value<'float32', readonly ['batch', number, number | string, number | string]>,
          outChannels: number,
        ) => maxPool2d(conv2d(name, of, { outChannels, kernelSize: 3, padding: 1 }), { kernelSize: 2 });
        const seen = relu(pooled('conv2', relu(pooled('conv1', x, 3)), 2));
        const flat = reshape(seen as Value<'float32', readonly ['batch', 2, 2, 2]>, ['batch', 8]);
        const { h, c } = lstm('lstm', unsqueeze(flat, 0), {
          hiddenSize: HIDDEN,
          batchFirst: false,
          initialState: { h: unsqueeze(h0, 0), c: unsqueeze(c0, 0) },
        });
        const [last, cell] = [squeeze(h, 0), squeeze(c, 0)];
        return {
          y0: linear('critic_linear', last, 1),
          y1: linear('actor_linear', last, CLASSES),
          y2: last,
          y3: cell,
        };
      },
    ),
  A28: () =>
    defineNetwork({ x: series, statics: float32('batch', 2) }, ({ x, statics }) => {
      const both = concat([x, repeatLike(statics, x)]);
      return { y0: linear('head', lstm('lstm', both, { hiddenSize: HIDDEN }).output, 1) };
    }),
  A30: () =>
    defineNetwork({ ids: int32('time') }, ({ ids }) => {
      const embedded = embedding('word_embeddings', ids, words);
      const { output } = lstm('lstm', unsqueeze(embedded, 1), { hiddenSize: HIDDEN });
      return { y0: logSoftmax(linear('hidden2tag', squeeze(output, 1), CLASSES)) };
    }),
  A31: () =>
    defineNetwork({ mix: float32('batch', 1, 'time') }, ({ mix }) => {
      const level = std(mix, -1, { keepDim: true });
      const sampled = conv1d('encoder.0', div(mix, add(level, 1e-3)), {
        outChannels: 4,
        kernelSize: 4,
        stride: 2,
      });
      const y = glu(conv1d('encoder.2', relu(sampled), { outChannels: 8, kernelSize: 1 }), 1) as Channels;
      const steps = transpose(y, [2, 0, 1]);
      const read = lstm('lstm', steps, { hiddenSize: 4, batchFirst: false }).output;
      const back = transpose(read, [1, 2, 0]);
      const decoded = glu(
        conv1d('decoder.0', add(back, y), { outChannels: 8, kernelSize: 1 }),
        1,
      ) as Channels;
      const wave = convTranspose1d('decoder.2', decoded, { outChannels: 1, kernelSize: 4, stride: 2 });
      return { y0: mul(level, wave as Value<'float32', readonly ['batch', 1, string]>) };
    }),
  A34: () =>
    defineNetwork(
      {
        pixels: series,
        ids: int32('batch'),
        h0: float32('batch', HIDDEN),
        c0: float32('batch', HIDDEN),
      },
      ({ pixels, ids, h0, c0 }) => {
        const asked = unsqueeze(linear('decoder_att', h0, 5), 1);
        const scores = linear('full_att', relu(add(linear('encoder_att', pixels, 5), asked)), 1);
        const alpha = softmax(scores, 1);
        const seen = mul(sigmoid(linear('f_beta', h0, FEATURES)), sum(mul(pixels, alpha), 1));
        const word = embedding('embedding', ids, { numEmbeddings: WORDS, embeddingDim: 3 });
        const { h, c } = lstm('decode_step', unsqueeze(concat([word, seen]), 0), {
          hiddenSize: HIDDEN,
          batchFirst: false,
          initialState: { h: unsqueeze(h0, 0), c: unsqueeze(c0, 0) },
        });
        const last = squeeze(h, 0);
        return { y0: linear('fc', last, WORDS), y1: squeeze(alpha, 2), y2: last, y3: squeeze(c, 0) };
      },
    ),
  A37: () =>
    defineNetwork({ x: float32('time', 'batch', FEATURES) }, ({ x }) => {
      const { h, c } = lstm('encoder', x, { hiddenSize: HIDDEN });
      const { outputs } = unroll(3, { step: x.at(-1), h, c }, ({ step, ...initialState }) => {
        const options = { hiddenSize: HIDDEN, batchFirst: false, initialState } as const;
        const { output, h, c } = lstm('decoder', unsqueeze(step, 0), options);
        return { step: linear('linear', squeeze(output, 0), FEATURES), h, c };
      });
      return { y0: outputs.step };
    }),
  A35: () =>
    defineNetwork({ ids: int32('batch', 'time') }, ({ ids }) => {
      const { output } = gru('gru', embedding('embedding', ids, words), { hiddenSize: HIDDEN, bias: false });
      const last = output.at(-1);
      const project = (name: string, x: Value<'float32', Shape>, size: number) =>
        linear(name, x as Row, size, { bias: false }) as Value<'float32', Shape>;
      const mask = unsqueeze(where(greater(ids, 0), 1, 0), 2);
      const asked = unsqueeze(project('a_2', last, HIDDEN), 1);
      const alpha = project(
        'v_t',
        mul<Shape, Shape>(mask, sigmoid(add(project('a_1', output, HIDDEN), asked))),
        1,
      );
      const local = sum(mul<Shape, Shape>(alpha, output), 1);
      const seen = project('b', concat([local as Row, last]), FEATURES);
      const table = parameter('table', [WORDS, FEATURES]);
      tie('table', 'embedding.weight');
      return { y0: matmul<Shape, Shape>(seen, transpose(table, [1, 0])) };
    }),
  A38: () =>
    defineNetwork({ ids: int32('time', 'batch') }, ({ ids }) => {
      const embedded = embedding('encoder', ids, { numEmbeddings: WORDS, embeddingDim: HIDDEN });
      const first = lstm('rnns.0', embedded, { hiddenSize: FEATURES });
      const second = lstm('rnns.1', first.output, { hiddenSize: HIDDEN });
      const y0 = linear('decoder', second.output, WORDS);
      tie('decoder.weight', 'encoder.weight');
      return { y0 };
    }),
  A39: () =>
    defineNetwork({ x: series }, ({ x }) => ({
      y0: sigmoid(linear('fc', rnn('rnn', x, { hiddenSize: HIDDEN }).output, CLASSES)),
    })),
  A40: () =>
    defineNetwork(
      { words_ids: int32('batch', 'time'), chars_ids: int32('batch', 'time', 4) },
      ({ words_ids, chars_ids }) => {
        const letters = embedding('char_embeddings', chars_ids, { numEmbeddings: WORDS, embeddingDim: 3 });
        const { h } = lstm(
          'char_lstm',
          reshape(letters, [-1, 4, 3]) as Value<'float32', readonly [string, 4, 3]>,
          {
            hiddenSize: 2,
            bidirectional: true,
            batchFirst: true,
          },
        );
        const seen = reshape(transpose(h, [1, 0, 2]) as Value<'float32'>, ['batch', 'time', 4]);
        const both = concat([
          embedding('word_embeddings', words_ids, words),
          seen as Value<'float32', readonly ['batch', 'time', 4]>,
        ]);
        const { output } = lstm('lstm', both, { hiddenSize: HIDDEN / 2, bidirectional: true });
        return { y0: linear('hidden2tag', output, CLASSES) };
      },
    ),
  A42: () =>
    defineNetwork({ ids: int32('batch', 'time') }, ({ ids }) => {
      const { output, h } = lstm('lstm', embedding('embedding', ids, words), {
        hiddenSize: HIDDEN,
        bidirectional: true,
      });
      // As the network has it: the numbers of both directions in the order in which they lie, whatever the batch.
      const asked = reshape(h as Value<'float32'>, ['batch', 2 * HIDDEN, 1]) as Value<
        'float32',
        readonly ['batch', 12, 1]
      >;
      const weights = softmax(squeeze(matmul(output, asked), 2), 1);
      const seen = matmul(transpose(output, [0, 2, 1]), unsqueeze(weights, 2));
      return { y0: linear('out', squeeze(seen, 2), CLASSES) };
    }),
};
