/** `train tag`, `predict` by its model and `init tag`, on files as users have them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeCheckpoint, Model, readTaggedTexts, taggerOf } from '../../src/index.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { lstmOnnx } from './lstm-onnx.js';
import { conllText, sentences, writeConll } from './tagged-files.js';
import { textsOf } from './well-formed.js';

const folder = temporaryDirectory();
const quick = [
  '--epochs',
  '6',
  '--hidden-size',
  '12',
  '--embedding-dim',
  '12',
  '--batch-size',
  '8',
  '--lr',
  '0.02',
];
const train = (...args: string[]) => lstmOnnx('train', 'tag', ...quick, ...args);
const rowsOf = (csv: string) =>
  csv
    .trim()
    .split('\n')
    .map((line) => line.split(','));

describe('lstm-onnx train tag', () => {
  const data = join(folder, 'names.conll');
  const out = join(folder, 'names');
  const model = join(out, 'model.onnx');
  let trained: Awaited<ReturnType<typeof lstmOnnx>>;

  beforeAll(async () => {
    writeConll(folder, 'names.conll', sentences(240));
    trained = await train('--data', data, '-o', out);
  });

  it('learns names by the words around, better than the most frequent tag of each word', () => {
    const { code, stdout, stderr } = trained;
    expect(code, stderr).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['model.onnx', 'model.safetensors', 'report.html']);
    expect(stdout).toMatch(/^tagger +tokens right +new words right +texts right +span F1$/m);
    expect(stdout).toMatch(/^always O /m);
    const f1 = (name: string) => Number(new RegExp(`^${name} .* ([\\d.]+)$`, 'm').exec(stdout)![1]);
    expect(f1('model')).toBeGreaterThan(0.95);
    expect(f1('most frequent tag of the word')).toBeLessThan(f1('model'));
    expect(stdout).toMatch(/^The model is better than the baselines: its span F1 is /m);
    expect(stderr).toMatch(/repeated: equal texts are in one part/);
    expect(stderr).toMatch(/next: lstm-onnx predict .*model\.onnx "a text"$/m);
  });

  it('says in the report what was found, right and wrong', () => {
    const page = textsOf(readFileSync(join(out, 'report.html'), 'utf8'));
    expect(page).toEqual(expect.arrayContaining(['Tags of names.conll', 'Which tag follows which', 'B-PER']));
    expect(page).toContainEqual(expect.stringMatching(/^lstm-onnx train tag --data .*names\.conll /));
    expect(page).toContainEqual(/^The model is .*$/m.exec(trained.stdout)![0]);
    expect(page).toContain('1 (tokens) and 2 (tags) of 2');
  });

  it('predicts by the folder what the model file says to a program', async () => {
    await using opened = await Model.load(model, { providers: ['cpu'] });
    const tagger = taggerOf(opened);
    const { tokens, tags } = await readTaggedTexts(data);
    const found = await tagger.tagWords(tokens);
    const right = found.filter(({ labels }, i) => labels.join() === tags[i]!.join());
    expect(right.length).toBeGreaterThan(0.9 * tokens.length);
    const { code, stdout, stderr } = await lstmOnnx('predict', out, '--data', data);
    expect(code, stderr).toBe(0);
    const [header, ...rows] = rowsOf(stdout);
    expect(header).toEqual(['text', 'token', 'tag']);
    expect(rows.map(([, token]) => token)).toEqual(tokens.flat());
    expect(rows.map(([, , tag]) => tag)).toEqual(found.flatMap(({ labels }) => labels));
    expect(rows.at(-1)![0]).toBe(String(tokens.length));
  });

  it('cuts texts into words, and tags Paris by what is around', async () => {
    const { stdout, stderr } = await lstmOnnx(
      'predict',
      model,
      'Paris met Ada in London.',
      'Zoe saw Alan in Paris.',
    );
    expect(rowsOf(stdout).slice(1)).toEqual([
      ...['1,Paris,B-PER', '1,met,O', '1,Ada,B-PER', '1,in,O', '1,London,B-LOC', '1,.,O'].map((row) =>
        row.split(','),
      ),
      ...['2,Zoe,B-PER', '2,saw,O', '2,Alan,B-PER', '2,in,O', '2,Paris,B-LOC', '2,.,O'].map((row) =>
        row.split(','),
      ),
    ]);
    expect(stderr).toMatch(/1 of 12 words \(8\.3 %\) are not in the model's vocabulary/);
  });

  it.each<[string, string, RegExp]>([
    ['lines.txt', 'Paris met Ada in London.\nAda called Grace\n', /2 texts, one on each line/],
    ['words.conll', 'Paris\nmet\nAda\nin\nLondon\n.\n\nAda\ncalled\nGrace\n', /a token on each line/],
    ['words.csv', 'tokens,id\nParis met Ada in London .,1\nAda called Grace,2\n', /column 'tokens' is taken/],
    [
      'words.jsonl',
      '{"words":["Paris","met","Ada","in","London","."]}\n{"words":["Ada","called","Grace"]}\n',
      /'words'/,
    ],
  ])('predicts from %s', async (name, text, said) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    const { code, stdout, stderr } = await lstmOnnx('predict', out, '--data', file, '--json');
    expect(code, stderr).toBe(0);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ token }) => token).join(' ')).toBe('Paris met Ada in London . Ada called Grace');
    expect(rows.map(({ text }) => text)).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2]);
    expect(rows.map(({ tag }) => tag).join(' ')).toBe('B-PER O B-PER O B-LOC O B-PER O B-PER');
    expect(stderr).toMatch(said);
  });

  it('writes a checkpoint with the tags and the vocabularies', () => {
    const { info } = decodeCheckpoint(new Uint8Array(readFileSync(join(out, 'model.safetensors'))));
    expect(info?.labels).toEqual(['B-LOC', 'B-PER', 'I-PER', 'O']);
    expect(Object.keys(info?.vocabularies ?? {})).toEqual(['words', 'prefixes', 'suffixes', 'shapes']);
  });

  it('takes columns of JSON lines, finds each tag by itself, and gives its scores as JSON', async () => {
    const file = join(folder, 'parts.jsonl');
    const lines = sentences(60).map(({ tokens, tags }) => ({
      words: tokens,
      pos: tags.map((tag) => tag.slice(-1)),
    }));
    writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'));
    const dir = join(folder, 'parts');
    const config = join(folder, 'parts.json');
    writeFileSync(
      config,
      JSON.stringify({ data: 'parts.jsonl', tokens: 'words', tags: 'pos', crf: false, epochs: 9 }),
    );
    const { code, stdout, stderr } = await train('--json', '--config', config, '--cell', 'gru', '-o', dir);
    expect(code, stderr).toBe(0);
    const [evaluation, done] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(evaluation).toMatchObject({
      event: 'evaluation',
      labels: ['C', 'O', 'R'],
      model: { tokenAccuracy: expect.any(Number), textAccuracy: expect.any(Number) },
      baselines: {
        mostFrequentTag: { tokenAccuracy: expect.any(Number) },
        majority: { modelAlone: expect.any(Number) },
      },
    });
    expect(evaluation.model.spans).toBeUndefined();
    expect(evaluation.confusion.flat().reduce((a: number, b: number) => a + b)).toBe(evaluation.tokens);
    expect(done.files).toHaveLength(3);
    expect(stderr).toMatch(/taken from the command line instead: epochs/);
    await using opened = await Model.load(join(dir, 'model.onnx'), { providers: ['cpu'] });
    expect([...taggerOf(opened).crf.transitions]).toEqual(new Array(9).fill(0));
    const page = textsOf(readFileSync(join(dir, 'report.html'), 'utf8'));
    expect(page).not.toContain('Which tag follows which');
    expect(page).toContainEqual(expect.stringMatching(/--no-crf/));
  });

  it('reads a folder, and says which of its files', async () => {
    const { code, stderr } = await lstmOnnx(
      ...[
        'train',
        'tag',
        '--data',
        folderOf('several'),
        '--epochs',
        '1',
        '--hidden-size',
        '4',
        '-o',
        join(folder, 'all'),
      ],
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/2 files \.conllu read; 1 file of other kinds left out/);
    expect(stderr).toMatch(/b\.conllu: 1 line left out/);
  });

  /** Two files of a treebank, and one that is none. */
  function folderOf(name: string): string {
    const dir = temporaryDirectory();
    const line = (i: number, word: string, tag: string) => `${i}\t${word}\t_\t${tag}\t_\t_\t0\t_\t_\t_`;
    const text = (i: number) => [line(1, `w${i}`, 'NOUN'), line(2, 'is', 'VERB')].join('\n');
    const texts = Array.from({ length: 20 }, (_, i) => text(i));
    writeFileSync(join(dir, 'a.conllu'), texts.slice(0, 10).join('\n\n'));
    writeFileSync(
      join(dir, 'b.conllu'),
      [line(0, 'x', 'X').replace('0', '1-2'), ...texts.slice(10)].join('\n\n'),
    );
    writeFileSync(join(dir, 'LICENSE.txt'), name);
    return dir;
  }

  it.each<[string, string | Uint8Array, string[], RegExp]>([
    ['empty.conll', '', [], /E_INVALID_FILE|no token/],
    ['one.conll', 'a X\nb X\n\n'.repeat(12), [], /All tokens have the tag 'X'/],
    ['few.conll', 'a X\nb Y\n\nc X\n', [], /2 texts, 2 of them different; expected at least 10/],
    ['alike.conll', 'a X\nb Y\n\n'.repeat(40), [], /40 texts, 1 of them different/],
    ['ragged.conll', 'a X\nb c Y\n', [], /ragged\.conll: Line 2 has 3 columns/],
    ['column.conll', 'a X\n', ['--tag-column', '7'], /tag is column 7; the file has 2/],
    ['table.conll', 'a X\n', ['--separator', ','], /--separator is for CSV files/],
    ['texts.csv', 'tokens,tags\na b,X\n', [], /texts\.csv: .*line 2 has 2 tokens and 1 tag/],
    ['texts2.csv', 'tokens,tags\na b,X\n', ['--tag-column', '2'], /--tag-column is for files with a token/],
    ['doubt.csv', 'one,two,three\na,b,c\n', [], /--tokens COLUMN and --tags COLUMN/],
    [
      'picture.csv',
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d),
      [],
      /E_INVALID_FILE/,
    ],
  ])('refuses %s', async (name, content, options, message) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    const { code, stdout, stderr } = await train('--data', file, ...options, '-o', join(folder, 'refused'));
    expect(code).toBeGreaterThan(0);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });

  it('is told what it lacks', async () => {
    expect((await lstmOnnx('train', 'tag')).stderr).toMatch(/Missing required argument: data/);
    expect((await lstmOnnx('predict', model)).stderr).toMatch(/tags texts: give some, or a file/);
    expect((await lstmOnnx('predict', model, 'a', '--data', data)).stderr).toMatch(/tags texts/);
    const gone = await train('--data', join(folder, 'gone.conll'), '-o', join(folder, 'refused'));
    expect(gone.stderr).toMatch(/gone\.conll.*Check the path/s);
  });
});

