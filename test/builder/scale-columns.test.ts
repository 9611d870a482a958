/** The scaling of fitScaler within a network: the same numbers as by hand, in its model file and read back from it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { scaleColumns, unscaleColumns } from '../../src/builder/ops/scale-columns.js';
import { initParameters, trainedNames } from '../../src/builder/parameters.js';
import { predict } from '../../src/builder/predict.js';
import { Generator } from '../../src/builder/random.js';
import { float32, type Value } from '../../src/builder/tensor.js';
import { type Scaler, scaleValues, scalingOf, unscaleValues } from '../../src/data/table/scaler.js';
import { exportOnnx } from '../../src/export/export.js';
import { importModel } from '../../src/import/import-model.js';
import * as lo from '../../src/index.js';
import { float32Array } from '../../src/nd-array.js';
import '../matcher.js';

const columns = ['sold', null, 'price'] as const;
const inputs = { past: float32('batch', 5, 3) };
type Past = Value<'float32', readonly ['batch', 5, 3]>;
const body = (past: Past) => linear('head', lstm('rnn', past, { hiddenSize: 4 }).output.at(-1, 1), 2);
const byHand = defineNetwork(inputs, ({ past }) => ({ forecast: body(past) }));
const rawOf = (scaler: Scaler) =>
  defineNetwork(inputs, ({ past }) => ({
    forecast: unscaleColumns(body(scaleColumns(past, scaler, columns)), scaler, 'sold'),
  }));

const scaler: Scaler = {
  kind: 'robust',
  columns: { sold: [{ center: 120, scale: 15 }], price: [{ center: -3, scale: 0.25 }] },
  notes: [],
};
const perSeries: Scaler = {
  kind: 'standard',
  series: ['a', 'b'],
  columns: { sold: [1, 2].map((center) => ({ center, scale: 4 })) },
  notes: [],
};

/** Values around what a scaler was fitted on, and the same scaled by hand. */
function values(of: Scaler, seed: number) {
  const { data: drawn } = float32Array([3, 5, 3], new Generator(seed).normal(45, 0, 1));
  const raw = drawn.map((value, i) => {
    const name = columns[i % 3];
    return name ? unscaleValues([value], scalingOf(of, name))[0]! : value;
  });
  const scaled = raw.map((value, i) => {
    const name = columns[i % 3];
    return name ? scaleValues([value], scalingOf(of, name))[0]! : value;
  });
  return { raw: float32Array([3, 5, 3], raw), scaled: float32Array([3, 5, 3], scaled) };
}

