import { readFile } from 'node:fs/promises';
import { at, concat, defineNetwork, float32, importModel, linear, lstm, readStateDict } from 'lstm-onnx/web';
import { describe, expect, it } from 'vitest';
import { diagramNodes, weightModules } from '../../web/convert/describe.js';
import { drawingOf, listed } from '../../web/convert/drawing.js';
import { layOut } from '../../web/convert/layout.js';
import { readModelFiles } from '../../web/convert/model-files.js';
import { labels, sentence, withPageWords } from '../../web/convert/wording.js';
import { failureOf } from '../../web/shared/failure.js';

const fixtures = new URL('../../fixtures/data/', import.meta.url);
const bytesOf = async (path: string) => new Uint8Array(await readFile(new URL(path, fixtures)));
const fileOf = async (path: string) => new File([await bytesOf(path)], path.slice(path.lastIndexOf('/') + 1));

const network = defineNetwork({ x: float32('batch', 'time', 3) }, ({ x }) => {
  const { h } = lstm('lstm', x, { hiddenSize: 4, bidirectional: true, numLayers: 2, dropout: 0.5 });
  return { logits: linear('fc', concat([at(h, -2, 0), at(h, -1, 0)]), 5) };
});

describe('the drawing of a network', () => {
  it('has a box for each input, op and output, with what it reads, gives and has learned', () => {
    const nodes = diagramNodes(network);
    expect(nodes.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'input x',
      'op lstm',
      'op at_1',
      'op at_2',
      'op concat_1',
      'op fc',
      'output logits',
    ]);
    expect(nodes[1]).toMatchObject({
      what: 'LSTM, 4 hidden, 2 layers, both directions, dropout 0.5 in training',
      gives: 'h [4, batch, 4]',
      reads: ['x'],
      parameters: 2 * 16 * (3 + 4 + 2) + 2 * 16 * (8 + 4 + 2),
    });
    expect(nodes[4]!.reads).toEqual(['at_1', 'at_2']);
    expect(nodes[6]!.reads).toEqual(['fc']);
  });

  it('puts every box below what it reads, none over another, and leads edges past boxes', () => {
    const box = { width: 100, height: 50 };
    const nodes = [
      { id: 'a', reads: [], ...box },
      { id: 'b', reads: ['a'], ...box },
      { id: 'c', reads: ['a'], ...box },
      { id: 'd', reads: ['b', 'c'], ...box },
      { id: 'e', reads: ['d', 'a'], ...box },
    ];
    const { boxes, edges, width } = layOut(nodes)!;
    const places = new Map(boxes.map((place) => [place.id, place]));
    for (const { id, reads } of nodes) {
      const { x, y } = places.get(id)!;
      expect(x - 50).toBeGreaterThanOrEqual(0);
      expect(x + 50).toBeLessThanOrEqual(width);
      for (const from of reads) expect(places.get(from)!.y + 50).toBeLessThan(y);
      const beside = boxes.filter((other) => other.id !== id && other.y === y);
      for (const other of beside) expect(Math.abs(other.x - x)).toBeGreaterThanOrEqual(100);
    }
    expect(edges).toHaveLength(6);
    const skipping = edges.find((points) => points.length > 2)!;
    for (const [x, y] of skipping.slice(1, -1)) {
      const crossed = boxes.filter((place) => Math.abs(place.x - x) < 50 && y > place.y && y < place.y + 50);
      expect(crossed).toEqual([]);
    }
  });

  it('says of each box what it is, and of all in words', () => {
    const { boxes, words } = drawingOf(diagramNodes(network))!;
    expect(boxes[1]!.lines.slice(0, 1)).toEqual(['lstm']);
    expect(words).toContain('reads at_1 and at_2;');
  });

  it('is not made of more boxes, edges and gaps than anyone could follow', () => {
    const box = { width: 100, height: 50 };
    const chain = (length: number, skips: boolean) =>
      Array.from({ length }, (_, i) => ({
        id: String(i),
        reads: i === 0 ? [] : skips ? [String(i - 1), '0'] : [String(i - 1)],
        ...box,
      }));
    expect(layOut(chain(900, false))).toBeDefined();
    // Every box reads the first one too, past all between: half a million gaps.
    expect(layOut(chain(900, true))).toBeUndefined();
    expect(layOut(chain(100_000, false))).toBeUndefined();
  });

  it('shortens what no box or row has room for', () => {
    const long = { kind: 'op', what: '', gives: '', parameters: 0, reads: [] } as const;
    const { boxes } = drawingOf([{ id: 'a', name: 'x'.repeat(100_000), ...long }])!;
    expect(boxes[0]!.lines[0]).toHaveLength(301);
    expect(listed(Array.from({ length: 1023 }, (_, i) => `n${i}`))).toMatch(/^n0, .*n19 and 1,003 more$/);
  });
});

