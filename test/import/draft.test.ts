import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Draft, draftNetwork, guessesOf } from '../../src/import/draft/draft-network.js';
import { networkInLines } from '../../src/import/draft/network-in-lines.js';
import { draftAsTypeScript } from '../../src/import/draft/typescript.js';
import {
  networkFromJson,
  networkToJson,
  parameterSpecs,
  readStateDict,
  type StateDict,
} from '../../src/index.js';
import { sizeOf } from '../../src/nd-array.js';
import { finish, ways } from '../coverage/ways.js';
import { listFixtures } from '../fixtures.js';
import { compilerErrors, networkOf } from './drafted.js';

/** A state dict of these shapes, its numbers all different. */
function stateOf(shapes: Readonly<Record<string, readonly number[]>>): StateDict {
  let next = 0;
  const entries = Object.entries(shapes).map(([name, shape]) => {
    return [name, { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => next++) }] as const;
  });
  return new Map(entries);
}

const gates = { lstm: 4, gru: 3, rnn: 1 };

function recurrent(name: string, kind: keyof typeof gates, features: number, hidden: number) {
  const rows = gates[kind] * hidden;
  return {
    [`${name}.weight_ih_l0`]: [rows, features],
    [`${name}.weight_hh_l0`]: [rows, hidden],
    [`${name}.bias_ih_l0`]: [rows],
    [`${name}.bias_hh_l0`]: [rows],
  };
}

const linear = (name: string, rows: number, columns: number) => ({
  [`${name}.weight`]: [rows, columns],
  [`${name}.bias`]: [rows],
});

const norm = (name: string, features: number) => ({
  [`${name}.weight`]: [features],
  [`${name}.bias`]: [features],
});

const batchNorm = (name: string, features: number) => ({
  ...norm(name, features),
  [`${name}.running_mean`]: [features],
  [`${name}.running_var`]: [features],
});

const drafted = (shapes: Readonly<Record<string, readonly number[]>>) => draftNetwork(stateOf(shapes));

/** What nobody knows of a line. */
const guessAt = (draft: Draft, name: string) => draft.lines.find((line) => line.name === name)?.open;
const codeAt = (draft: Draft, name: string) => draft.lines.find((line) => line.name === name)?.code;

/** Names that are no names of variables, and one that would end a comment. */
const oddNames = (() => {
  const draft = drafted({
    ...linear('0', 4, 3),
    ...linear('new', 5, 4),
    ...linear('x', 3, 5),
    ...recurrent('nn', 'rnn', 3, 4),
  });
  return { draft, text: draftAsTypeScript(draft, "it's */ model.pt") };
})();

/** Activations with weights, a norm in groups, and a layer of which the next reads half. */
const activated = drafted({
  'conv.weight': [8, 3, 5],
  'conv.bias': [8],
  ...norm('gn1', 8),
  'act1.weight': [8],
  'wide.weight': [12, 8, 1],
  'wide.bias': [12],
  ...recurrent('lstm', 'lstm', 6, 4),
  ...linear('fc1', 5, 4),
  'act2.weight': [1],
  ...linear('fc2', 14, 5),
  ...linear('fc3', 2, 7),
});

/** The compiler finds something. */
const wrong = "import * as nn from 'lstm-onnx';\nexport const x = nn.float32('x').none;\n";

const ids = listFixtures('coverage').map((name) => name.replace('coverage/', ''));
const stateDictOf = (id: string) => states.get(id)!;
const states = new Map(
  ids.map((id) => [
    id,
    readStateDict(readFileSync(new URL(`../../fixtures/data/coverage/${id}.pt`, import.meta.url))),
  ]),
);
/** Sizes do not tell their order: branches, heads beside each other, loops. */
const unordered = new Set('A01 A06 A07 A14 A19 A21 A23 A24 A25 A27 A31 A34 A37'.split(' '));

