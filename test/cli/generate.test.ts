/** `train generate`, `init generate` and `generate`: from a file of text to texts that a model writes. */
import { EventEmitter } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeCheckpoint } from '../../src/builder/checkpoint.js';
import { vocabularyToJson } from '../../src/data/text/vocabulary-json.js';
import { exportOnnx } from '../../src/export/export.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { rhymes } from '../tasks/rhymes.js';
import { lstmOnnx, runWith } from './lstm-onnx.js';
import { expectWellFormed, textsOf } from './well-formed.js';

const folder = temporaryDirectory();
const text = join(folder, 'rhymes.txt');
const out = join(folder, 'out');
const small = [
  '--hidden-size',
  '32',
  '--embedding-dim',
  '16',
  '--steps',
  '16',
  '--batch-size',
  '16',
  '--lr',
  '0.01',
];
const train = (...args: string[]) => lstmOnnx('train', 'generate', ...args);
const write = (...args: string[]) => lstmOnnx('generate', out, ...args);

let trained: Awaited<ReturnType<typeof lstmOnnx>>;
beforeAll(async () => {
  writeFileSync(text, rhymes(1200));
  trained = await train('--text', text, ...small, '--epochs', '3', '--json', '-o', out);
}, 120_000);

describe('lstm-onnx train generate', () => {
  it('writes a model, its checkpoint and a report, and says how good it is beside models that count', async () => {
    expect(trained.code, trained.stderr).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['model.onnx', 'model.safetensors', 'report.html']);
    const [evaluation, done] = trained.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(evaluation).toMatchObject({ event: 'evaluation', unknown: 0 });
    const [unigram, fiveGram] = evaluation.baselines;
    expect([unigram.name, fiveGram.name]).toEqual(['unigram', '5-gram']);
    expect(evaluation.model.perplexity).toBeLessThan(unigram.perplexity / 3);
    expect(evaluation.model.bits).toBeCloseTo(Math.log2(evaluation.model.perplexity), 6);
    expect(evaluation.noWorseThanModel.includes('5-gram')).toBe(
      fiveGram.perplexity <= evaluation.model.perplexity,
    );
    expect(done).toMatchObject({ event: 'done' });
    expect(done.files).toHaveLength(3);
    expect(trained.stderr).toMatch(
      /^text: [\d,]+ characters to learn from, then [\d,]+ to validate and [\d,]+ to test on, \d+ different$/m,
    );
    expect(trained.stderr).toMatch(/^epoch 3\/3 /m);
  });

  it('makes a report that is well-formed, with what the model writes, what surprises it and the command', () => {
    const report = readFileSync(join(out, 'report.html'), 'utf8');
    expectWellFormed(report);
    expect(report).toContain('<h1>A language model of rhymes.txt</h1>');
    for (const temperature of ['0.5', '0.8', '1']) expect(report).toContain(`Temperature ${temperature}<`);
    expect(report).toMatch(/<mark class="s\d">/);
    expect(textsOf(report).find((text) => text.startsWith('lstm-onnx train generate --text'))).toMatch(
      /--hidden-size \d+ .*--seed \d/,
    );
    // Line ends are line ends, but for the signs of those that surprised.
    expect(report).not.toContain('\\n<');
  });

  it('says by a table and in words how good a model of words is, with the sizes that it has found', async () => {
    const books = join(folder, 'books');
    mkdirSync(books);
    writeFileSync(join(books, '2.txt'), rhymes(500));
    writeFileSync(join(books, '1.TXT'), rhymes(300).replaceAll('\n', '\r\n'));
    writeFileSync(join(books, '3.txt'), ' \n');
    writeFileSync(join(books, 'notes.md'), 'no text');
    const own = join(folder, 'words');
    const { code, stdout, stderr } = await train(
      '--text',
      books,
      '--tokens',
      'words',
      '--epochs',
      '1',
      '-o',
      own,
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^The last part of the text, [\d,]+ words that were not learned from:\nmodel +perplexity +bits per word\n/,
    );
    expect(stdout).toMatch(/^The model is (better than|no better than) those that count/m);
    expect(stderr).toMatch(/books: 1 file or folder left out/);
    expect(stderr).toMatch(/1\.TXT: 300 lines ended in a carriage return/);
    expect(stderr).toMatch(/3\.txt is empty, and left out/);
    expect(stderr).toMatch(
      /by the size of the text: hiddenSize 64, embeddingDim 48, batchSize 8, steps 20$/m,
    );
    expect(stderr).toMatch(/^epoch 1\/1 /m);
    expect(stderr).toMatch(/next: lstm-onnx generate \S+words --prompt TEXT/);
    const written = await lstmOnnx('generate', own, '--prompt', 'the cat', '--length', '30', '--seed', '1');
    expect(written.stdout).toMatch(/^the cat[\w ,.]+\n$/);
    expect(written.stdout).not.toMatch(/<unk>| ,/);
  });

  it('stops at a signal: with nothing in the first epoch, with the best epoch so far later', async () => {
    const stoppedAt = (epoch: number, own: string) => {
      const signals = new EventEmitter();
      return runWith(
        {
          signals,
          onStderr: (line) => {
            if (epoch === 0 ? line.startsWith('text: ') : line.startsWith(`epoch ${epoch}/`))
              signals.emit('SIGINT', 'SIGINT');
          },
        },
        ...['train', 'generate', '--text', text, ...small, '--epochs', '4', '-o', own],
      );
    };
    const early = join(folder, 'early');
    expect(await stoppedAt(0, early)).toMatchObject({
      code: 130,
      stderr: expect.stringMatching(/stopped by SIGINT; nothing is saved/),
    });
    expect(readdirSync(early)).toEqual([]);
    const late = join(folder, 'late');
    const { code, stderr, stdout } = await stoppedAt(1, late);
    expect(code).toBe(130);
    expect(stderr).toMatch(/stopped by SIGINT; what is written is the best epoch until then/);
    expect(stdout).toContain('The last part of the text');
    expect(readdirSync(late).sort()).toEqual(['model.onnx', 'model.safetensors', 'report.html']);
    expect(readFileSync(join(late, 'report.html'), 'utf8')).toMatch(
      /stopped after [^<]*, [12] of 4 epochs: the best of them is taken/,
    );
    const { network } = decodeCheckpoint(readFileSync(join(late, 'model.safetensors')));
    expect(Object.keys(network.outputs)).toEqual(['logits']);
  });

  it.each([
    ['a file that is not there', 'none.txt', undefined, /Cannot read '.*none\.txt'.*\[E_FILE_READ\]/],
    ['an empty file', 'empty.txt', '', /there is no text in it.*\[E_INVALID_FILE\]/],
    [
      'an image',
      'image.png',
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0]),
      /image\.png: .*\[E_INVALID_FILE\]/,
    ],
    ['a text that is too short', 'short.txt', 'So short.', /too few.*\[E_INVALID_OPTION\]/],
  ])('refuses %s', async (_, name, content, message) => {
    const file = join(folder, name);
    if (content !== undefined) writeFileSync(file, content);
    const { code, stderr } = await train('--text', file, '-o', join(folder, 'refused'));
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  it('refuses a folder without .txt files, no text at all, and parts that leave nothing', async () => {
    const empty = join(folder, 'nothing');
    mkdirSync(empty);
    const own = ['-o', join(folder, 'refused')];
    expect((await train('--text', empty, ...own)).stderr).toMatch(/folder without \.txt files/);
    expect(await train()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Missing required argument: text'),
    });
    const parts = ['--validation', '0.6', '--test', '0.4', ...own];
    expect(await train('--text', text, ...parts)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('leaves nothing to learn from'),
    });
  });
});

