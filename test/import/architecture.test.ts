import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/builder/checkpoint.js';
import type { StateDict } from '../../src/builder/parameters.js';
import { LstmOnnxError } from '../../src/errors.js';
import { exportOnnx } from '../../src/export/export.js';
import type { Hint } from '../../src/hints.js';
import { type ArchitectureOptions, networkFromStateDict, pools } from '../../src/import/architecture.js';
import { sizeOf } from '../../src/nd-array.js';
import { Model } from '../../src/runtime/node.js';
import '../matcher.js';
import { type Kind, type Name, names, runsOf, stateDict } from './state-dicts.js';

const PYTORCH = { atol: 5e-6 };

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'LstmOnnxError', code, message: expect.stringMatching(message) });

/** Zeros of these shapes by name. */
function zeros(shapes: Readonly<Record<string, readonly number[]>>): StateDict {
  return new Map(
    Object.entries(shapes).map(([name, shape]) => [name, { shape, data: new Float32Array(sizeOf(shape)) }]),
  );
}

/** The tensors of an LSTM of one layer and direction. */
const lstmShapes = (name: string, features: number, hidden: number) => ({
  [`${name}.weight_ih_l0`]: [4 * hidden, features],
  [`${name}.weight_hh_l0`]: [4 * hidden, hidden],
  [`${name}.bias_ih_l0`]: [4 * hidden],
  [`${name}.bias_hh_l0`]: [4 * hidden],
});

const summaryOf = (state: StateDict, options: ArchitectureOptions = {}) => {
  const { network } = networkFromStateDict(state, options);
  return {
    inputs: network.inputs,
    nodes: network.nodes.map(({ name, op }) => `${name}: ${op}`),
    outputs: Object.fromEntries(Object.entries(network.outputs).map(([name, { shape }]) => [name, shape])),
  };
};

describe('a network from a state dict', () => {
  it('has the layers, sizes and head that the names and shapes say', () => {
    expect(summaryOf(stateDict('classifier'))).toEqual({
      inputs: { x: { dtype: 'float32', shape: ['batch', 'time', 3] } },
      nodes: ['lstm: lstm', 'at_1: at', 'fc: linear'],
      outputs: { logits: ['batch', 5] },
    });
    const [lstm] = networkFromStateDict(stateDict('projected')).network.nodes;
    expect(lstm?.options).toMatchObject({ hiddenSize: 6, projSize: 4, numLayers: 2, bidirectional: false });
  });

  it('takes tokens where an embedding comes first', () => {
    expect(summaryOf(stateDict('embedding'), { pool: 'all' })).toEqual({
      inputs: { x: { dtype: 'int32', shape: ['batch', 'time'] } },
      nodes: ['embeddings.word: embedding', 'rnn: lstm', 'hidden2tag: linear'],
      outputs: { logits: ['batch', 'time', 3] },
    });
  });

  it("gives nn.LSTM's outputs where there is no head, under a name for a module that has none", () => {
    expect(summaryOf(stateDict('no-head'))).toMatchObject({
      nodes: ['lstm: lstm'],
      outputs: { output: ['batch', 'time', 4], hn: [2, 'batch', 4], cn: [2, 'batch', 4] },
    });
    expect(summaryOf(stateDict('numbered'), { batchFirst: false })).toMatchObject({
      inputs: { x: { shape: ['time', 'batch', 3] } },
      nodes: ['_0: lstm'],
    });
    expect(summaryOf(stateDict('no-head'), { pool: 'last' }).outputs.output).toEqual(['batch', 4]);
  });

  it('reads peepholes under the names that lstm-onnx gives them', () => {
    const state = zeros({ ...lstmShapes('lstm', 2, 3), 'lstm.weight_peephole_l0': [9] });
    expect(networkFromStateDict(state).network.nodes[0]?.options).toMatchObject({ peepholes: true });
  });

  it('says what it assumed', () => {
    const { notes } = networkFromStateDict(stateDict('bidirectional-last'), { pool: 'last' });
    expect(notes.map(({ text }) => text).join()).toMatch(
      /'lstm' \(LSTM, 3 features, hidden size 5, 2 layers, bidirectional\) -> last step \(pool last\) -> 'fc' \[4, 10\]/,
    );
  });

  it('goes into a checkpoint under the names of the state dict, and comes back', () => {
    const state = stateDict('two-lstms');
    const { network, parameters } = networkFromStateDict(state, { lstm: ['lower', 'upper'] });
    const read = decodeCheckpoint(encodeCheckpoint({ network, parameters }));
    expect(read.network).toEqual(network);
    expect(read.parameters).toEqual(state);
  });
});