describe('a draft of a published network', () => {
  const texts = new Map(
    ids.map((id) => [id, draftAsTypeScript(draftNetwork(stateDictOf(id)), `${id}.pt`)] as const),
  );

  it('is TypeScript that compiles, as it is written and as it is finished in docs/coverage.md', () => {
    const finished = ids.flatMap((id) => {
      const way = ways[id];
      return way && 'lines' in way ? [[`${id}-finished`, finish(texts.get(id)!, way.lines)] as const] : [];
    });
    const all = new Map([...texts, ...finished, ['odd-names', oddNames.text], ['wrong', wrong]]);
    all.set('activated', draftAsTypeScript(activated, 'activated.pt'));
    expect(compilerErrors(all)).toEqual([expect.stringMatching(/^test\/drafted\/wrong\.ts: .*'none'/)]);
  });

  it.each(ids)('is the same network as TypeScript and as JSON, with the weights of the file: %s', (id) => {
    const { network } = draftNetwork(stateDictOf(id));
    const json = networkInLines(network);
    expect(JSON.parse(json)).toEqual(JSON.parse(networkToJson(networkOf(texts.get(id)!))));
    expect(networkToJson(networkFromJson(json))).toBe(networkToJson(network));
    for (const { name, shape } of parameterSpecs(network)) {
      const tensor = stateDictOf(id).get(name) ?? stateDictOf(id).get(name.replace(/_l0$/, ''));
      expect(tensor?.shape, name).toEqual(shape);
    }
  });
});

describe('a draft of a file that has its tensors by name, as .safetensors files do', () => {
  const sorted = (id: string) =>
    new Map([...stateDictOf(id)].toSorted(([one], [other]) => (one < other ? -1 : 1)));

  it.each(ids.filter((id) => !unordered.has(id)))('is the one that the state dict gives: %s', (id) => {
    const draft = draftNetwork(sorted(id));
    expect(draft.network).toEqual(draftNetwork(stateDictOf(id)).network);
  });

  it('says that the order is a guess', () => {
    expect(draftNetwork(sorted('B13')).openInputs).toContain('the order of the modules is a guess');
    expect(draftNetwork(stateDictOf('B13')).openInputs).not.toContain('order');
  });
});

