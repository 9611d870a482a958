/** `train classify`, `init classify` and `predict` by its models, on files as users have them. */
import { EventEmitter } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { classifierOf, decodeCheckpoint, Model } from '../../src/index.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { orderedWords } from '../tasks/classify-samples.js';
import '../matcher.js';
import { lstmOnnx, runWith } from './lstm-onnx.js';
import { expectWellFormed, textsOf } from './well-formed.js';

const folder = temporaryDirectory();
const small = ['--hidden-size', '8', '--embedding-dim', '8', '--backend', 'simd:1'];
const learning = [...small, '--epochs', '15', '--lr', '0.02', '--dropout', '0.1'];
const quick = [...small, '--epochs', '1'];
const train = (...args: string[]) => lstmOnnx('train', 'classify', ...args);

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const csvOf = (rows: readonly (readonly string[])[], header = 'message,kind') =>
  `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`;
const rows = orderedWords(400);

describe('lstm-onnx train classify', () => {
  const out = join(folder, 'out');
  let trained: Awaited<ReturnType<typeof lstmOnnx>>;
  beforeAll(async () => {
    const data = write('words.csv', csvOf(rows));
    trained = await train('--data', data, '--text', 'message', ...learning, '-o', out);
  });

  it('says what it found, and how good the model is beside the baselines', () => {
    const { code, stdout, stderr } = trained;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^--label: the column 'kind' is taken\.$/m);
    expect(stderr).toMatch(/^320 texts to learn from, 40 to validate, 40 to test\.$/m);
    expect(stderr).toMatch(/^wrote .*report\.html; next: lstm-onnx predict .*model\.onnx "a text"$/m);
    expect(stdout.split('\n')).toEqual([
      '40 texts that the model has not seen:',
      expect.stringMatching(/^classifier +accuracy +macro F1$/),
      expect.stringMatching(/^model +(9\d|100)\.\d % /),
      expect.stringMatching(/^naive Bayes +[34567]\d\.\d % /),
      expect.stringMatching(/^always the most frequent +[45]\d\.\d % /),
      expect.stringMatching(/^The model is better than the baselines: /),
      '',
    ]);
  });

  it('writes a model, its checkpoint and a report that has the scores, mistakes and the command', async () => {
    expect(readdirSync(out).sort()).toEqual(['model.onnx', 'model.safetensors', 'report.html']);
    const { info } = decodeCheckpoint(readFileSync(join(out, 'model.safetensors')));
    expect(info?.labels).toEqual(['no first', 'yes first']);
    expect(info?.vocabularies?.tokens?.tokens).toHaveLength(14);
    const html = readFileSync(join(out, 'report.html'), 'utf8');
    expectWellFormed(html);
    const page = textsOf(html);
    expect(page).toContain(/^The model is .*$/m.exec(trained.stdout)![0]);
    expect(page).toContain('message (text), kind (class)');
    expect(page).toContain('LSTM of 8 features in both directions, over embeddings of 8');
    expect(page).toContainEqual(
      expect.stringMatching(/^lstm-onnx train classify --data .*words\.csv --text /),
    );
    expect(page).toContain('Right, and least sure');
  });

  it('can be used in code, where it gives what predict gives', async () => {
    const texts = rows.slice(0, 5).map(([text]) => text);
    await using model = await Model.load(join(out, 'model.onnx'), { providers: ['simd'] });
    const found = await classifierOf(model).classify(texts);
    const { code, stdout, stderr } = await lstmOnnx('predict', out, ...texts, '--json');
    expect(code, stderr).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ text }) => text)).toEqual(texts);
    expect(lines.map(({ label }) => label)).toEqual(found.map(({ label }) => label));
    for (const [i, line] of lines.entries()) {
      const given = [line.probability, line['p(no first)'], line['p(yes first)']];
      expect(given).toBeCloseToArray([found[i]!.probability, ...found[i]!.probabilities], { atol: 1e-5 });
    }
  });

  it('predicts a file row by row, rows without a text among them', async () => {
    const data = write(
      'new.csv',
      csvOf(
        [
          ['no dog yes', '1'],
          ['', '2'],
          ['yes zebra no', '3'],
        ],
        'message,id',
      ),
    );
    const csv = join(folder, 'predicted.csv');
    const { code, stderr } = await lstmOnnx('predict', join(out, 'model.onnx'), '--data', data, '-o', csv);
    expect(code, stderr).toBe(0);
    expect(readFileSync(csv, 'utf8').split('\n')).toEqual([
      'text,label,probability,p(no first),p(yes first)',
      expect.stringMatching(/^no dog yes,no first,0\.\d+,0\.\d+,/),
      ',,,,',
      expect.stringMatching(/^yes zebra no,yes first,0\.\d+,/),
      '',
    ]);
    expect(stderr).toMatch(/^1 text is empty, and of no class\.$/m);
    expect(stderr).toMatch(/^1 of 6 tokens \(16\.7 %\) are not in the vocabulary\.$/m);
  });

  it('says how many are right of a file that has the classes', async () => {
    const right = rows.slice(0, 3).map(([text, label]) => [text, label]);
    const data = write('labelled.csv', csvOf([...right, ['no dog yes', 'yes first'], ['yes no', '']]));
    const { stdout, stderr } = await lstmOnnx('predict', out, '--data', data);
    expect(stdout.trimEnd().split('\n')).toHaveLength(6);
    expect(stderr).toMatch(/^75\.0 % of 4 texts whose class the file says are right\.$/m);
  });

  it('asks for the column where the file has none of that name', async () => {
    const data = write('other.csv', 'a,b\nno dog yes,1\n');
    const { code, stderr } = await lstmOnnx('predict', out, '--data', data);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/--text COLUMN/) });
    expect(await lstmOnnx('predict', out, '--data', data, '--text', 'a')).toMatchObject({ code: 0 });
    const both = await lstmOnnx('predict', out, 'a text', '--data', data);
    expect(both).toMatchObject({ code: 2, stderr: expect.stringMatching(/classifies texts: give them/) });
  });

  it('does the same again from the file that init writes, and gives the scores as JSON', async () => {
    const config = join(folder, 'classify.json');
    const drafted = await lstmOnnx('init', 'classify', '--data', join(folder, 'words.csv'), '-o', config);
    expect(drafted).toMatchObject({ code: 0, stdout: `${config}\n` });
    expect(drafted.stderr).toMatch(/^decide text: "message" or "kind"\. /m);
    expect(JSON.parse(readFileSync(config, 'utf8'))).toEqual({ data: 'words.csv', text: null, label: null });
    const refused = await train('--config', config, '-o', join(folder, 'refused'));
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/classify\.json: text is null/) });
    const told = ['--text', 'message', '-o', '-'];
    const { stdout, stderr } = await lstmOnnx(
      'init',
      'classify',
      '--data',
      join(folder, 'words.csv'),
      ...told,
    );
    expect(stderr).toMatch(/^400 texts of 2 classes: 'no first', 'yes first'\.$/m);
    const found = { label: 'kind', tokens: 'words', lowercase: true, minCount: 2 };
    expect(JSON.parse(stdout)).toEqual({ data: join(folder, 'words.csv'), text: 'message', ...found });
    write('whole.json', stdout);
    const args = ['--config', join(folder, 'whole.json'), ...learning, '--json', '-o', join(folder, 'again')];
    const again = await train(...args);
    expect(again.code, again.stderr).toBe(0);
    const [evaluation, done] = again.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(evaluation).toMatchObject({ event: 'evaluation', texts: 40, noWorseThanModel: { accuracy: [] } });
    const percent = `${(100 * evaluation.model.accuracy).toFixed(1)} %`;
    expect(trained.stdout).toContain(percent);
    expect(done).toMatchObject({
      event: 'done',
      files: expect.arrayContaining([join(folder, 'again', 'model.onnx')]),
    });
  });
});