describe('lstm-onnx init generate', () => {
  it('writes what suits the text, by which train learns', async () => {
    const config = join(folder, 'generate.json');
    const drafted = await lstmOnnx('init', 'generate', '--text', text, '--tokens', 'words', '-o', config);
    expect(drafted.code, drafted.stderr).toBe(0);
    expect(drafted.stderr).toMatch(/[\d,]+ words to learn from, \d+ different/);
    const settings = JSON.parse(readFileSync(config, 'utf8'));
    expect(settings).toMatchObject({ text: ['rhymes.txt'], tokens: 'words', hiddenSize: 64, minCount: 2 });
    const own = join(folder, 'by config');
    const { code, stderr } = await train('--config', config, '--epochs', '1', '-o', own);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('generate.json: taken from the command line instead: epochs');
    expect(stderr).not.toContain('by the size of the text');
  });
});

describe('lstm-onnx generate', () => {
  it('writes on from a prompt, the same by the same seed, in a pipe and in a terminal', async () => {
    const args = ['--prompt', 'the cat', '--length', '200', '--seed', '4'];
    const { code, stdout, stderr } = await write(...args);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^the cat [\s\S]*\n$/);
    expect(stdout.split('\n').length).toBeGreaterThan(4);
    expect(stderr).toContain('--seed 4 writes this text again');
    expect((await runWith({ stdoutIsTTY: true }, 'generate', join(out, 'model.onnx'), ...args)).stdout).toBe(
      stdout,
    );
    expect((await write('--prompt', 'the cat', '--length', '200', '--seed', '5')).stdout).not.toBe(stdout);
  });

  it('says the seed that it has drawn', async () => {
    const { stdout, stderr } = await write('--length', '60');
    const [, seed = ''] = /--seed (\d+) writes/.exec(stderr) ?? [];
    expect((await write('--length', '60', '--seed', seed)).stdout).toBe(stdout);
  });

  it('gives an object a line with --json, each text by a seed of its own', async () => {
    const args = ['--prompt', 'a dog', '--length', '40', '--json'];
    const { stdout } = await write(...args, '--seed', '4', '--count', '3');
    const texts = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(texts.map(({ seed }) => seed)).toEqual([4, 5, 6]);
    for (const { prompt, text: written, tokens, finish, logProbability } of texts) {
      expect(prompt).toBe('a dog');
      expect([...written]).toHaveLength(40);
      expect(tokens).toHaveLength(40);
      expect(finish).toBe('length');
      expect(logProbability).toBeLessThan(0);
    }
    const second = await write(...args, '--seed', '5');
    expect(JSON.parse(second.stdout)).toEqual(texts[1]);
  });

  it('puts a line between several texts, and takes the most probable ones of a beam', async () => {
    const { stdout } = await write('--prompt', 'the', '--length', '30', '--beam', '4', '--count', '2');
    const [first, second, ...more] = stdout.split('\n---\n');
    expect(more).toEqual([]);
    expect(first).toMatch(/^the/);
    expect(second).toMatch(/^the/);
    expect((await write('--prompt', 'the', '--length', '30', '--beam', '4')).stdout.trim()).toBe(
      first!.trim(),
    );
  });

  it('always writes the same with a temperature of 0, and ends before a stop', async () => {
    const args = ['--prompt', 'the cat', '--temperature', '0', '--length', '100'];
    const whole = await write(...args);
    expect((await write(...args)).stdout).toBe(whole.stdout);
    const stop = whole.stdout.slice(40, 43);
    const { text: written, finish } = JSON.parse((await write(...args, '--stop', stop, '--json')).stdout);
    expect(finish).toBe('stop');
    expect(`the cat${written}`).toBe(whole.stdout.slice(0, whole.stdout.indexOf(stop, 'the cat'.length)));
  });

  it('reads the prompt from stdin, without the line end behind it', async () => {
    const args = ['--length', '30', '--seed', '1', '--json'];
    const piped = await runWith({ stdin: 'the old\r\nwhale\n' }, 'generate', out, '--prompt', '-', ...args);
    expect(JSON.parse(piped.stdout).prompt).toBe('the old\nwhale');
    expect(piped.stdout).toBe((await write('--prompt', 'the old\nwhale', ...args)).stdout);
  });

  it('says which characters of the prompt it does not know', async () => {
    const { code, stderr } = await write('--prompt', 'the Ünder§', '--length', '5');
    expect(code).toBe(0);
    expect(stderr).toContain('not in the vocabulary, and read as unknown: "Ü", "§"');
  });

  it('escapes in a terminal what it would obey, and nothing in a pipe', async () => {
    const args = ['generate', out, '--prompt', 'the\u001b[2Jcat\tsat', '--length', '5', '--seed', '1'];
    expect((await lstmOnnx(...args)).stdout).toContain('the\u001b[2Jcat\tsat');
    expect((await runWith({ stdoutIsTTY: true }, ...args)).stdout).toContain('the\\u001b[2Jcat\tsat');
  });

  it('takes a vocabulary from a file where the model has none', async () => {
    const { network, parameters, info } = decodeCheckpoint(readFileSync(join(out, 'model.safetensors')));
    const bare = join(folder, 'bare.onnx');
    writeFileSync(bare, exportOnnx(network, parameters, { states: true }));
    const without = await lstmOnnx('generate', bare, '--prompt', 'the');
    expect(without).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no vocabulary.*--vocabulary FILE.*\[E_MISSING_NAME\]/),
    });
    const file = join(folder, 'vocabulary.json');
    writeFileSync(file, vocabularyToJson(info!.vocabularies!.tokens!));
    const args = ['--prompt', 'the', '--length', '30', '--seed', '1'];
    const { stdout } = await lstmOnnx('generate', bare, '--vocabulary', file, ...args);
    expect(stdout).toBe((await write(...args)).stdout);
  });

  it.each([
    ['--beam beside --seed', ['--beam', '2', '--seed', '1'], /--beam searches and --seed is/],
    ['more texts than a beam has', ['--beam', '2', '--count', '3'], /a beam of 2 finds no more/],
    [
      'several texts that are the same',
      ['--temperature', '0', '--count', '2'],
      /--temperature 0 writes the same/,
    ],
    [
      'a seed where nothing is drawn',
      ['--temperature', '0', '--seed', '4'],
      /--temperature 0 takes the most probable token, and --seed is of tokens that are drawn/,
    ],
    ['a temperature below 0', ['--temperature=-1'], /--temperature is -1; give a number of at least 0/],
    ['an empty stop', ['--stop', ''], /stop/],
    ['stdin that there is not', ['--prompt', '-'], /no stdin/],
  ])('refuses %s', async (_, args, message) => {
    expect(await write(...args)).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
  });

  it('names the command of a model of another task, as predict does of one that writes', async () => {
    const predicted = await lstmOnnx('predict', out, 'a text');
    expect(predicted).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/lstm-onnx generate \S+ --prompt TEXT/),
    });
    const { network, parameters } = decodeCheckpoint(readFileSync(join(out, 'model.safetensors')));
    const other = join(folder, 'other.onnx');
    const metadata = { 'lstm_onnx.task': JSON.stringify({ version: 1, task: 'classify' }) };
    writeFileSync(other, exportOnnx(network, parameters, { metadata }));
    expect((await lstmOnnx('generate', other)).stderr).toMatch(
      /a model of lstm-onnx train classify.*lstm-onnx predict \S+other\.onnx runs it/,
    );
  });
});
