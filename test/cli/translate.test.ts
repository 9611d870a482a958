/** `train translate`, `predict` of its models and `init translate`, on small files. */
import { EventEmitter } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeCheckpoint, Model, translatorOf } from '../../src/index.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { lstmOnnx, runWith } from './lstm-onnx.js';
import { spelledWords, writeSpelledWords } from './spelled-words.js';
import { expectWellFormed, textsOf } from './well-formed.js';

const folder = temporaryDirectory();
const data = writeSpelledWords(join(folder, 'words.csv'), 300);
const small = [
  '--hidden-size',
  '24',
  '--embedding-dim',
  '12',
  '--batch-size',
  '32',
  '--lr',
  '0.02',
  '--dropout',
  '0',
];
const quick = ['--hidden-size', '4', '--epochs', '1', '--embedding-dim', '4'];
const train = (...args: string[]) => lstmOnnx('train', 'translate', ...args);
const write = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const out = join(folder, 'out');
let trained: Awaited<ReturnType<typeof lstmOnnx>>;
beforeAll(async () => {
  const columns = ['--data', data, '--source', 'word', '--target', 'sounds'];
  trained = await train(...columns, ...small, '--epochs', '8', '--target-tokens', 'spaces', '-o', out);
});

describe('lstm-onnx train translate', () => {
  it('writes its files and says how good they are beside what takes no training', () => {
    expect(trained.code, trained.stderr).toBe(0);
    expect(readdirSync(out).sort()).toEqual([
      'decoder.onnx',
      'encoder.onnx',
      'model.safetensors',
      'report.html',
    ]);
    const rates = ['model, beam search', 'model, greedy', 'nearest source', 'most frequent target'].map(
      (name) => {
        const [, exact, rate] =
          trained.stdout.match(new RegExp(`^${name} +([\\d.]+) % +([\\d.]+) %$`, 'm')) ?? [];
        expect(Number(exact)).toBeLessThanOrEqual(100);
        return Number(rate);
      },
    );
    expect(trained.stdout).toMatch(/^30 sources of the test part:$/m);
    const [beam = 100, greedy = 100, nearest = 0, frequent = 0] = rates;
    expect(Math.max(beam, greedy)).toBeLessThan(Math.min(nearest, frequent));
    expect(trained.stdout).toMatch(/^The model is better than what takes no training/m);
    expect(trained.stderr).toMatch(/--source-tokens: characters are taken/);
    expect(trained.stderr).toMatch(/next: lstm-onnx predict /);
  });

  it('writes a report that is well-formed, with samples, maps of attention and the command', () => {
    const html = readFileSync(join(out, 'report.html'), 'utf8');
    expectWellFormed(html);
    const texts = textsOf(html);
    expect(texts).toContain('From word to sounds');
    expect(texts).toContain('30 sources of the test part');
    expect(html.match(/class="attention upright"/g)?.length).toBeGreaterThan(2);
    const command = texts.find((text) => text.startsWith('lstm-onnx train translate --data'));
    expect(command).toMatch(
      /--source word --target sounds .*--source-tokens characters --target-tokens spaces/,
    );
  });

  it('keeps the vocabularies in the checkpoint', () => {
    const { info } = decodeCheckpoint(readFileSync(join(out, 'model.safetensors')));
    expect(info?.vocabularies?.source?.tokenizer).toBe('characters');
    expect(info?.vocabularies?.previous?.tokens).toContain('EH1');
  });

  it('gives its figures as JSON', async () => {
    const { code, stdout, stderr } = await train(
      ...['--data', data, '--source', 'word', '--target', 'sounds', ...quick, '--json', '--beam', '1'],
      ...['-o', join(folder, 'json')],
    );
    expect(code, stderr).toBe(0);
    const [evaluation, done] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(evaluation).toMatchObject({ event: 'evaluation', sources: 30, pairs: 30, unknown: 0, cut: 0 });
    expect(evaluation.beam).toBeUndefined();
    expect(evaluation.greedy.errorRate).toBeGreaterThan(0.3);
    expect(done.files).toHaveLength(4);
  });

  it('takes its options from a file that init wrote, and gives the same again', async () => {
    const config = join(folder, 'translate.json');
    const init = await lstmOnnx('init', 'translate', '--data', data, '--source', 'word', '-o', config);
    expect(init.code, init.stderr).toBe(0);
    expect(JSON.parse(readFileSync(config, 'utf8'))).toMatchObject({
      data: 'words.csv',
      source: 'word',
      target: 'sounds',
      sourceTokens: 'characters',
      targetTokens: 'words',
    });
    const runs = ['a', 'b'].map((name) => train('--config', config, ...quick, '-o', join(folder, name)));
    for (const { code, stderr } of await Promise.all(runs)) expect(code, stderr).toBe(0);
    const read = (name: string) => readFileSync(join(folder, name, 'decoder.onnx'));
    expect(read('a').equals(read('b'))).toBe(true);
  });

  it('takes lines with tabs and no header, whatever quotes are in them, and several targets of a source', async () => {
    const words = spelledWords(60);
    const lines = words.map(([word, sounds]) => `"${word}" go.\t${sounds}\tCC-BY`);
    const path = write('pairs.txt', [...lines, `"${words[0]?.[0]}" Go.\tB AH`, '', 'no tab'].join('\r\n'));
    const { code, stdout, stderr } = await train(
      ...['--data', path, '--no-header', ...quick, '--lowercase', '-o', join(folder, 'tabs')],
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/1 pair with an empty text left out/);
    expect(stderr).toMatch(/61 pairs of 60 different sources; all pairs of a source are in one part/);
    expect(stderr).toMatch(/--source-tokens: words are taken/);
    expect(stdout).toMatch(/^6 sources of the test part/m);
    expect(stdout).toMatch(/With only 6 sources the figures are rough/);
  });

  it('leaves pairs out of training that are longer than it may be, and says so', async () => {
    const { code, stderr } = await train(
      ...['--data', data, '--source', 'word', '--target', 'sounds', ...quick, '--max-length', '3'],
      ...['-o', join(folder, 'short')],
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/\d+ pairs too long, left out of the training part/);
  });

  it.each([
    [
      'without a file in the first epoch',
      (text: string) => text.includes('--target-tokens'),
      /nothing is saved/,
      false,
    ],
    [
      'with the best epoch behind it',
      (text: string) => text.startsWith('epoch 1/'),
      /the best epoch until then/,
      true,
    ],
  ])('stops by a signal %s', async (name, isTime, message, isSaved) => {
    const signals = new EventEmitter();
    const stopped = join(folder, name);
    const onStderr = (text: string) => {
      if (isTime(text)) signals.emit('SIGINT', 'SIGINT');
    };
    const args = [
      '--data',
      data,
      '--source',
      'word',
      '--target',
      'sounds',
      '--epochs',
      '1000',
      '-o',
      stopped,
    ];
    const { code, stderr } = await runWith(
      { signals, onStderr },
      'train',
      'translate',
      ...args,
      '--batch-size',
      '16',
    );
    expect(code).toBe(130);
    expect(stderr).toMatch(message);
    expect(existsSync(join(stopped, 'encoder.onnx'))).toBe(isSaved);
  });
});