describe('lstm-onnx init tag', () => {
  it('writes a file by which train tag trains', async () => {
    const config = join(folder, 'tag.json');
    writeFileSync(join(folder, 'init.csv'), 'id,tokens,tags\n1,a b,X Y\n');
    const { code, stderr } = await lstmOnnx('init', 'tag', '--data', join(folder, 'init.csv'), '-o', config);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(readFileSync(config, 'utf8'))).toMatchObject({
      data: 'init.csv',
      tokens: 'tokens',
      tags: 'tags',
    });
    expect(stderr).toMatch(/1 texts? with 2 tags: 'X', 'Y'/);
    expect(stderr).toMatch(/next: lstm-onnx train tag --config /);
  });

  it('leaves open what is in doubt, and looks into files of CoNLL', async () => {
    writeFileSync(join(folder, 'open.csv'), 'a,b,c\nx,y,z\n');
    const open = await lstmOnnx('init', 'tag', '--data', join(folder, 'open.csv'), '-o', '-');
    expect(JSON.parse(open.stdout)).toMatchObject({ tokens: null, tags: null });
    writeFileSync(join(folder, 'four.conll'), conllText(sentences(2)));
    const found = await lstmOnnx('init', 'tag', '--data', join(folder, 'four.conll'), '-o', '-');
    expect(found.stderr).toMatch(/2 texts with 4 tags/);
  });
});
