/** Inside: every number shown, in maps, plot and table, is what model.trace gives in Node for the same digit. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Model } from '../../../src/runtime/node.js';
import type { LstmTrace } from '../../../src/runtime/recurrent-trace.js';
import { describeInChromium } from '../lab.js';
import { servers, soon, Visit } from './visit.js';
import '../../matcher.js';

const model = readFileSync(new URL('../../../web/public/digits.onnx', import.meta.url));
const [rows, units] = [28, 64];
/** In the order of the table's columns: name, symbol, where the trace has it. */
const quantities = [
  ['forget', 'f', 'forgetGate'],
  ['input', 'i', 'inputGate'],
  ['candidate', 'g', 'candidate'],
  ['cell', 'c', 'cell'],
  ['output', 'o', 'outputGate'],
  ['hidden', 'h', 'hidden'],
] as const;
/** Two decimals, and the least that kernels differ by. */
const SHOWN = { atol: 0.005 + 1e-5 };

/** What goes on inside while Node reads the image that the page has kept. */
async function traceInNode({ page }: Visit): Promise<LstmTrace> {
  const kept = await page.evaluate(() => sessionStorage.getItem('lstm-onnx.digit') ?? '');
  const data = Float32Array.from(kept.split(','), (value) => Number(value) / 255);
  await using loaded = await Model.load(model, { providers: ['simd'] });
  const state = () => ({ data: new Float32Array(units), dims: [1, 1, units] });
  const [trace] = await loaded.trace({ x: { data, dims: [1, rows, 28] }, h0: state(), c0: state() });
  return trace as LstmTrace; // the digit model has one LSTM
}

const numberOf = (text: string) => Number(text.replace('−', '-'));

/** The table's numbers, `[28, 6]`. */
async function table({ page }: Visit): Promise<number[]> {
  return (await page.locator('#unit-table td').allTextContents()).map(numberOf);
}

const tableOf = (trace: LstmTrace, unit: number) =>
  Array.from({ length: rows }, (_, row) =>
    quantities.map(([, , key]) => trace[key][row * units + unit]!),
  ).flat();

/** What stands beside the headings of the six maps. */
async function mapValues({ page }: Visit): Promise<string[]> {
  return page.locator('.map .map-value').allTextContents();
}

const mapValuesOf = (trace: LstmTrace, row: number, unit: number) =>
  quantities.map(([, , key]) => trace[key][row * units + unit]!);

/** The middle of a unit's cell in a map, in pixels of the page. */
async function cellOf({ page }: Visit, map: string, row: number, column: number): Promise<[number, number]> {
  const canvas = page.locator(`#map-${map} canvas`);
  await canvas.scrollIntoViewIfNeeded();
  const box = (await canvas.boundingBox())!;
  return [box.x + (box.width * (column + 0.5)) / units, box.y + (box.height * (row + 0.5)) / rows];
}