describe('lstm-onnx train translate refuses', () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13);
  it.each<[string, string | Uint8Array, string[], RegExp, number]>([
    ['columns in doubt', 'a,b\nx,y\n', [], /say which is which: --source COLUMN and --target COLUMN/, 1],
    [
      'a column that is not there',
      'word,sounds\nx,y\n',
      ['--source', 'wort'],
      /no column 'wort'.*Is 'word' meant/,
      1,
    ],
    ['one column', 'source\nx\n', [], /no column is left for --target/, 1],
    ['an empty file', '', [], /empty|no rows|no record/i, 1],
    ['a picture', png, [], /PNG|no text|UTF-8/i, 1],
    ['too few pairs', 'source,target\na,b\nb,c\n', [], /2 different sources.* none is left to learn from/, 1],
    ['lines without tabs', 'a b\nc d\n', ['--no-header'], /no line with a tab/, 1],
    ['a separator of lines with tabs', 'a\tb\n', ['--no-header', '--separator', ','], /leave --separator/, 2],
    ['dot attention of both ends', 'source,target\na,b\n', ['--attention', 'dot'], /--no-bidirectional/, 2],
    [
      'a fraction above 1',
      'source,target\na,b\n',
      ['--test', '1.5'],
      /--test is 1.5; give a number between 0 and 1/,
      2,
    ],
  ])('%s', async (name, content, args, message, exit) => {
    const path = write(`${name}.csv`, content);
    const { code, stderr } = await train('--data', path, ...args, ...quick, '-o', join(folder, 'refused'));
    expect(stderr).toMatch(message);
    expect(code).toBe(exit);
  });

  it('a folder with the model of another task, before anything is read', async () => {
    const taken = join(folder, 'taken');
    mkdirSync(taken);
    writeFileSync(join(taken, 'model.onnx'), 'of classes');
    const { code, stderr } = await train('--data', data, ...quick, '-o', taken);
    expect(stderr).toMatch(
      /taken has model.onnx of another training.* --output, or remove this file\. \[E_INVALID_OPTION\]/,
    );
    expect(code).toBe(1);
    expect(readdirSync(taken)).toEqual(['model.onnx']);
  });

  it('no data at all', async () => {
    const { code, stderr } = await train('--source', 'a');
    expect(stderr).toMatch(/Missing required argument: data/);
    expect(code).toBe(2);
  });
});

