import { describe, expect, it } from 'vitest';
import type { StateDict } from '../../src/builder/parameters.js';
import type { LstmOnnxError } from '../../src/errors.js';
import { type ArchitectureOptions, networkFromStateDict } from '../../src/import/architecture.js';
import { sizeOf } from '../../src/nd-array.js';

/** Zeros of these shapes by name. */
function zeros(shapes: Readonly<Record<string, readonly number[]>>): StateDict {
  return new Map(
    Object.entries(shapes).map(([name, shape]) => [name, { shape, data: new Float32Array(sizeOf(shape)) }]),
  );
}

const recurrent = (name: string, gates: number, features: number, hidden: number, suffix = '_l0') => ({
  [`${name}.weight_ih${suffix}`]: [gates * hidden, features],
  [`${name}.weight_hh${suffix}`]: [gates * hidden, hidden],
});
const lstm = recurrent('lstm', 4, 3, 4);

/** The message, and behind it the hints as JSON. */
function messageFor(shapes: Readonly<Record<string, readonly number[]>>, options: ArchitectureOptions = {}) {
  try {
    networkFromStateDict(zeros(shapes), options);
  } catch (error) {
    return `${error} ${JSON.stringify((error as LstmOnnxError).hints)}`;
  }
  throw new Error('It was read.');
}

const byOnnx = /torch\.onnx\.export\(.*runs on onnxruntime\..*\{"call":"Model\.load"\}\]$/;

