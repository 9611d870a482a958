/** Convert: models of every format, dropped or chosen, come out as ONNX that gives the recorded numbers in Node. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeCheckpoint } from '../../../src/builder/checkpoint.js';
import { defineNetwork } from '../../../src/builder/network.js';
import { relu } from '../../../src/builder/ops/activations.js';
import { float32 } from '../../../src/builder/tensor.js';
import { parseSafetensors } from '../../../src/data/safetensors.js';
import { exportOnnx } from '../../../src/export/export.js';
import { decodeModel } from '../../../src/onnx/decode-model.js';
import { Model } from '../../../src/runtime/node.js';
import { expectRecordedOnnx } from '../../import/recorded-models.js';
import { type Kind, type Name, runsOf } from '../../import/state-dicts.js';
import { describeInChromium } from '../lab.js';
import { type Saved, servers, Visit } from './visit.js';
import '../../matcher.js';

const data = new URL('../../../fixtures/data/', import.meta.url);
const pathOf = (file: string) => fileURLToPath(new URL(file, data));
const fileOf = (file: string): Saved => ({
  name: file.slice(file.lastIndexOf('/') + 1),
  bytes: readFileSync(pathOf(file)),
});
const PYTORCH = { atol: 5e-6 };

/** What PyTorch gives for weights of the fixtures, from a model that was made of them. */
async function expectPyTorch(name: Name, kind: Kind, onnx: Uint8Array): Promise<void> {
  await using model = await Model.load(onnx, { providers: ['cpu'] });
  const runs = runsOf(name).runs.filter((run) => run.kind === kind);
  expect(runs).toHaveLength(4);
  for (const { inputs, outputs } of runs) {
    const feeds = [...inputs].map(([key, { data, shape }]) => [key, { data, dims: shape }]);
    const results = await model.run(Object.fromEntries(feeds));
    expect(new Map(Object.entries(results))).toBeCloseToArray(outputs as never, PYTORCH); // all are float32
  }
}

/** The same for models that another tool exported: `b1t6.input.x` and so on. */
async function expectExported(fixture: string, onnx: Uint8Array): Promise<void> {
  await using model = await Model.load(onnx, { providers: ['cpu'] });
  const tensors = [...parseSafetensors(readFileSync(pathOf(`onnx-imports/${fixture}.safetensors`))).tensors];
  const cases = new Set(tensors.map(([key]) => key.split('.')[0]!));
  expect(cases.size).toBeGreaterThan(2);
  for (const label of cases) {
    const named = (role: string) =>
      tensors.flatMap(([key, { data, shape }]) =>
        key.startsWith(`${label}.${role}.`)
          ? [[key.slice(`${label}.${role}.`.length), { data, dims: shape }] as const]
          : [],
      );
    const results = await model.run(Object.fromEntries(named('input')));
    expect(new Map(Object.entries(results))).toBeCloseToArray(new Map(named('output')) as never, PYTORCH);
  }
}

/** Waits until the page's worker is there, by what it says of a file that is no model. */
async function answers(visit: Visit): Promise<void> {
  await visit.drop('#drop', [{ name: 'notes.txt', bytes: new TextEncoder().encode('notes') }]);
  await visit.reads('#error', /^This file cannot be read/);
}