describe('lstm-onnx predict of a translator', () => {
  it('writes what the two files give in a program', async () => {
    const { code, stdout, stderr } = await lstmOnnx('predict', out, 'abx', 'dad', 'Zoo', '--json');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/Not in the vocabulary: 3 of 9 tokens/);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    await using encoder = await Model.load(join(out, 'encoder.onnx'));
    await using decoder = await Model.load(join(out, 'decoder.onnx'));
    const found = await translatorOf({ encoder, decoder }).translate(['abx', 'dad', 'Zoo']);
    expect(rows).toEqual(
      found.map(({ text, logProbability }, i) => ({
        word: ['abx', 'dad', 'Zoo'][i],
        sounds: text,
        logProbability,
      })),
    );
  });

  it('reads a file, by either file of the model, and leaves rows without a text empty', async () => {
    const path = write('more.csv', 'id,word\n1,abx\n2,\n3,dad\n');
    const csv = join(folder, 'written.csv');
    const { code, stderr } = await lstmOnnx('predict', join(out, 'decoder.onnx'), '--data', path, '-o', csv);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/1 row without a text/);
    const [header, first, second, third] = readFileSync(csv, 'utf8').split('\n');
    expect(header).toBe('word,sounds,logProbability');
    expect(first).toMatch(/^abx,[A-Z1 ]+,-[\d.e-]+$/);
    expect(second).toBe(',,');
    expect(third).toMatch(/^dad,/);
  });

  it('reads files as training does', async () => {
    const path = write('more.txt', 'abx\tK\r\ndad\tD\r\n');
    const { code, stdout, stderr } = await lstmOnnx(
      ...['predict', out, '--data', path, '--no-header', '--source', '1', '--beam', '1'],
    );
    expect(code, stderr).toBe(0);
    expect(stdout.split('\n')).toHaveLength(4);
  });

  it('refuses to guess, and a decoder of another training', async () => {
    const nothing = await lstmOnnx('predict', out);
    expect(nothing.stderr).toMatch(/translates texts: give them after it, or a file of them with --data/);
    expect(nothing.code).toBe(2);
    const foreign = await lstmOnnx('predict', out, 'abx', '--text', 'word');
    expect(foreign.stderr).toMatch(/--text has no effect with .*'Translations:'/);
    expect(foreign.code).toBe(2);
    const mixed = join(folder, 'mixed');
    mkdirSync(mixed);
    copyFileSync(join(out, 'encoder.onnx'), join(mixed, 'encoder.onnx'));
    copyFileSync(join(folder, 'a', 'decoder.onnx'), join(mixed, 'decoder.onnx'));
    const other = await lstmOnnx('predict', mixed, 'abx');
    expect(other.stderr).toMatch(/other trainings/);
    expect(other.code).toBe(1);
  });
});