describe('a signal', () => {
  it.each([
    ['in the first epoch', (line: string) => /to learn from/.test(line), /SIGINT; nothing is saved/, []],
    [
      'later',
      (line: string) => line.startsWith('epoch 1/'),
      /SIGINT; what is written is the best epoch until then/,
      ['model.onnx', 'model.safetensors', 'report.html'],
    ],
  ] as const)('that comes %s stops training', async (name, isTime, message, files) => {
    const signals = new EventEmitter();
    const stopped = join(folder, name);
    const onStderr = (line: string) => {
      if (isTime(line)) signals.emit('SIGINT', 'SIGINT');
    };
    const data = write('stopped.csv', csvOf(rows));
    const args = ['--data', data, '--text', 'message', ...small, '--epochs', '4', '-o', stopped];
    const { code, stderr } = await runWith({ signals, onStderr }, 'train', 'classify', ...args);
    expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringMatching(message) });
    expect(readdirSync(stopped).sort()).toEqual(files);
  });
});

describe('other data', () => {
  it('reads a folder of classes, and predicts the files of one', async () => {
    for (const name of ['b/ad', 'good']) mkdirSync(join(folder, 'texts', name), { recursive: true });
    mkdirSync(join(folder, 'texts', 'bad'));
    for (let i = 0; i < 20; i++) {
      write(join('texts', 'good', `${i}.txt`), `fine text ${i}\r\n`);
      write(join('texts', 'bad', `${i}.txt`), Buffer.from(`schlecht für ${i}`, 'latin1'));
    }
    const data = join(folder, 'texts');
    const out = join(folder, 'of-folder');
    const wrong = await train('--data', data, '--text', 'x', '-o', out);
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--text is for files with columns/),
    });
    const { code, stdout, stderr } = await train(
      '--data',
      data,
      '--encoding',
      'windows-1252',
      ...quick,
      '-o',
      out,
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/left out that are no text of a class/);
    expect(stdout).toMatch(/^The scores are rough: 4 texts to test on are few\.$/m);
    const predicted = await lstmOnnx('predict', out, '--data', join(data, 'good'));
    expect(predicted.stdout).toMatch(/^file,label,probability,p\(bad\),p\(good\)\n0\.txt,/);
    expect(predicted.stdout.trimEnd().split('\n')).toHaveLength(21);
  });

  it('reads names by their letters from JSON lines, each class counting as much as any other', async () => {
    const names = Array.from({ length: 60 }, (_, i) => ({
      name: `${i % 4 ? 'bor' : 'ana'}${i}x`,
      kind: i % 4 ? 1 : 0,
    }));
    const data = write('names.jsonl', names.map((each) => JSON.stringify(each)).join('\n'));
    const out = join(folder, 'names');
    const how = ['--text', 'name', '--balanced', '--cell', 'gru', '--num-layers', '2'];
    const { code, stderr } = await train('--data', data, ...how, ...quick, '-o', out);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^Texts are read as characters; \d+ tokens are known\.$/m);
    const page = textsOf(readFileSync(join(out, 'report.html'), 'utf8'));
    expect(page).toContain('GRU of 2 layers of 8 features in both directions, over embeddings of 8');
    expect(page).toContain('2, each counting as much as any other');
    expect(page).toContainEqual(expect.stringMatching(/ --balanced /));

    const partial = write('partial.jsonl', '{"name":"ana1x"}\n{"kind":1}\n{"name":"bor2x"}\n');
    const predicted = await lstmOnnx('predict', out, '--data', partial);
    expect(predicted.code, predicted.stderr).toBe(0);
    expect(predicted.stdout.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^text,label,probability/),
      expect.stringMatching(/^ana1x,[01],/),
      expect.stringMatching(/^,+$/),
      expect.stringMatching(/^bor2x,[01],/),
    ]);
    expect(predicted.stderr).toMatch(/1 text is empty, and of no class/);
  });

  it.each([
    [
      'one class',
      csvOf(rows.slice(0, 30).map(([text]) => [text, 'a'])),
      /All 30 texts are of one class, 'a'/,
    ],
    [
      'too few texts',
      csvOf([
        ['no yes', 'a'],
        ['yes no', 'b'],
      ]),
      /2 different texts, too few to hold some/,
    ],
    ['a text with a class each', csvOf(rows.map(([text], i) => [text, `${i}`])), /400 classes of 400 texts/],
    ['no row', 'message,kind\n', /no rows/],
    ['nothing', '', /E_INVALID_FILE/],
    ['a picture', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 255), /E_INVALID_FILE/],
    ['another column', csvOf(rows, 'a,b'), /there is no column 'message'; the columns are 'a', 'b'/],
  ])('refuses %s', async (_, content, message) => {
    const data = write('wrong.csv', content);
    const { code, stderr } = await train(
      '--data',
      data,
      '--text',
      'message',
      ...quick,
      '-o',
      join(folder, 'wrong'),
    );
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(message) });
    expect(readdirSync(join(folder, 'wrong'))).toEqual([]);
  });

  it('needs to be told what to read', async () => {
    expect(await train()).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Missing required argument: data/),
    });
    const missing = await train('--data', join(folder, 'none.csv'), '-o', join(folder, 'wrong'));
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/Cannot read .*E_FILE_READ/) });
  });
});