describe('a network from a state dict, exported,', () => {
  const exported = (name: Name, kind: Kind, options: ArchitectureOptions) => {
    const { network, parameters } = networkFromStateDict(stateDict(name), options);
    return exportOnnx(network, parameters, { states: kind === 'states', lengths: kind === 'lengths' });
  };
  const cases = names.flatMap((name) => {
    const kinds = new Set(runsOf(name).runs.map(({ kind }) => kind));
    return [...kinds].map((kind) => [name, kind] as const);
  });

  it.each(cases)('gives what PyTorch gives: %s, %s', async (name, kind) => {
    const { options, runs } = runsOf(name);
    const bytes = exported(name, kind, options);
    const own = runs.filter((run) => run.kind === kind);
    expect(own).toHaveLength(4);
    for (const provider of ['cpu', 'wasm', 'simd'] as const) {
      await using model = await Model.load(bytes, { providers: [provider] });
      for (const { inputs, outputs } of own) {
        const feeds = [...inputs].map(([key, { data, shape }]) => [key, { data, dims: shape }]);
        const results = await model.run(Object.fromEntries(feeds));
        expect(new Map(Object.entries(results)), provider).toBeCloseToArray(outputs, PYTORCH);
      }
    }
  });

  it('covers states and ragged lengths', () => {
    expect(cases.filter(([, kind]) => kind === 'states')).toHaveLength(7);
    expect(cases.filter(([, kind]) => kind === 'lengths')).toHaveLength(7);
  });
});

