/** `train caption`, `predict` of its models and `init caption`, on small pictures. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { gatherRows } from '../../src/data/dataset.js';
import { encodePng } from '../../src/data/png.js';
import { captionerOf, encodeNpy, float32Array, Model } from '../../src/index.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { lstmOnnx } from './lstm-onnx.js';
import { stripedImages } from './striped-images.js';
import { expectWellFormed, textsOf } from './well-formed.js';

const folder = temporaryDirectory();
const { images, texts } = stripedImages(200);
const pictures = texts.map((_, i) => {
  const { shape, data } = gatherRows(images, [i]);
  return encodePng({ height: shape[1]!, width: shape[2]!, data });
});
mkdirSync(join(folder, 'pictures'));
for (const [i, bytes] of pictures.entries()) writeFileSync(join(folder, 'pictures', `${i}.png`), bytes);
const write = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const csv = write(
  'bars.csv',
  ['file,bars', ...texts.map((text, i) => `pictures/${i}.png,${text}`)].join('\n'),
);
const npy = write('bars.npy', encodeNpy(images));
const txt = write('bars.txt', `${texts.join('\n')}\n`);
const small = [
  '--hidden-size',
  '24',
  '--embedding-dim',
  '8',
  '--conv',
  '8',
  '--lr',
  '0.02',
  '--dropout',
  '0',
];
const quick = ['--hidden-size', '4', '--epochs', '1', '--embedding-dim', '4', '--conv', '2'];
const train = (...args: string[]) => lstmOnnx('train', 'caption', ...args);

const out = join(folder, 'out');
let trained: Awaited<ReturnType<typeof lstmOnnx>>;
beforeAll(async () => {
  const columns = ['--data', csv, '--image', 'file', '--text', 'bars'];
  trained = await train(...columns, ...small, '--epochs', '10', '-o', out);
});

describe('lstm-onnx train caption', () => {
  it('writes its files and says how good they are beside what takes no training', () => {
    expect(trained.code, trained.stderr).toBe(0);
    expect(readdirSync(out).sort()).toEqual([
      'decoder.onnx',
      'encoder.onnx',
      'model.safetensors',
      'report.html',
    ]);
    const rateOf = (name: string) =>
      Number(trained.stdout.match(new RegExp(`^${name} +[\\d.]+ % +([\\d.]+) %$`, 'm'))?.[1]);
    expect(rateOf('model, beam search')).toBeLessThan(rateOf('most frequent caption'));
    expect(rateOf('model, greedy')).toBeLessThan(rateOf('most frequent caption'));
    expect(rateOf('nearest image')).toBeLessThan(100);
    expect(trained.stdout).toMatch(/^20 images of the test part:$/m);
    expect(trained.stderr).toMatch(/images: 8 by 12 pixels, 1 convolution/);
  });

  it('writes a report that is well-formed, with pictures in it and the command', () => {
    const html = readFileSync(join(out, 'report.html'), 'utf8');
    expectWellFormed(html);
    expect(html.match(/src="data:image\/png;base64,iVBOR/g)?.length).toBeGreaterThan(4);
    expect(html).toMatch(/img-src data:/);
    expect(html).toMatch(/class="attention strips"/);
    expect(textsOf(html).find((text) => text.startsWith('lstm-onnx train caption'))).toMatch(
      /--image file --text bars .*--conv 8/,
    );
  });

  it('takes one array of images with a caption on each line', async () => {
    const args = ['--data', txt, '--images', npy, ...quick, '--json', '-o', join(folder, 'array')];
    const { code, stdout, stderr } = await train(...args);
    expect(code, stderr).toBe(0);
    const report = textsOf(readFileSync(join(folder, 'array', 'report.html'), 'utf8'));
    expect(report).toContainEqual(expect.stringMatching(/^Captions of .*\.txt$/));
    expect(report.find((text) => text.startsWith('lstm-onnx train caption'))).not.toMatch(/--text/);
    expect(JSON.parse(stdout.split('\n')[0]!)).toMatchObject({
      event: 'evaluation',
      sources: 20,
      compared: 160,
    });
  });

  it('keeps all captions of an image in one part', async () => {
    const rows = texts
      .slice(0, 40)
      .flatMap((text, i) => [`pictures/${i}.png,${text}`, `pictures/${i}.png,bars`]);
    const twice = write('twice.csv', ['image,text', ...rows].join('\n'));
    const { code, stdout, stderr } = await train('--data', twice, ...quick, '-o', join(folder, 'twice'));
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/80 captions of 40 different images; all captions of an image are in one part/);
    expect(stdout).toMatch(/^4 images of the test part, 8 captions, the nearest counts/m);
  });

  it('takes its options from a file that init wrote', async () => {
    const config = join(folder, 'caption.json');
    const init = await lstmOnnx('init', 'caption', '--data', csv, '--image', 'file', '-o', config);
    expect(init.code, init.stderr).toBe(0);
    expect(init.stderr).toMatch(/Images: 8 by 12 pixels/);
    expect(JSON.parse(readFileSync(config, 'utf8'))).toMatchObject({
      data: 'bars.csv',
      text: 'bars',
      tokens: 'words',
    });
    const { code, stderr } = await train('--config', config, ...quick, '-o', join(folder, 'config'));
    expect(code, stderr).toBe(0);
  });
});

describe('lstm-onnx train caption refuses', () => {
  const larger = encodePng({ height: 8, width: 13, data: new Float32Array(8 * 13) });
  write('pictures/larger.png', larger);
  write('pictures/text.png', 'no picture');
  const flat = write('flat.npy', encodeNpy(float32Array([2, 3], new Float32Array(6))));
  const negative = write('negative.npy', encodeNpy(float32Array([2, 1, 1], [-1, 0])));
  it.each<[string, string, string[], RegExp, number]>([
    [
      'a picture of another size',
      'image,text\npictures/0.png,a\npictures/larger.png,b\n',
      [],
      /larger\.png is 8 by 13 .*0\.png is 8 by 12/,
      1,
    ],
    ['a file that is no picture', 'image,text\npictures/text.png,a\n', [], /text\.png: .*no PNG/, 1],
    ['a picture that is not there', 'image,text\npictures/none.png,a\n', [], /none\.png/, 1],
    ['captions of other images', 'text\na\n', ['--images', npy], /has 200 images and .* has 1 caption;/, 1],
    [
      'an array of no images',
      'text\na\nb\n',
      ['--images', flat],
      /the array is \[2, 3\]; expected images/,
      1,
    ],
    [
      'numbers that are no shades',
      'text\na\nb\n',
      ['--images', negative],
      /from -1 to 0; expected shades/,
      1,
    ],
    [
      'an empty caption of an array',
      'text,n\na,1\n"",2\n',
      ['--images', negative],
      /caption 2 is empty|from -1/,
      1,
    ],
    ['both kinds of images', 'text\na\n', ['--images', npy, '--image', 'file'], /both given/, 2],
    [
      'more convolutions than there are pixels',
      'text\na\n',
      ['--conv', '2,2,2,2'],
      /no column|convolutions halve/,
      1,
    ],
  ])('%s', async (name, content, args, message, exit) => {
    const { code, stderr } = await train(
      '--data',
      write(`${name}.csv`, content),
      ...args,
      '-o',
      join(folder, 'refused'),
    );
    expect(stderr).toMatch(message);
    expect(code).toBe(exit);
  });
});

describe('lstm-onnx predict of a captioner', () => {
  it('writes what the two files give in a program, from pictures, a file that names them, and an array', async () => {
    const paths = [3, 7].map((i) => join(folder, 'pictures', `${i}.png`));
    const named = write('named.csv', 'id,file\n1,pictures/3.png\n2,pictures/7.png\n');
    const array = write('two.npy', encodeNpy(gatherRows(images, [3, 7])));
    await using encoder = await Model.load(join(out, 'encoder.onnx'));
    await using decoder = await Model.load(join(out, 'decoder.onnx'));
    const captioner = captionerOf({ encoder, decoder });
    const captions = await captioner.caption(gatherRows(images, [3, 7]), { attention: true });
    for (const args of [paths, ['--data', named, '--image', 'file'], ['--data', array]]) {
      const { code, stdout, stderr } = await lstmOnnx('predict', out, ...args, '--json');
      expect(code, stderr).toBe(0);
      const rows = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(rows.map(({ bars }) => bars)).toEqual(captions.map(({ text }) => text));
      // Pictures have 8 bits.
      for (const [i, { logProbability }] of rows.entries())
        expect(logProbability).toBeCloseTo(captions[i]!.logProbability, 1);
    }
    for (const { tokens, attention } of captions) {
      expect(attention?.shape).toEqual([tokens.length, 6]);
      const first = attention!.data.slice(0, 6).reduce((sum, weight) => sum + weight, 0);
      expect(first).toBeCloseTo(1, 5);
    }
    await expect(captioner.caption(float32Array([1, 8, 8], new Float32Array(64)))).rejects.toMatchObject({
      code: 'E_SHAPE_MISMATCH',
      message: expect.stringMatching(/8 by 8 pixels; expected 8 by 12/),
    });
    const bytes = float32Array([1, 8, 12], new Float32Array(96).fill(255));
    await expect(captioner.caption(bytes)).rejects.toMatchObject({
      message: expect.stringMatching(/Divide bytes by 255/),
    });
  });

  it('refuses to guess', async () => {
    const { code, stderr } = await lstmOnnx('predict', out);
    expect(stderr).toMatch(/give PNG pictures after it/);
    expect(code).toBe(2);
  });
});