describeInChromium('The page Convert', () => {
  let visit: Visit;
  /** How much had been asked for when the page was there. */
  let loaded: number;
  beforeAll(async () => {
    visit = await Visit.open('convert.html', { isolated: false });
    await answers(visit);
    loaded = visit.requests.length;
  });
  afterAll(async () => {
    await visit?.[Symbol.asyncDispose]();
  });

  /** Takes the ONNX model that is offered now. */
  async function onnx(): Promise<Saved> {
    await visit.reads('#made', /\.onnx: .* made in \d+ ms\.$/);
    return visit.save('#download-onnx');
  }

  async function choose(...files: string[]): Promise<void> {
    await visit.choose('files', files.map(pathOf));
  }

  async function check(option: 'states' | 'lengths' | 'softmax', checked: boolean): Promise<void> {
    await visit.page.locator(`#${option}`).setChecked(checked);
  }

  it.each([
    ['masked-tagger.keras', 'masked-tagger'],
    ['encoder-decoder.keras', 'encoder-decoder'],
    ['sequential-classifier.h5', 'sequential-classifier'],
    ['with-states.keras2.h5', 'with-states'],
  ])('makes of Keras’s %s what Keras computes', async (file, fixture) => {
    await choose(`keras/${file}`);
    await visit.reads('#status', new RegExp(`^Read ${file}: \\d+ parts, [\\d,]+ parameters\\.$`));
    const made = await onnx();
    expect(made.name).toBe(`${file.replace(/\.[^.]+$/, '')}.onnx`);
    await expectRecordedOnnx(`keras/${fixture}`, made.bytes);
  });

  it.each(['sequential', 'encoder-decoder'])(
    'makes of TensorFlow.js’s %s, dropped with its shards in any order, what that computes',
    async (name) => {
      const files = readdirSync(pathOf(`tfjs/${name}`)).filter((file) => !file.startsWith('expected'));
      expect(files.length).toBeGreaterThan(2);
      await visit.drop(
        '#drop',
        files.toReversed().map((file) => fileOf(`tfjs/${name}/${file}`)),
      );
      await visit.reads('#status', /^Read model\.json: /);
      await expectRecordedOnnx(`tfjs/${name}/expected`, (await onnx()).bytes);
    },
  );

  it.each([
    ['two-layers-both-script.onnx', 'two-layers-both'],
    ['embedding-dynamo.onnx', 'embedding'],
    ['keras-both-tf2onnx.onnx', 'keras-both'],
  ])('makes of %s, which another tool exported, the same model under another name', async (file, fixture) => {
    await visit.drop('#drop', [fileOf(`onnx-imports/${file}`)]);
    await visit.reads('#status', new RegExp(`^Read ${file}: `));
    const made = await onnx();
    expect(made.name).toBe(file.replace('.onnx', '-converted.onnx'));
    await expectExported(fixture, made.bytes);
  });

  it.each([
    ['classifier', 'pt', 'plain'],
    ['projected', 'npz', 'lengths'],
    ['no-bias', 'safetensors', 'states'],
    ['bidirectional-hidden', 'pt', 'plain'],
    ['embedding', 'npz', 'plain'],
    ['numbered', 'pt', 'plain'],
  ] as const)('makes of the weights %s.%s what PyTorch computes: %s', async (name, ending, kind) => {
    const { page } = visit;
    await choose(`state-dicts/${name}.${ending}`);
    const { pool, batchFirst } = runsOf(name).options;
    const isRead = new RegExp(`^Read ${name}\\.${ending}: `);
    // Of two directions a state dict does not say which is read.
    if (name.startsWith('bidirectional')) await visit.reads('#error', /^These weights need a word more/);
    else await visit.reads('#status', isRead);
    if (pool) {
      await page.locator('#pool').selectOption(pool);
      await visit.reads('#status', isRead);
      await visit.reads('#notes', new RegExp(`\\(pool ${pool}\\)`));
    }
    if (batchFirst === false) {
      await page.locator('#time-first').check();
      await visit.reads('#notes', /x time-first/);
    }
    expect(await visit.text('#notes')).toMatch(/^Assumed the network: .*a state dict does not/s);
    expect(await visit.text('#notes')).toMatch(/On this page: give the weights together with a JSON file/);
    await check('states', kind === 'states');
    await check('lengths', kind === 'lengths');
    await expectPyTorch(name, kind, (await onnx()).bytes);
    await check('states', false);
    await check('lengths', false);
  });

  it('asks for what weights do not tell, and takes the answer', async () => {
    const { page } = visit;
    await choose('state-dicts/two-lstms.pt');
    await visit.reads(
      '#error',
      /^These weights need a word more.*2 LSTMs: 'lower'.*On this page: write one or several \(lower, upper\) into “Recurrent layers, in their order”; .*E_INVALID_OPTION$/s,
    );
    expect(await visit.text('#lstm-hint')).toBe('In this file: lower, upper.');
    expect(await page.locator('#model').isVisible()).toBe(false);
    await page.locator('#lstm').fill('lower, upper');
    await page.locator('#lstm').blur();
    await visit.reads('#status', /^Read two-lstms\.pt: /);
    expect(await page.locator('#error').isVisible()).toBe(false);
    await expectPyTorch('two-lstms', 'plain', (await onnx()).bytes);
  });

  it('draws the network and says it in words and as a table', async () => {
    const { page } = visit;
    await choose('state-dicts/classifier.pt');
    await visit.reads('#status', 'Read classifier.pt: 5 parts, 461 parameters.');
    const drawing = page.getByRole('img', { name: 'The network' });
    expect(await drawing.locator('g.node text.name').allTextContents()).toEqual([
      'x',
      'lstm',
      'at_1',
      'fc',
      'logits',
    ]);
    expect(await drawing.locator('path.edge').count()).toBe(4);
    expect(await drawing.locator('desc').textContent()).toMatch(
      /^From top to bottom: input x; lstm, LSTM, 8 hidden, reads x; at_1, last along axis 1, reads lstm; fc, linear, 5 features/,
    );
    await page.locator('#model summary').click();
    const rows = await page.locator('#layers tbody tr').allInnerTexts();
    expect(rows.map((row) => row.split(/\s/)[0])).toEqual(['x', 'lstm', 'at_1', 'fc', 'logits']);
    expect(rows[3]).toMatch(/linear, 5 features\s+at_1\s+\[batch, 5\]\s+45$/);
  });

  it('lists the first parts of a network that has too many to draw', async () => {
    const many = defineNetwork({ x: float32('batch', 4) }, ({ x }) => {
      let y = relu(x);
      for (let i = 1; i < 2500; i++) y = relu(y);
      return { y };
    });
    const bytes = exportOnnx(many, new Map());
    await visit.drop('#drop', [{ name: 'many.onnx', bytes }]);
    await visit.reads('#diagram', /too many parts and connections to draw/);
    await visit.reads('#layers', /And 1,502 more\.$/);
    await visit.reads('#status', /^Read many\.onnx: 2,502 parts/);
    await visit.reads('#made', /made in \d+ ms\.$/);
  });

  it('puts into the model what is asked for, and refuses what does not go together', async () => {
    const { page } = visit;
    await choose('state-dicts/classifier.pt');
    await visit.reads('#status', /^Read classifier\.pt: /);
    await page.locator('#labels').fill('a, b');
    await page.locator('#labels').blur();
    await visit.reads('#options-error', /^This does not go together.*2.*5.*E_\w+$/s);
    expect(await page.locator('#download-onnx').isVisible()).toBe(false);
    await page.locator('#labels').fill('a, b, c, d, e');
    await page.locator('#labels').blur();
    await onnx();
    await page.locator('#labels').fill('v, w, x, y, z');
    // Leaves the field and makes another file; the click on the link is not lost.
    const clicked = await visit.save('#download-onnx');
    expect(decodeModel(clicked.bytes).metadata?.get('labels')).toBe('["v","w","x","y","z"]');
    await page.locator('#labels').fill('a, b, c, d, e');
    await check('softmax', true);
    await check('states', true);
    await page.locator('#opset').selectOption('21');
    const { bytes } = await onnx();
    expect(decodeModel(bytes).opsets?.get('') ?? 0).toBe(21);
    await using model = await Model.load(bytes, { providers: ['cpu'] });
    expect(model.metadata.get('labels')).toBe('["a","b","c","d","e"]');
    expect(model.inputs.map(({ name }) => name)).toEqual(['x', 'h0', 'c0']);
    const { probabilities } = await model.stream().run({ x: { data: new Float32Array(6), dims: [1, 2, 3] } });
    const sum = (probabilities!.data as Float32Array).reduce((total, share) => total + share, 0);
    expect([sum]).toBeCloseToArray([1], { atol: 1e-6 });
    await check('softmax', false);
    await check('states', false);
  });

  it('gives a checkpoint too, which it reads again', async () => {
    await choose('state-dicts/classifier.pt');
    await visit.reads('#status', /^Read classifier\.pt: /);
    await onnx();
    const checkpoint = await visit.save('#make-safetensors');
    expect(checkpoint.name).toBe('classifier.safetensors');
    const { network, parameters } = decodeCheckpoint(checkpoint.bytes);
    await expectPyTorch('classifier', 'plain', exportOnnx(network, parameters));
    await visit.drop('#drop', [checkpoint]);
    await visit.reads('#status', /^Read classifier\.safetensors: 5 parts, 461 parameters\.$/);
    expect(await visit.page.locator('#architecture').isVisible()).toBe(false);
    await expectPyTorch('classifier', 'plain', (await onnx()).bytes);
  });

  it.each<[string, Saved[], RegExp]>([
    ['no model', [{ name: 'letter.txt', bytes: Buffer.from('Dear reader,') }], /.*E_UNSUPPORTED$/s],
    [
      'a pickle that would run a command',
      [fileOf('pytorch-files/intruder.pt')],
      /posix\.system.*nothing was run.*E_UNSUPPORTED$/s,
    ],
    [
      'a whole pickled module',
      [fileOf('pytorch-files/module.pt')],
      /torch\.save\(model\.state_dict\(\), 'model\.pt'\).*E_UNSUPPORTED$/s,
    ],
    [
      'a model.json without its shards',
      [fileOf('tfjs/sequential/model.json')],
      /group1-shard1of3\.bin.*Choose them together.*E_MISSING_DATA$/s,
    ],
    [
      'a file cut short',
      [{ name: 'cut.keras', bytes: fileOf('keras/compiled.keras').bytes.subarray(0, 4000) }],
      /E_INVALID_FILE$/,
    ],
    [
      'two models at once',
      [fileOf('keras/compiled.keras'), fileOf('keras/heads.keras')],
      /One model at a time.*compiled\.keras, heads\.keras.*E_INVALID_OPTION$/s,
    ],
  ])('says of %s what it is and what to do', async (_, files, message) => {
    await visit.drop('#drop', files);
    await visit.reads('#error', /^This file cannot be read/);
    expect(await visit.text('#error')).toMatch(message);
    expect(await visit.page.locator('#workbench').isVisible()).toBe(false);
    await visit.drop('#drop', [fileOf('state-dicts/classifier.pt')]);
    await visit.reads('#status', /^Read classifier\.pt: /);
    expect(await visit.page.locator('#error').isVisible()).toBe(false);
  });

  it('shows what was dropped last, though what came before takes longer', async () => {
    const { page } = visit;
    const haveRead = await visit.countReads('Blob');
    await page.evaluate(
      (small) => {
        const drop = (bytes: Uint8Array<ArrayBuffer>, name: string) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes], name));
          const event = new DragEvent('drop', { dataTransfer, cancelable: true });
          document.getElementById('drop')?.dispatchEvent(event);
        };
        drop(new Uint8Array(2 ** 27), 'large.onnx');
        drop(Uint8Array.from(small), 'classifier.pt');
      },
      [...fileOf('state-dicts/classifier.pt').bytes],
    );
    await visit.reads('#status', /^Read classifier\.pt: /);
    await haveRead(2);
    expect(await page.locator('#error').isVisible()).toBe(false);
    expect((await onnx()).name).toBe('classifier.onnx');
  });

  it('has asked for nothing since, and had no problem', () => {
    expect(visit.requests.slice(loaded)).toEqual([]);
    expect(visit.problems).toEqual([]);
  });

  it('converts without a network once it is there', async () => {
    await using visit = await Visit.open('convert.html', { isolated: false });
    await answers(visit);
    await visit.page.context().setOffline(true);
    for (const file of [
      'keras/masked-tagger.keras',
      'keras/sequential-classifier.h5',
      'onnx-imports/embedding-dynamo.onnx',
      'state-dicts/classifier.pt',
    ]) {
      await visit.drop('#drop', [fileOf(file)]);
      await visit.reads('#status', new RegExp(`^Read ${file.split('/')[1]}: `));
      await visit.reads('#made', /\.onnx: .* made in \d+ ms\.$/);
    }
    expect(visit.problems).toEqual([]);
  });

  it.each(servers)(
    'may not open a connection or load from elsewhere, and neither may its worker: %s',
    async (_, isolated) => {
      await using visit = await Visit.open('convert.html', { isolated });
      const { page } = visit;
      await visit.drop('#drop', [fileOf('state-dicts/classifier.pt')]);
      await visit.reads('#made', /^classifier\.onnx: .* made in/);
      const shown = (src: string) =>
        new Promise<string>((resolve) => {
          const image = new Image();
          image.onload = () => resolve('arrived');
          image.onerror = () => resolve('refused');
          image.src = src;
        });
      expect(await page.evaluate(shown, new URL('/icon.svg', page.url()).href)).toBe('arrived');
      const before = [...visit.served];
      const attempt = async (url: string) => {
        const request = new Promise<string>((resolve) => {
          const xhr = new XMLHttpRequest();
          xhr.onload = () => resolve('arrived');
          xhr.onerror = () => resolve('refused');
          xhr.open('GET', url);
          xhr.send();
        });
        const fetched = await fetch(url).then(
          () => 'arrived',
          () => 'refused',
        );
        return [fetched, await request];
      };
      const url = new URL('/digits.onnx', page.url()).href;
      expect(await page.evaluate(attempt, url)).toEqual(['refused', 'refused']);
      const [worker] = page.workers();
      expect(await worker!.evaluate(attempt, url)).toEqual(['refused', 'refused']);
      const elsewhere = url.replace('127.0.0.1', 'localhost');
      const imported = `import('${elsewhere}').then(() => 'arrived', () => 'refused')`;
      expect(await page.evaluate(imported)).toBe('refused');
      expect(await worker!.evaluate(imported)).toBe('refused');
      expect(await page.evaluate(shown, new URL('/icon.svg', elsewhere).href)).toBe('refused');
      expect(visit.served).toEqual(before);
      expect(visit.problems.length).toBeGreaterThan(1);
      for (const problem of visit.problems) expect(problem).toMatch(/Content Security Policy/);
    },
  );
});