describe('a state dict that does not say its network is refused', () => {
  const lstm = lstmShapes('lstm', 3, 4);
  it.each<[string, StateDict, ArchitectureOptions, string, RegExp]>([
    [
      'without an LSTM',
      zeros({ 'fc.weight': [2, 3] }),
      {},
      'E_UNSUPPORTED',
      /no LSTM.*'fc' \(weight \[2, 3\]\).*torch\.onnx\.export/,
    ],
    ['empty', new Map(), {}, 'E_UNSUPPORTED', /no LSTM.*Found nothing/],
    [
      'of an RNNCell with a parameter of its own',
      zeros({ 'cell.weight_ih': [2, 3], 'cell.weight_hh': [2, 2], 'cell.scale': [2] }),
      {},
      'E_UNSUPPORTED',
      /'cell' \(an RNNCell\).*torch\.onnx\.export.*runs on onnxruntime\.$/,
    ],
    [
      'without an RNN, and a nonlinearity',
      zeros({ ...lstm, 'fc.weight': [2, 4] }),
      { nonlinearity: 'relu' },
      'E_INVALID_OPTION',
      /nonlinearity is 'relu', and the file has no RNN/,
    ],
    [
      'with rows of no cell',
      zeros({ 'rnn.weight_ih_l0': [10, 3], 'rnn.weight_hh_l0': [10, 4] }),
      {},
      'E_UNSUPPORTED',
      /'rnn' are not those of one nn\.LSTM, nn\.GRU or nn\.RNN: weight_hh_l0 has 10 rows, expected 4 times 4 \(LSTM\) or 3 times 4 \(GRU\) or 1 times 4 \(RNN\)/,
    ],
    [
      'of a GRU with a projection, which PyTorch does not have',
      zeros({ 'rnn.weight_ih_l0': [12, 3], 'rnn.weight_hh_l0': [12, 2], 'rnn.weight_hr_l0': [2, 4] }),
      {},
      'E_UNSUPPORTED',
      /weight_hh_l0 has 12 rows, expected 4 times 4 \(LSTM\)\./,
    ],
    [
      'with an LSTM and a GRU',
      zeros({ ...lstm, 'gru.weight_ih_l0': [15, 4], 'gru.weight_hh_l0': [15, 5] }),
      {},
      'E_INVALID_OPTION',
      /2 recurrent layers: 'lstm' \(LSTM, .*'gru' \(GRU, 4 features, hidden size 5, 1 layer\).*'lstm' before 'gru'/,
    ],
    [
      'of a GRU with half a bias',
      zeros({ 'gru.weight_ih_l0': [12, 3], 'gru.weight_hh_l0': [12, 4], 'gru.bias_ih_l0': [12] }),
      {},
      'E_UNSUPPORTED',
      /'gru' .*bias_hh_l0 is missing/,
    ],
    [
      'with half a bias',
      zeros({
        'lstm.weight_ih_l0': [16, 3],
        'lstm.weight_hh_l0': [16, 4],
        'lstm.bias_ih_l0': [16],
      }),
      {},
      'E_UNSUPPORTED',
      /'lstm' .*bias_hh_l0 is missing/,
    ],
    [
      'with a layer left out',
      zeros({ ...lstm, 'lstm.weight_ih_l2': [16, 4], 'lstm.weight_hh_l2': [16, 4] }),
      {},
      'E_UNSUPPORTED',
      /weight_ih_l1 is missing/,
    ],
    [
      'with a layer of another size',
      zeros({
        'lstm.weight_ih_l0': [16, 3],
        'lstm.weight_hh_l0': [16, 4],
        'lstm.weight_ih_l1': [16, 5],
        'lstm.weight_hh_l1': [16, 4],
      }),
      {},
      'E_SHAPE_MISMATCH',
      /'lstm\.weight_ih_l1' is \[16, 5\], expected \[16, 4\]/,
    ],
    [
      'with a weight of no size',
      zeros({ 'lstm.weight_ih_l0': [0, 3], 'lstm.weight_hh_l0': [0, 0] }),
      {},
      'E_UNSUPPORTED',
      /weight_ih_l0 is \[0, 3\], not a matrix/,
    ],
    [
      'with two LSTMs',
      zeros({ ...lstm, ...lstmShapes('decoder', 4, 5) }),
      {},
      'E_INVALID_OPTION',
      /2 LSTMs: 'lstm' \(LSTM, 3 features.*'decoder'.*does not tell how they are connected.*'lstm' before 'decoder'.*encoder and a decoder.*option network, .*docs\/networks/,
    ],
    [
      'with LSTMs named in the wrong order',
      zeros({ ...lstm, ...lstmShapes('decoder', 4, 5) }),
      { lstm: ['decoder', 'lstm'] },
      'E_SHAPE_MISMATCH',
      /do not follow.*'lstm' reads 3/,
    ],
    ['with an LSTM named twice', zeros(lstm), { lstm: ['lstm', 'lstm'] }, 'E_INVALID_OPTION', /twice/],
    ['with no LSTM named', zeros(lstm), { lstm: [] }, 'E_INVALID_OPTION', /lstm names no LSTM/],
    [
      'with an LSTM that is not there',
      zeros(lstm),
      { lstm: 'rnn' },
      'E_UNKNOWN_NAME',
      /'rnn'.*there are 'lstm'/,
    ],
    [
      'with several heads',
      zeros({ ...lstm, 'a.weight': [2, 4], 'b.weight': [3, 4], 'c.weight': [5, 9] }),
      {},
      'E_INVALID_OPTION',
      /'a' .*'b' .*'c' .*its 4 features fit 'a', 'b'.*option head, or false for none/,
    ],
    [
      'with a head that does not fit',
      zeros({ ...lstm, 'fc.weight': [2, 9], 'fc.bias': [2] }),
      {},
      'E_UNSUPPORTED',
      /'fc' \(weight \[2, 9\], bias \[2\]\) does not fit behind 'lstm'.*gives 4 features.*option head to false;.*option network/,
    ],
    [
      'with a named head that does not fit',
      zeros({ ...lstm, 'fc.weight': [2, 9] }),
      { head: 'fc' },
      'E_SHAPE_MISMATCH',
      /reads 9 features.*gives 4/,
    ],
    [
      'with a head that is not there',
      zeros({ ...lstm, 'fc.weight': [2, 4] }),
      { head: 'out' },
      'E_UNKNOWN_NAME',
      /'out'.*there are 'fc'/,
    ],
    [
      'with what may be an embedding of another name',
      zeros({ ...lstm, 'encoder.weight': [50, 3], 'decoder.weight': [50, 4], 'decoder.bias': [50] }),
      {},
      'E_INVALID_OPTION',
      /the embedding 'encoder' by the option embedding/,
    ],
    [
      'with a matrix that may be the embedding or the head',
      zeros({ ...lstmShapes('rnn', 4, 4), 'to_embedding.weight': [9, 4] }),
      {},
      'E_INVALID_OPTION',
      /'to_embedding'.*options embedding and head\./,
    ],
    [
      'with two matrices that may be either',
      zeros({ ...lstmShapes('rnn', 4, 4), 'emb.weight': [9, 4], 'tokens.weight': [9, 4] }),
      {},
      'E_INVALID_OPTION',
      /'emb'.*so may 'tokens'/,
    ],
    [
      'with weights that others are computed from',
      zeros({ ...lstm, 'fc.weight_orig': [2, 4], 'fc.weight_u': [2], 'fc.weight_v': [4], 'fc.bias': [2] }),
      {},
      'E_UNSUPPORTED',
      /'fc'.*remove_spectral_norm/,
    ],
    [
      'with a square matrix that fits on either side',
      zeros({ ...lstmShapes('rnn', 4, 4), 'proj.weight': [4, 4], 'proj.bias': [4] }),
      {},
      'E_INVALID_OPTION',
      /'proj'.*fits behind 'rnn'.*and before it.*option head\./,
    ],
    [
      'with two embeddings',
      zeros({ ...lstm, 'emb1.weight': [50, 3], 'emb2.weight': [50, 3] }),
      {},
      'E_INVALID_OPTION',
      /'emb1'.*'emb2'.*option embedding\./,
    ],
    [
      'with a named embedding that does not fit',
      zeros({ ...lstm, 'emb.weight': [50, 4] }),
      { embedding: 'emb' },
      'E_SHAPE_MISMATCH',
      /'emb' \(weight \[50, 4\]\) cannot be.*\[words, 3\]/,
    ],
    [
      'with tensors that compute nothing known',
      zeros({ ...lstm, 'norm.weight': [4], 'norm.bias': [4] }),
      {},
      'E_UNSUPPORTED',
      /'norm' \(a LayerNorm or the like\)/,
    ],
    [
      'with names that are one in the network',
      zeros({ ...lstmShapes('a-b', 3, 4), 'a_b.weight': [2, 4] }),
      {},
      'E_DUPLICATE_NAME',
      /two things called 'a_b'.*option network, with/,
    ],
  ])('%s', (_, state, options, code, message) => {
    expect(() => networkFromStateDict(state, options)).toThrow(refused(code, message));
  });

  it.each<[string, StateDict, ArchitectureOptions, readonly Hint[]]>([
    [
      'two LSTMs',
      zeros({ ...lstm, ...lstmShapes('decoder', 4, 5) }),
      {},
      [{ option: 'lstm', found: ['lstm', 'decoder'] }, { option: 'network' }, { call: 'Model.load' }],
    ],
    [
      'several heads, one perhaps an embedding',
      zeros({ ...lstm, 'encoder.weight': [50, 3], 'decoder.weight': [50, 4], 'decoder.bias': [50] }),
      {},
      [
        { option: 'head', found: ['encoder', 'decoder'] },
        { option: 'head', value: false },
        { option: 'embedding', found: ['encoder'] },
        { option: 'network' },
        { call: 'Model.load' },
      ],
    ],
    [
      'a head that is not there',
      zeros({ ...lstm, 'fc.weight': [2, 4] }),
      { head: 'out' },
      [{ option: 'head', found: ['fc'] }],
    ],
    [
      'names that are one in the network',
      zeros({ ...lstmShapes('a-b', 3, 4), 'a_b.weight': [2, 4] }),
      {},
      [{ option: 'network' }],
    ],
  ])('with hints at what to give, for programs: %s', (_, state, options, hints) => {
    expect(() => networkFromStateDict(state, options)).toThrow(expect.objectContaining({ hints }));
  });

  it('in a message of readable length, however many tensors there are', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`norm${i}.weight`, [4]]));
    const attempt = () => networkFromStateDict(zeros({ ...lstm, ...many }));
    expect(attempt).toThrow(refused('E_UNSUPPORTED', /'norm19'.*and 4980 more/));
    expect(attempt).not.toThrow(/norm20'/);
  });

  it('but taken once the options settle it, and what is left out is said', () => {
    const state = zeros({
      ...lstm,
      ...lstmShapes('decoder', 4, 5),
      'encoder.weight': [50, 3],
      'a.weight': [2, 4],
      'b.weight': [3, 4],
    });
    const { network, notes } = networkFromStateDict(state, { lstm: 'lstm', head: 'b', embedding: 'encoder' });
    expect(network.nodes.map(({ name }) => name)).toEqual(['encoder', 'lstm', 'at_1', 'b']);
    expect(notes.at(-1)!.text).toMatch(/left out 'decoder' .*'a' /);
  });
});