describe('a draft', () => {
  it('reads a module from the one before, and takes the last step of the last recurrent layer', () => {
    const draft = drafted({
      ...recurrent('a', 'lstm', 3, 4),
      ...recurrent('b', 'gru', 4, 5),
      ...linear('fc', 2, 5),
    });
    expect(draft.lines.map(({ code }) => code)).toEqual([
      "const a = nn.lstm('a', x, { hiddenSize: 4 });",
      "const b = nn.gru('b', a.output, { hiddenSize: 5 });",
      'const pooled = nn.at(b.output, -1, 1);',
      "const fc = nn.linear('fc', pooled, 2);",
    ]);
    expect(draft.outputs).toEqual({ output: 'fc' });
  });

  it('gives an input of its own to what reads nothing that there is, and says which size', () => {
    const draft = drafted({ ...recurrent('lstm', 'lstm', 3, 4), ...linear('fc', 2, 9) });
    expect(draft.network.inputs).toEqual({
      x: { dtype: 'float32', shape: ['batch', 'time', 3] },
      x_2: { dtype: 'float32', shape: ['batch', 9] },
    });
    expect(guessAt(draft, 'fc')).toContain('nothing before it has 9 features, as it reads');
    expect(draft.outputs).toEqual({ lstm_output: 'lstm.output', fc: 'fc' });
  });

  it('reads a matrix as an embedding by its name, or by its place before a recurrent layer, which is a guess', () => {
    for (const [name, guess] of [
      ['tok_emb', undefined],
      ['encoder', expect.stringContaining('an embedding is a guess')],
    ] as const) {
      const draft = drafted({
        [`${name}.weight`]: [9, 3],
        ...recurrent('lstm', 'lstm', 3, 4),
        ...linear('fc', 2, 4),
      });
      expect(codeAt(draft, name)).toBe(
        `const ${name} = nn.embedding('${name}', ids, { numEmbeddings: 9, embeddingDim: 3 });`,
      );
      expect(guessAt(draft, name)).toEqual(guess);
    }
  });

  it('tells a convolution from its transpose by its bias, and says where nothing tells', () => {
    const plain = drafted({ 'conv.weight': [6, 3, 5], 'conv.bias': [6] });
    expect(codeAt(plain, 'conv')).toBe(
      "const conv = nn.conv1d('conv', x, { outChannels: 6, kernelSize: 5, padding: 'same' });",
    );
    expect(guessAt(plain, 'conv')).not.toContain('transpose');
    const transposed = drafted({ 'conv.weight': [6, 3, 5], 'conv.bias': [3] });
    expect(codeAt(transposed, 'conv')).toBe(
      "const conv = nn.convTranspose1d('conv', x, { outChannels: 3, kernelSize: 5 });",
    );
    const either = drafted({ 'conv.weight': [3, 3, 5], 'conv.bias': [3] });
    expect(guessAt(either, 'conv')).toContain('a convolution, not its transpose');
  });

  it('reads a convolution of fewer channels than there are as one of groups', () => {
    const draft = drafted({ 'a.weight': [6, 3, 1], 'a.bias': [6], 'b.weight': [6, 1, 3], 'b.bias': [6] });
    expect(codeAt(draft, 'b')).toContain('groups: 6');
    expect(guessAt(draft, 'b')).toContain('6 groups');
  });

  it('gives a convolution an input of its own where a window is longer than what there is', () => {
    const draft = drafted({
      ...recurrent('lstm', 'lstm', 3, 4),
      'conv.weight': [6, 1, 2, 5],
      'conv.bias': [6],
    });
    expect(codeAt(draft, 'conv')).toContain("nn.conv2d('conv', x_2, ");
    expect(guessAt(draft, 'conv')).toContain('nothing before it has 1 feature, as it reads');
  });

  it('tells a batch norm by its statistics, and a layer norm from an instance norm by what it reads', () => {
    const draft = drafted({
      ...linear('fc', 5, 3),
      ...batchNorm('bn', 5),
      ...recurrent('lstm', 'lstm', 5, 4),
      ...norm('ln', 4),
      ...linear('head', 2, 4),
    });
    expect(codeAt(draft, 'fc')).toBe("const fc = nn.linear('fc', x, 5);");
    expect(codeAt(draft, 'bn')).toContain("nn.batchNorm('bn', ");
    expect(codeAt(draft, 'ln')).toBe("const ln = nn.layerNorm('ln', lstm.output);");
    expect(codeAt(draft, 'pooled')).toBe('const pooled = nn.at(ln, -1, 1);');
    const conv = drafted({ 'conv.weight': [6, 3, 5], 'conv.bias': [6], ...norm('norm', 6) });
    expect(codeAt(conv, 'norm')).toContain("nn.instanceNorm('norm', conv, { affine: true })");
    expect(guessAt(conv, 'norm')).toContain('GroupNorm looks the same');
  });

  it('guesses a PReLU by its weight, a GroupNorm by its name, and a glu where the next layer reads half', () => {
    expect(activated.lines.map(({ code }) => code)).toEqual([
      "const conv = nn.conv1d('conv', x, { outChannels: 8, kernelSize: 5, padding: 'same' });",
      "const gn1 = nn.groupNorm('gn1', conv, { numGroups: 4 });",
      "const act1 = nn.prelu('act1', gn1, { numParameters: 8 });",
      "const wide = nn.glu(nn.conv1d('wide', act1, { outChannels: 12, kernelSize: 1 }), 1);",
      "const lstm = nn.lstm('lstm', nn.transpose(wide, [0, 2, 1]), { hiddenSize: 4 });",
      'const pooled = nn.at(lstm.output, -1, 1);',
      "const fc1 = nn.linear('fc1', pooled, 5);",
      "const act2 = nn.prelu('act2', fc1);",
      "const fc2 = nn.glu(nn.linear('fc2', act2, 14));",
      "const fc3 = nn.linear('fc3', fc2, 2);",
    ]);
    expect(guessAt(activated, 'gn1')).toBe('GroupNorm is a guess by its name, and 4 groups');
    expect(guessAt(activated, 'act1')).toBe('a PReLU behind gn1 is a guess, or a pool behind it');
    expect(guessAt(activated, 'fc1')).toBeUndefined();
    expect(guessAt(activated, 'act2')).toBe('a PReLU behind fc1 is a guess');
    expect(guessAt(activated, 'fc2')).toBe('glu behind it is a guess: what follows reads half');
    expect(networkToJson(networkOf(draftAsTypeScript(activated, 'a.pt')))).toBe(
      networkToJson(activated.network),
    );
  });

  it('takes a norm called after layers for one over the channels, and after RMS for no PReLU', () => {
    const conv = { 'conv.weight': [6, 3, 5], 'conv.bias': [6] };
    expect(codeAt(drafted({ ...conv, ...norm('ln', 6) }), 'ln')).toBe(
      "const ln = nn.transpose(nn.layerNorm('ln', nn.transpose(conv, [0, 2, 1])), [0, 2, 1]);",
    );
    const rms = drafted({ ...conv, 'rms.weight': [6] });
    expect(codeAt(rms, 'rms.weight')).toContain('nn.parameter(');
  });

  it('takes half of what a layer gives for another value where there is one', () => {
    const draft = drafted({ ...linear('a', 4, 3), ...linear('b', 8, 4), ...linear('c', 2, 4) });
    expect(codeAt(draft, 'b')).toBe("const b = nn.linear('b', a, 8);");
  });

  it('keeps tensors of no known layer, each marked', () => {
    const draft = drafted({
      w: [4],
      'act.weight': [1],
      ...recurrent('lstm', 'lstm', 3, 4),
      ...linear('fc', 2, 4),
      'crf.transitions': [2, 2],
    });
    expect(guessAt(draft, 'crf.transitions')).toContain("as crf('crf', x) for the CRF crf");
    expect(codeAt(draft, 'w')).toBe("const w = nn.parameter('w', [4]);");
    expect(guessAt(draft, 'w')).toContain('where it is used is not known');
    expect(guessAt(draft, 'act.weight')).toContain('PReLU');
    expect(guessAt(draft, 'fc')).toContain('w may scale, shift or weigh what it reads');
  });

  it('gives modules names of their own, whatever they are called', () => {
    const { draft, text } = oddNames;
    expect(networkToJson(networkOf(text))).toBe(networkToJson(draft.network));
    expect(Object.keys(draft.network.inputs)).toEqual(['x_2']);
  });

  it('lists its guesses by module, for a format that has no comments', () => {
    const draft = drafted({
      ...recurrent('lstm', 'lstm', 3, 4),
      ...linear('fc1', 4, 4),
      ...linear('fc2', 2, 4),
    });
    expect(guessesOf(draft).map(({ at }) => at)).toEqual([
      'inputs',
      'lstm',
      'pooled (node at_1)',
      'fc1 (node relu_1)',
      'fc2',
    ]);
  });

  it.each([
    [
      'weights that are computed from others',
      { 'fc.weight_orig': [2, 3], 'fc.weight_u': [2] },
      /spectral_norm/,
    ],
    ['a part of a recurrent layer', { 'lstm.weight_hh_l0': [16, 4] }, /weight_ih_l0 is missing/],
    ['no layer that is known', { a: [3], b: [2, 2] }, /None of 2 tensors is of a layer/],
  ])('is refused for %s', (_what, shapes, message) => {
    expect(() => drafted(shapes)).toThrow(
      expect.objectContaining({ code: 'E_UNSUPPORTED', message: expect.stringMatching(message) }),
    );
  });
});