describe('the scaling of columns in a network', () => {
  it('gives in a model file of raw values what scaling by hand gives, whatever the unit', async () => {
    const scale = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
    const center = fc.double({ min: -10, max: 10, noNaN: true });
    await fc.assert(
      fc.asyncProperty(scale, center, fc.nat(1e6), async (unit, level, seed) => {
        const own: Scaler = {
          ...scaler,
          columns: {
            sold: [{ center: unit * level, scale: unit }],
            price: [{ center: level / unit, scale: 1 / unit }],
          },
        };
        const network = rawOf(own);
        const parameters = initParameters(network, seed);
        const { raw, scaled } = values(own, seed);
        const { forecast } = await predict(byHand, parameters, { past: scaled }, { backend: 'cpu' });
        const expected = unscaleValues(Float64Array.from(forecast!.data, Number), scalingOf(own, 'sold'));
        await using model = await lo.Model.load(exportOnnx(network, parameters), { providers: ['cpu'] });
        const results = await model.run({ past: raw });
        expect(results.forecast!.data as Float32Array).toBeCloseToArray([...expected], { rtol: 1e-5 });
      }),
      { numRuns: 40 },
    );
  });

  it.each(['cpu', 'wasm', 'simd'] as const)(
    'is the same on %s, and read back from the file',
    async (provider) => {
      const network = rawOf(scaler);
      const parameters = initParameters(network, 1);
      const { raw } = values(scaler, 2);
      const expected = await predict(network, parameters, { past: raw }, { backend: 'cpu' });
      const bytes = exportOnnx(network, parameters);
      await using model = await lo.Model.load(bytes, { providers: [provider] });
      expect((await model.run({ past: raw })).forecast!).toBeCloseToArray(expected.forecast!, { rtol: 1e-6 });
      const read = await importModel(bytes);
      // The numbers of the scaler are nothing to train.
      expect([...trainedNames(read.network)].sort()).toEqual([...parameters.keys()].sort());
      const again = await predict(read.network, read.parameters, { past: raw }, { backend: 'cpu' });
      expect(again.forecast!).toBeCloseToArray(expected.forecast!, { rtol: 1e-6 });
    },
  );

  it('takes the numbers of one series of a scaler per series', async () => {
    const network = defineNetwork({ x: float32('batch') }, ({ x }) => ({
      y: scaleColumns(x, perSeries, 'sold', 'b'),
      z: unscaleColumns(x, perSeries, 'sold', 'a'),
    }));
    const { y, z } = await predict(network, new Map(), { x: float32Array([2], [2, 10]) });
    expect([...y!.data]).toEqual([0, 2]);
    expect([...z!.data]).toEqual([9, 41]);
  });

  it.each([
    [
      'a scaler per series',
      perSeries,
      'sold',
      undefined,
      'E_INVALID_OPTION',
      /all series \(per: 'all'\).*by the window/,
    ],
    ['another series', perSeries, 'sold', 'c', 'E_UNKNOWN_NAME', /'c'.*'a'.*'b'/],
    ['another column', scaler, 'size', undefined, 'E_UNKNOWN_NAME', /size/],
    ['another column of a list', scaler, ['sold', 'size', null], undefined, 'E_UNKNOWN_NAME', /size/],
    ['too few names', scaler, ['sold'], undefined, 'E_SHAPE_MISMATCH', /1 names.*\[batch, 5, 3\]/],
    ['no names', scaler, undefined, undefined, 'E_INVALID_OPTION', /columns/],
    ['a scaling alone', { center: 1, scale: 2 }, 'sold', undefined, 'E_INVALID_OPTION', /fitScaler/],
    [
      'a scale below float32',
      { ...scaler, columns: { sold: [{ center: 0, scale: 1e-60 }] } },
      ...(['sold', undefined, 'E_INVALID_OPTION', /float32.*another unit/] as const),
    ],
  ] as const)('refuses %s', (_, given, names, series, code, message) => {
    for (const [name, scale] of Object.entries({ scaleColumns, unscaleColumns })) {
      const define = () =>
        defineNetwork(inputs, ({ past }) => ({ y: scale(past, given as never, names as never, series) }));
      expect(define).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
      if (code !== 'E_UNKNOWN_NAME') expect(define).toThrow(name);
    }
  });
});

describe('the program of docs/data.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lstm-onnx-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('writes a model file that takes raw prices and gives raw prices', async () => {
    const page = readFileSync(new URL('../../docs/data.md', import.meta.url), 'utf8');
    const program = /```ts\n(.*?)```/s.exec(page)![1]!;
    const file = join(folder, 'stocks.onnx');
    const table = fileURLToPath(new URL('../../node_modules/vega-datasets/data/stocks.csv', import.meta.url));
    const own = program
      .replace("import * as lo from 'lstm-onnx';", '')
      .replace("'stocks.csv'", JSON.stringify(table))
      .replace("'stocks.onnx'", JSON.stringify(file))
      .replace('epochs: 20', "epochs: 2, backend: 'simd'");
    const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 };
    const { outputText } = ts.transpileModule(own, { compilerOptions: options });
    const result = 'return { scaler, network, parameters };';
    const run = new Function('lo', `return (async () => {${outputText}${result}})()`);
    const { scaler: fitted, network, parameters } = await run(lo);
    const prices = Array.from({ length: 24 }, (_, i) => 80 + i);
    const scaled = scaleValues(prices, scalingOf(fitted, 'price'));
    const past = (values: ArrayLike<number>) =>
      float32Array(
        [1, 24, 3],
        Array.from(values).flatMap((value) => [value, 0.5, -0.5]),
      );
    const { forecast } = await predict(network, parameters, { past: past(scaled) }, { backend: 'cpu' });
    const expected = unscaleValues(Float64Array.from(forecast!.data), scalingOf(fitted, 'price'));
    await using model = await lo.Model.load(file, { providers: ['cpu'] });
    const results = await model.run({ past: past(prices) });
    expect(results.forecast!.data as Float32Array).toBeCloseToArray([...expected], { rtol: 1e-5 });
  });
});
