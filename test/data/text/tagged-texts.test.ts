/** Texts with a tag for each token: files of CoNLL, tables, JSON lines and objects. */
import { describe, expect, it } from 'vitest';
import { parseTable } from '../../../src/data/table/parse-table.js';
import { type ConllOptions, parseTaggedTexts } from '../../../src/data/text/conll.js';
import { parseJsonLines } from '../../../src/data/text/json-lines.js';
import { taggedTexts } from '../../../src/data/text/tagged-texts.js';
import { rejectionOf } from '../../files/rejection.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string, options: ConllOptions = {}) => parseTaggedTexts(bytes(text), options);
const textsOf = (notes: readonly { readonly text: string }[]) => notes.map(({ text }) => text);
const ada = {
  tokens: [['ada', 'met', 'alan'], ['london']],
  tags: [['B-PER', 'O', 'B-PER'], ['B-LOC']],
  labels: ['B-LOC', 'B-PER', 'O'],
  notes: [],
};

const conllu = [
  '# sent_id = 1',
  "# text = don't go",
  "1-2\tdon't\t_\t_\t_\t_\t_\t_\t_\t_",
  '1\tdo\tdo\tAUX\tVB\t_\t3\taux\t_\t_',
  "2\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_",
  '3\tgo\tgo\tVERB\tVB\t_\t0\troot\t_\t_',
  '3.1\tthere\tthere\tADV\tRB\t_\t_\t_\t_\t_',
  '',
  '1\t10 000\t10000\tNUM\tCD\t_\t0\troot\t_\t_',
].join('\n');