describeInChromium('The page Inside', () => {
  describe.each(servers)('from a server %s', (_, isolated) => {
    let visit: Visit;
    beforeAll(async () => {
      visit = await Visit.open('inside.html', { isolated });
      await visit.reads('#answer', /reads \d/);
      await visit.page
        .locator('#unit-table')
        .evaluate((place) => place.closest('details')?.setAttribute('open', ''));
    });
    afterAll(async () => {
      await visit?.[Symbol.asyncDispose]();
    });

    it('begins with a sample, read as what it is, and paints six maps of 28 rows and 64 units', async () => {
      const { page } = visit;
      expect(await visit.text('#answer')).toMatch(/^The network reads 2, >?\s?\d+\s% sure\.$/);
      expect(await page.locator('#samples [aria-pressed=true]').getAttribute('id')).toBe('sample-2');
      for (const [name] of quantities) {
        const painted = await page.locator(`#map-${name} canvas`).evaluate((canvas: HTMLCanvasElement) => {
          const { width, height } = canvas;
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
          return { width, height, colours: new Set(new Uint32Array(data.buffer)).size };
        });
        expect(painted).toMatchObject({ width: units, height: rows });
        expect(painted.colours).toBeGreaterThan(20);
      }
    });

    it('shows the numbers that model.trace gives in Node, for digits and units', async () => {
      const { page } = visit;
      for (const [digit, steps] of [
        [5, 17],
        [8, 30],
      ] as const) {
        await page.locator(`#sample-${digit}`).click();
        await visit.reads('#answer', new RegExp(`reads ${digit}`));
        const trace = await traceInNode(visit);
        await page.locator('#unit').focus();
        for (let step = 0; step < steps; step++) await page.keyboard.press('ArrowRight');
        const unit = Number(await visit.text('#unit-number'));
        expect(await page.locator('#unit').inputValue()).toBe(String(unit));
        expect(await table(visit)).toBeCloseToArray(tableOf(trace, unit), SHOWN);
        const row = Number(await visit.text('#row-number'));
        const values = await mapValues(visit);
        expect(values.map((text) => text.slice(0, 4))).toEqual(
          quantities.map(([, symbol]) => `${symbol} = `),
        );
        expect(values.map((text) => numberOf(text.slice(4)))).toBeCloseToArray(
          mapValuesOf(trace, row - 1, unit),
          SHOWN,
        );
      }
      expect(await visit.text('#unit-number')).toBe('47');
    });

    it('has had no problem', () => {
      expect(visit.problems).toEqual([]);
    });
  });

  describe('in use', () => {
    let visit: Visit;
    beforeAll(async () => {
      visit = await Visit.open('inside.html');
      await visit.reads('#answer', /reads \d/);
    });
    afterAll(async () => {
      await visit?.[Symbol.asyncDispose]();
    });

    it('follows the unit under the pointer, and keeps the one that is pressed', async () => {
      const { page } = visit;
      await page.mouse.move(...(await cellOf(visit, 'cell', 20, 40)));
      await visit.reads('#unit-number', '40');
      expect(await visit.text('#row-number')).toBe('21');
      await page.mouse.move(0, 0);
      await visit.reads('#unit-number', '0');
      await page.mouse.click(...(await cellOf(visit, 'hidden', 4, 12)));
      await page.mouse.move(0, 0);
      await visit.reads('#unit-number', '12');
      expect(await visit.text('#row-number')).toBe('5');
      expect(await page.locator('#unit-plot svg').getAttribute('aria-label')).toMatch(/of unit 12 after/);
      expect(await page.locator('#unit-plot polyline').count()).toBe(6);
    });

    it('follows the sliders', async () => {
      const { page } = visit;
      await page.locator('#row').focus();
      await page.keyboard.press('Home');
      await visit.reads('#row-number', '1');
      await page.keyboard.press('End');
      await visit.reads('#row-number', '28');
      await page.locator('#unit').focus();
      await page.keyboard.press('End');
      await visit.reads('#unit-number', '63');
      expect(await page.locator('#unit').getAttribute('aria-valuetext')).toBe('unit 63');
    });

    it('puts the units in the order of their last cell state, the kept one kept', async () => {
      const { page } = visit;
      const trace = await traceInNode(visit);
      const last = (unit: number) => trace.cell[(rows - 1) * units + unit]!;
      const order = Array.from({ length: units }, (_, unit) => unit).toSorted((a, b) => last(b) - last(a));
      await page.locator('#order input[value=cell]').check({ force: true });
      expect(await visit.text('#unit-number')).toBe('63');
      expect(await page.locator('#unit').inputValue()).toBe(String(order.indexOf(63)));
      for (const column of [0, 1, 31, 63]) {
        await page.mouse.move(...(await cellOf(visit, 'forget', 27, column)));
        await visit.reads('#unit-number', String(order[column]));
      }
    });
  });

  it('says what is missing where the model cannot be fetched, and goes on when it can', async () => {
    await using visit = await Visit.open('convert.html');
    const { page } = visit;
    await page.route('**/digits.onnx', (route) => route.abort());
    await visit.go('inside.html');
    await visit.reads('#problem', /could not be looked into.*digits\.onnx.*no connection.*E_FILE_READ/s);
    await page.unroute('**/digits.onnx');
    await page.locator('#retry').click();
    await visit.reads('#answer', /reads 2/);
    await soon(async () => expect(await page.locator('#problem').isVisible()).toBe(false));
  });

  it('looks into the same digit once the engine comes, and offers samples that were missing', async () => {
    await using visit = await Visit.open('index.html');
    const { page } = visit;
    await visit.page.locator('#sample-8').click();
    await visit.reads('#announcement', /reads 8/);
    for (const file of ['**/simd-source*', '**/samples.idx3-ubyte']) {
      await page.route(file, (route) => route.abort());
    }
    await visit.go('inside.html');
    await visit.reads('#problem', /could not be looked into/);
    await visit.reads('#problem', /sample digits could not be loaded/);
    await page.unrouteAll();
    await page.locator('#retry').click();
    await visit.reads('#answer', /reads 8/);
    await page.locator('#sample-9').waitFor();
    expect(await page.locator('#problem').isVisible()).toBe(false);
  });
});