describe('modules that are not read', () => {
  it.each<[string, Record<string, readonly number[]>, RegExp]>([
    [
      'an RNNCell with a tensor of its own',
      { ...recurrent('cell', 1, 3, 4, ''), 'cell.h0': [4] },
      /'cell' \(an RNNCell\)/,
    ],
    [
      'a GRUCell with a tensor of its own',
      { ...recurrent('cell', 3, 3, 4, ''), 'cell.h0': [4] },
      /'cell' \(a GRUCell\)/,
    ],
    [
      'an LSTM of norms that fit no weight',
      { 'lstm.weight_ih_l0': [16, 3], 'lstm.weight_hh_l0_g': [8, 1], 'lstm.weight_hh_l0_v': [16, 4] },
      /: 'lstm' \(weight_norm.*\)\. .*remove_weight_norm/,
    ],
    [
      'an LSTM of parametrizations',
      {
        'lstm.weight_ih_l0': [16, 3],
        'lstm.parametrizations.weight_hh_l0.original': [16, 4],
        'lstm.parametrizations.weight_hh_l0.0._u': [16],
      },
      /: 'lstm' \(weight_norm.*\)\. .*remove_parametrizations/,
    ],
    [
      'a layer of parametrizations',
      { ...lstm, 'fc.bias': [2], 'fc.parametrizations.weight.original': [2, 4] },
      /: 'fc' \(weight_norm, spectral_norm or the like, .*\)\. .*remove_parametrizations\(module, name\).*'weight'/,
    ],
    [
      'an LSTM of WeightDrop',
      { 'rnn.module.weight_ih_l0': [16, 3], 'rnn.module.weight_hh_l0_raw': [16, 4] },
      /: 'rnn\.module' \(a WeightDrop: a weight called _raw\)\. .*_raw taken off/,
    ],
    [
      'a quantized layer',
      { ...lstm, 'fc.scale': [1], 'fc.zero_point': [1] },
      /'fc' \(quantized\).*before it is quantized/,
    ],
  ])('are named by their likely kind: %s', (_, shapes, message) => {
    expect(messageFor(shapes)).toMatch(message);
    expect(messageFor(shapes)).toMatch(byOnnx);
    expect(messageFor(shapes)).not.toMatch(/network"/);
  });

  it.each<[string, Record<string, readonly number[]>, RegExp]>([
    ['a Conv1d', { ...lstm, 'c.weight': [2, 3, 5], 'c.bias': [2] }, /'c' \(a Conv1d or Bilinear\)/],
    ['a Conv2d', { ...lstm, 'cnn.0.weight': [2, 1, 3, 3] }, /'cnn\.0' \(a Conv2d\)/],
    [
      'a BatchNorm',
      { ...lstm, 'bn.weight': [2], 'bn.bias': [2], 'bn.running_mean': [2], 'bn.running_var': [2] },
      /'bn' \(a BatchNorm\)/,
    ],
    ['a LayerNorm', { ...lstm, 'ln.weight': [4], 'ln.bias': [4] }, /'ln' \(a LayerNorm or the like\)/],
  ])('may be described in a network file: %s', (_, shapes, message) => {
    expect(messageFor(shapes)).toMatch(message);
    expect(messageFor(shapes)).toMatch(
      /option network .* takes layers of these kinds.*\{"option":"network"\}/,
    );
    expect(messageFor(shapes)).toMatch(byOnnx);
  });

  it('are named all in one message, before what else is open', () => {
    const message = messageFor({
      ...lstm,
      ...recurrent('other', 4, 9, 4),
      'conv.weight': [2, 3, 5],
      'cnn.0.weight': [2, 1, 3, 3],
      'a.weight': [2, 4],
      'b.weight': [2, 4],
    });
    expect(message).toMatch(
      /'conv' \(a Conv1d or Bilinear\), 'cnn\.0' \(a Conv2d\)\. Without a description are read LSTMs, GRUs, RNNs, linear layers/,
    );
    expect(message).not.toMatch(/There are 2 LSTMs|may be the head/);
  });

  it('leave out the network file where no file could say them, and offer it where it can', () => {
    const crf = { ...lstm, 'fc.weight': [2, 4], 'crf.transitions': [2, 2] };
    expect(messageFor(crf)).toMatch(/'crf' \(a CRF\).*may leave tensors out.*\{"option":"network"\}/);
    expect(messageFor({ ...crf, 'cnn.weight': [2, 1, 3, 3, 3] })).not.toMatch(/network"/);
  });

  it('are parameters by their names where the model itself has them', () => {
    const message = messageFor({ ...lstm, 'fc.weight': [2, 4], w: [4], h0: [1, 1, 4] });
    expect(message).toMatch(/'w' \[4\] \(a parameter of its own\), 'h0' \[1, 1, 4\] \(a parameter/);
    expect(message).not.toMatch(/saved by itself/);
  });

  it('may be recurrent where the option lstm names another', () => {
    const shapes = { ...lstm, ...recurrent('rnn', 1, 3, 4) };
    const { notes } = networkFromStateDict(zeros(shapes), { lstm: 'lstm' });
    expect(notes.at(-1)!.text).toMatch(/left out 'rnn'/);
  });
});

describe('what a state dict leaves open', () => {
  it('is asked for behind two directions, and before a head as large as the vocabulary', () => {
    const both = {
      ...recurrent('lstm', 4, 3, 4),
      ...recurrent('lstm', 4, 3, 4, '_l0_reverse'),
      'fc.weight': [2, 8],
    };
    expect(messageFor(both)).toMatch(
      /both directions.*option pool: last is output\[:, -1\].*hidden is .*all is.*"pool","found":\["last","hidden","all"/,
    );
    expect(networkFromStateDict(zeros(both), { pool: 'hidden' }).network.outputs).toHaveProperty('logits');
    const words = { 'emb.weight': [9, 3], ...lstm, 'decoder.weight': [9, 4], 'decoder.bias': [9] };
    expect(messageFor(words)).toMatch(
      /as many numbers as the embedding has words.*option pool: all is .*last is .*"found":\["all","last"\]/,
    );
  });

  it('is listed in the notes: what was assumed, and what cannot be known', () => {
    const shapes = { ...lstm, 'fc.weight': [2, 4] };
    const text = (options: ArchitectureOptions) =>
      JSON.stringify(networkFromStateDict(zeros(shapes), options).notes);
    expect(text({})).toMatch(
      /these are assumptions.*Each has an option: last step \(pool last\).*no activation behind the LSTM.*no activation around the head.*batch-first.*"pool".*"activation".*\{"option":"head","found":\["fc"\]\}.*"batchFirst"/,
    );
    expect(text({})).toMatch(
      /attention by dot product, mean or maximum over time, residual.*"verifyRecording"/,
    );
    const said = { pool: 'mean', activation: 'relu', head: ['fc', 'sigmoid'], batchFirst: true } as const;
    expect(text(said)).toMatch(/-> relu -> mean over the steps \(pool mean\) -> 'fc' \[2, 4\] -> sigmoid/);
    expect(text(said)).not.toMatch(/Each has an option/);
  });
});

describe('a chain', () => {
  const shapes = { ...lstm, 'fc1.weight': [5, 4], 'fc2.weight': [2, 5], 'relu.weight': [7, 5] };
  const nodes = (options: ArchitectureOptions) =>
    networkFromStateDict(zeros(shapes), options).network.nodes.map(({ name, op }) => [name, op].join(':'));

  it('has layers and activations in their order; a module goes before an activation of its name', () => {
    expect(nodes({ head: ['fc1', 'tanh', 'fc2', 'log_softmax'] }).slice(2)).toEqual([
      'fc1:linear',
      'tanh_1:tanh',
      'fc2:linear',
      'logSoftmax_1:logSoftmax',
    ]);
    expect(nodes({ head: ['fc1', 'relu'] }).slice(2)).toEqual(['fc1:linear', 'relu:linear']);
  });

  it.each([
    ['GELU', { name: 'gelu' }],
    ['log_sigmoid', { name: 'logSigmoid' }],
    ['ReLU6', { name: 'hardtanh', alpha: 0, beta: 6 }],
    ['hardsigmoid', { name: 'hardSigmoid', alpha: 1 / 6, beta: 0.5 }],
  ])("has PyTorch's %s with PyTorch's constants", (said, options) => {
    const { network } = networkFromStateDict(zeros(shapes), {
      activation: 'silu',
      head: ['fc1', said, 'fc2'],
    });
    const activations = network.nodes.filter(({ op }) => op === 'activation');
    expect(activations.map((node) => node.options)).toEqual([{ name: 'silu', alpha: 1 }, options]);
  });

  it.each<[string, ArchitectureOptions, RegExp]>([
    ['of layers that do not fit', { head: ['fc1', 'fc1.5', 'fc2'] }, /'fc1\.5'.*there are 'fc1'.*relu, tanh/],
    ['of layers in another order', { head: ['fc2', 'fc1'] }, /head 'fc2' reads 5 features.*gives 4/],
    ['of one layer twice', { head: ['fc1', 'tanh', 'fc1'] }, /'fc1' twice/],
    ['of activations alone', { head: ['sigmoid'] }, /no linear layer.*"head","value":false.*"activation"/],
    ['with dropout', { head: ['fc1', 'dropout'] }, /Leave dropout out/],
    [
      'of LSTMs that ends in an activation',
      { lstm: ['lstm', 'relu'] },
      /between recurrent layers alone.*"activation"/,
    ],
    [
      'of an activation that there is not',
      { activation: 'swoosh' as never },
      /'swoosh'; expected one of relu, tanh/,
    ],
  ])('%s is refused', (_, options, message) => {
    expect(messageFor(shapes, options)).toMatch(message);
  });
});