describe('a file of CoNLL', () => {
  it.each([
    ['spaces', 'ada B-PER\nmet O\nalan B-PER\n\nlondon B-LOC\n'],
    ['tabs', 'ada\tB-PER\nmet\tO\nalan\tB-PER\n\nlondon\tB-LOC'],
    ['many spaces', '\n\nada   B-PER \nmet \t O\nalan B-PER\n \n\n\nlondon B-LOC\n\n\n'.replace('\t', ' ')],
    ['columns between', 'ada NNP I-NP B-PER\nmet VBD I-VP O\nalan NNP I-NP B-PER\n\nlondon NNP I-NP B-LOC\n'],
    [
      'beginnings of documents',
      '-DOCSTART- -X- O\n\nada B-PER\nmet O\nalan B-PER\n-DOCSTART-\nlondon B-LOC\n',
    ],
    ['comments', '# a file\n# of two\nada B-PER\nmet O\nalan B-PER\n\n# the next one\n\nlondon B-LOC\n'],
  ])('gives tokens and tags, written with %s', async (_, text) => {
    expect(await read(text)).toEqual(ada);
  });

  it('takes # for a token where it is one', async () => {
    const { tokens } = await read('of IN O\n# # O\n1 CD O\n\n# # O\n5 CD O\n\n#ada NN O\n');
    expect(tokens).toEqual([['of', '#', '1'], ['5'], ['#ada']]);
    expect((await read('#\tSYM\n5\tCD\n\n# note\n6\tCD')).tokens).toEqual([['#', '5'], ['6']]);
  });

  it('reads CoNLL-U: words alone, whatever blanks are in them', async () => {
    const { tokens, tags, notes } = await read(conllu);
    expect(tokens).toEqual([['do', "n't", 'go'], ['10 000']]);
    expect(tags).toEqual([['AUX', 'PART', 'VERB'], ['NUM']]);
    expect(textsOf(notes)).toEqual([
      '2 lines left out that are no word of a text: several words in one (3-4) or none (5.1).',
    ]);
  });

  it.each<[string, ConllOptions, string[]]>([
    ['a name', { tag: 'XPOS' }, ['VB', 'RB', 'VB']],
    ['a name in small letters', { tag: 'xpos' }, ['VB', 'RB', 'VB']],
    ['a number', { tag: 8 }, ['aux', 'advmod', 'root']],
  ])('takes the column of tags by %s', async (_, options, tags) => {
    expect((await read(conllu, options)).tags[0]).toEqual(tags);
    const { tokens } = await read(conllu, { ...options, token: 'LEMMA' });
    expect(tokens[0]).toEqual(['do', 'not', 'go']);
  });

  it('takes names that the file gives its columns', async () => {
    const text = '# global.columns = ID FORM UPOS NER\n1\tada\tPROPN\tB-PER\n';
    expect((await read(text)).tags).toEqual([['PROPN']]);
    expect((await read(text, { tag: 'NER' })).tags).toEqual([['B-PER']]);
  });

  it('says which spans begin with an I tag, and that there is one tag alone', async () => {
    const { notes } = await read('a I-PER\nb I-PER\nc O\nd I-LOC\ne B-LOC\nf I-PER\n');
    expect(notes).toEqual([
      { text: '3 spans begin with an I tag where BIO has a B tag, such as I-PER behind O.', count: 3 },
    ]);
    expect((await read('a B-PER\nb I-PER\n')).notes).toEqual([]);
    expect((await read('a INT\nb OUT\n')).notes).toEqual([]);
    expect(textsOf((await read('a X\n')).notes)).toEqual(["All tokens have the tag 'X'."]);
  });

  it.each<[string, string, ConllOptions, string, RegExp]>([
    ['nothing', '', {}, 'E_INVALID_FILE', /no token/],
    ['comments alone', '# a\n# b c\n\n', {}, 'E_INVALID_FILE', /no token|no text/],
    ['one column', 'ada\nmet\n', {}, 'E_INVALID_FILE', /Line 1 has one column/],
    [
      'a line that lacks a column',
      'a x O\n\nb O\n',
      {},
      'E_INVALID_FILE',
      /Line 3 has 2 columns, and line 1 has 3/,
    ],
    ['a line that has one more', 'a O\nnew york O\n', {}, 'E_INVALID_FILE', /Line 2 has 3 columns/],
    ['a token that is missing', 'a\tO\n\tO\n', {}, 'E_INVALID_FILE', /Line 2 has no token/],
    [
      'a tag that is missing',
      'a\tO\nb\t \n',
      {},
      'E_INVALID_FILE',
      /Line 2 has no tag: its column 2 is empty/,
    ],
    ['a column beyond', 'a O\n', { tag: 3 }, 'E_UNKNOWN_NAME', /tag is column 3; the file has 2/],
    ['a name without names', 'a O\n', { tag: 'UPOS' }, 'E_UNKNOWN_NAME', /have no names/],
    ['a name that is none', conllu, { tag: 'POS' }, 'E_UNKNOWN_NAME', /ID, FORM, LEMMA/],
    ['one column for both', 'a O\n', { token: 2 }, 'E_INVALID_OPTION', /both column 2/],
    ['no number of a column', 'a O\n', { tag: 0 }, 'E_INVALID_OPTION', /from 1/],
    ['another option', 'a O\n', { tags: 2 } as never, 'E_INVALID_OPTION', /tag/],
  ])('is refused: %s', async (_, text, options, code, message) => {
    const error = await rejectionOf(read(text, options));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('is refused where the bytes are a picture', async () => {
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d);
    expect(await rejectionOf(parseTaggedTexts(png))).toMatchObject({ code: 'E_INVALID_FILE' });
  });
});

describe('columns of tokens and tags', () => {
  const options = { tokens: 'words', tags: 'ner' };

  it('are texts in a table', async () => {
    const table = await parseTable(bytes('words,ner\nada met alan,B-PER O B-PER\n"london ", B-LOC\n'), {
      columns: 'text',
    });
    expect(await taggedTexts(table, options)).toEqual(ada);
  });

  it('are JSON lists in a table, and may hold what would be cut', async () => {
    const table = await parseTable(bytes('words;ner\n"[""new york"", ""met""]";"[""X"",""O""]"\n'), {
      columns: 'text',
    });
    expect((await taggedTexts(table, options)).tokens).toEqual([['new york', 'met']]);
  });

  it('are lists or texts of JSON lines', async () => {
    const lines = [
      { words: ['ada', 'met', 'alan'], ner: ['B-PER', 'O', 'B-PER'] },
      { words: 'london', ner: ['B-LOC'] },
    ];
    const source = parseJsonLines(bytes(lines.map((line) => JSON.stringify(line)).join('\n')));
    expect(await taggedTexts(source, options)).toEqual(ada);
    expect(await taggedTexts(lines, options)).toEqual(ada);
  });

  it('may begin with a bracket', async () => {
    const { tokens } = await taggedTexts([{ words: '[ "a', ner: 'X Y' }], options);
    expect(tokens).toEqual([['[', '"a']]);
  });

  it('leaves empty texts out', async () => {
    const { tokens, notes } = await taggedTexts(
      [
        { words: '', ner: null },
        { words: [], ner: [] },
        { words: 'a', ner: 'O' },
      ],
      options,
    );
    expect(tokens).toEqual([['a']]);
    expect(textsOf(notes)).toEqual(['2 texts without tokens left out.', "All tokens have the tag 'O'."]);
  });

  it.each<[string, object[], string, RegExp]>([
    [
      'other numbers of them',
      [{ words: 'a b', ner: 'O' }],
      'E_INVALID_FILE',
      /record 1 has 2 tokens and 1 tag;/,
    ],
    ['no text', [{ words: '', ner: '' }], 'E_INVALID_FILE', /no text with tags/],
    ['a number', [{ words: 3, ner: 'O' }], 'E_INVALID_FILE', /the number 3; expected text, or a list/],
    [
      'a list of numbers',
      [{ words: ['a', 3], ner: ['O', 'O'] }],
      'E_INVALID_FILE',
      /the number 3 in its list/,
    ],
    [
      'a list that begins with one',
      [{ words: [1, null], ner: ['O'] }],
      'E_INVALID_FILE',
      /the number 1 in its list/,
    ],
    [
      'an empty token',
      [{ words: ['a', ' '], ner: ['O', 'O'] }],
      'E_INVALID_FILE',
      /empty token \(of token 2\)/,
    ],
    ["a list as Python's", [{ words: "['a', 'b']", ner: "['O', 'O']" }], 'E_INVALID_FILE', /Python/],
    ['another field', [{ word: 'a', ner: 'O' }], 'E_UNKNOWN_NAME', /no field 'words'/],
  ])('are refused: %s', async (_, records, code, message) => {
    const error = await rejectionOf(taggedTexts(records, options));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