describe('any state dict', () => {
  const own = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh', 'weight_hr', 'weight_peephole'];
  const suffixes = ['_l0', '_l0_reverse', '_l1', '_l1_reverse', '_l9999', ''];
  const name = fc.oneof(
    fc
      .tuple(fc.constantFrom('', 'a.', 'a.b.'), fc.constantFrom(...own), fc.constantFrom(...suffixes))
      .map((parts) => parts.join('')),
    fc.constantFrom(
      'fc.weight',
      'fc.bias',
      'emb.weight',
      'weight',
      '__proto__.weight',
      'constructor',
      'x.weight',
    ),
    fc.string({ maxLength: 12 }),
  );
  const shape = fc.array(fc.constantFrom(0, 1, 2, 3, 4, 8, 12), { maxLength: 3 });
  const random = fc.dictionary(name, shape, { maxKeys: 10, noNullPrototype: false });
  /** A recurrent layer as it should be, with a few tensors changed, lost or added. */
  const altered = fc
    .tuple(
      fc.constantFrom(4, 3),
      fc.constantFrom(1, 2, 3),
      fc.boolean(),
      fc.boolean(),
      random,
      fc.nat(20),
      fc.nat(1),
    )
    .map(([gates, hidden, projected, reverse, more, lost, added]) => {
      const size = projected ? 1 : hidden;
      const directions = reverse ? ['', '_reverse'] : [''];
      const tensors = directions.flatMap((direction): [string, number[]][] => [
        [`a.weight_ih_l0${direction}`, [gates * hidden, 2]],
        [`a.weight_hh_l0${direction}`, [gates * hidden, size]],
        ...(projected ? [[`a.weight_hr_l0${direction}`, [size, hidden]] as [string, number[]]] : []),
      ]);
      const kept: [string, number[]][] = [...tensors, ['fc.weight', [3, size * directions.length]]];
      return Object.fromEntries([...kept.toSpliced(lost, 1), ...Object.entries(more).slice(0, added)]);
    });
  const options = fc.record(
    {
      pool: fc.constantFrom(...pools),
      lstm: fc.constantFrom('a', '', '__proto__'),
      head: fc.constantFrom('fc', '__proto__', false as const),
      embedding: fc.constantFrom('emb', 'fc'),
    },
    { requiredKeys: [] },
  );

  it('gives a network that exports, or an error that says why not', () => {
    let networks = 0;
    fc.assert(
      fc.property(
        fc.oneof(random, { arbitrary: altered, weight: 3 }),
        fc.oneof(fc.constant({}), options),
        (shapes, chosen) => {
          try {
            const { network, parameters } = networkFromStateDict(zeros(shapes), chosen);
            exportOnnx(network, parameters);
            networks++;
          } catch (error) {
            if (!(error instanceof LstmOnnxError)) throw error;
          }
        },
      ),
      { numRuns: 10_000 },
    );
    expect(networks).toBeGreaterThan(200);
    expect({}).not.toHaveProperty('weight');
  });
});