describe('files that are given together', () => {
  const sequential = ['model.json', ...[1, 2, 3].map((n) => `group1-shard${n}of3.bin`)];

  it('are a model.json with its shards, in any order', async () => {
    const files = await Promise.all(sequential.toReversed().map((name) => fileOf(`tfjs/sequential/${name}`)));
    const { name, bytes, shards } = await readModelFiles(files);
    expect(name).toBe('model.json');
    expect((await importModel(bytes, { shards: shards! })).network.nodes.length).toBeGreaterThan(0);
  });

  it('are an .onnx with its file of weights, in any order', async () => {
    const files = ['beside.onnx.data', 'beside.onnx'].map((name) => fileOf(`onnx-external/${name}`));
    const { name, bytes, externalData } = await readModelFiles(await Promise.all(files));
    expect(name).toBe('beside.onnx');
    const { parameters } = await importModel(bytes, { externalData: externalData! });
    expect(parameters.size).toBeGreaterThan(0);
  });

  it('are missed by their names', async () => {
    const files = await Promise.all(sequential.slice(0, 3).map((name) => fileOf(`tfjs/sequential/${name}`)));
    await expect(readModelFiles(files)).rejects.toMatchObject({
      code: 'E_MISSING_DATA',
      message: expect.stringContaining('group1-shard3of3.bin is not here'),
    });
  });

  it('are weights with a network file', async () => {
    const json = JSON.stringify({
      version: 2,
      inputs: { x: { dtype: 'float32', shape: ['batch', 3] } },
      nodes: [{ name: 'fc', op: 'linear', inputs: { x: 'x' }, options: { outFeatures: 4, bias: true } }],
      outputs: { y: 'fc:output' },
    });
    const weights = await fileOf('pytorch-files/parameters.pt');
    const read = await readModelFiles([new File([json], 'network.json'), weights]);
    expect(read.name).toBe('parameters.pt');
    expect(Object.keys(read.network!.outputs)).toEqual(['y']);
  });

  it('are refused where they do not belong together, or a network file stands alone', async () => {
    const weights = await fileOf('pytorch-files/parameters.pt');
    await expect(readModelFiles([weights, weights])).rejects.toMatchObject({ code: 'E_INVALID_OPTION' });
    await expect(readModelFiles([new File(['{}'], 'network.json')])).rejects.toMatchObject({
      code: 'E_MISSING_DATA',
    });
    await expect(readModelFiles([new File(['{"a":'], 'model.json')])).rejects.toMatchObject({
      code: 'E_INVALID_FILE',
    });
    const large = new File(['{"a":', '['.repeat(2 ** 22)], 'model.json');
    await expect(readModelFiles([large])).rejects.toThrow('at most 4194304 are read');
  });
});

describe('weights without a network', () => {
  it('are listed by their modules, for the options to choose from', async () => {
    const state = readStateDict(await bytesOf('simple-lstm.safetensors'));
    const { recurrent, matrices } = weightModules(state);
    expect(recurrent).toEqual(['grad.lstm', 'param.lstm']);
    expect(matrices).toEqual(['grad.fc', 'param.fc']);
    const cell = readStateDict(await bytesOf('gru-rnn/cell-modules/gru-cell.pt'));
    expect(weightModules(cell)).toEqual({ recurrent: ['cell'], matrices: ['fc'] });
    const bare = readStateDict(await bytesOf('gru-rnn/state-dicts/gru-no-head.pt'));
    expect(weightModules(bare)).toEqual({ recurrent: [''], matrices: [] });
  });

  it('become the drawing of the GRU that they are of', async () => {
    const { network } = await importModel(await bytesOf('gru-rnn/state-dicts/gru-last.pt'));
    expect(diagramNodes(network).map(({ name, what }) => `${name}: ${what}`)).toEqual([
      'x: input, float32',
      'gru: GRU, 6 hidden',
      'at_1: last along axis 1',
      'fc: linear, 4 features',
      'logits: output, float32',
    ]);
  });
});

describe('what the library says of weights', () => {
  it('comes with what the page has for it', async () => {
    const { notes } = await importModel(await bytesOf('state-dicts/classifier.pt'));
    const [network, assumed, unknown] = notes.map(sentence);
    expect(network).toMatch(/^Assumed the network: .* x batch-first\.$/);
    expect(assumed).toMatch(
      /^These are assumptions.*x batch-first \(option batchFirst\)\. On this page: choose under “Of .*choose one \(fc\) under “Linear.*tick “Time comes before batch”\.$/,
    );
    expect(unknown).toMatch(
      /compare the exported model with them\. On this page: give the weights together with a JSON file of the network\.$/,
    );
  });

  it('passes what to give from the worker to the page, which words it', async () => {
    const thrown = await importModel(await bytesOf('state-dicts/two-lstms.pt')).catch((error) => error);
    const { code, message, hints } = structuredClone(failureOf(thrown));
    expect(code).toBe('E_INVALID_OPTION');
    expect(withPageWords(message, hints)).toMatch(
      /^There are 2 LSTMs: .*'lower' before 'upper'.*runs on onnxruntime\. On this page: write one or several \(lower, upper\) into “Recurrent layers, in their order”; give the weights together with a JSON file of the network\.$/,
    );
  });

  it('leaves the page without a word where the page has nothing for it', () => {
    const hints = [{ call: 'Model.load' }, { option: 'finite', value: 'allow' }] as const;
    expect(withPageWords('It is so.', hints)).toBe('It is so.');
  });

  it('names fields as they are called on the page', async () => {
    const page = await readFile(new URL('../../web/convert.html', import.meta.url), 'utf8');
    const texts = [...page.matchAll(/<label\b[^>]*>(.*?)<\/label>/gs)].map(([, text]) =>
      text!.replaceAll(/<[^>]*>/g, ''),
    );
    expect(texts).toEqual(expect.arrayContaining(Object.values(labels)));
  });
});
