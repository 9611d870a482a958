/** Draw a digit: what is drawn, by mouse or by keys, is read as what it is; every number shown is the network's. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Model } from '../../../src/runtime/node.js';
import { percentOf } from '../../../web/shared/beliefs.js';
import { describeInChromium } from '../lab.js';
import { servers, soon, Visit } from './visit.js';

const model = readFileSync(new URL('../../../web/public/digits.onnx', import.meta.url));
const sure = 'more than half sure since row';

/** Moves the pressed mouse from place to place of the pad, each a part of its box; the third number is the steps. */
async function draw({ page }: Visit, [start, ...rest]: [number, number, number?][]): Promise<void> {
  const box = (await page.locator('#pad').boundingBox())!;
  const at = ([x, y]: readonly [number, number, number?]) =>
    [box.x + x * box.width, box.y + y * box.height] as const;
  await page.mouse.move(...at(start!));
  await page.mouse.down();
  for (const place of rest) await page.mouse.move(...at(place), { steps: place[2] ?? 1 });
  await page.mouse.up();
}

const drawSeven = (visit: Visit) =>
  draw(visit, [
    [0.28, 0.22],
    [0.72, 0.22, 12],
    [0.45, 0.82, 15],
  ]);

/** The shares of the ten digits after each row, as Node computes them of the image that the page has kept. */
async function beliefsInNode({ page }: Visit): Promise<string[][]> {
  const kept = await page.evaluate(() => sessionStorage.getItem('lstm-onnx.digit') ?? '');
  const image = Float32Array.from(kept.split(','), (value) => Number(value) / 255);
  await using loaded = await Model.load(model, { providers: ['cpu'] });
  const stream = loaded.stream();
  const beliefs: string[][] = [];
  for (let row = 0; row < 28; row++) {
    const data = image.slice(row * 28, (row + 1) * 28);
    const { probabilities } = await stream.run({ x: { data, dims: [1, 1, 28] } });
    beliefs.push(Array.from(probabilities!.data as Float32Array, percentOf));
  }
  return beliefs;
}

const bars = ({ page }: Visit) => page.locator('#bars .bar-number').allInnerTexts();

describeInChromium('The page Draw a digit', () => {
  describe.each(servers)('from a server %s', (_, isolated) => {
    let visit: Visit;
    beforeAll(async () => {
      visit = await Visit.open('index.html', { isolated });
      await visit.reads('#running', 'simd');
    });
    afterAll(async () => {
      await visit?.[Symbol.asyncDispose]();
    });

    it('reads a 7 that the mouse draws, and says how sure it is and what it took', async () => {
      await drawSeven(visit);
      await visit.reads('#announcement', 'The network reads 7, >\u00a099\u00a0% sure.');
      expect(await visit.text('#answer')).toBe('7');
      expect(await visit.text('#answer-text')).toMatch(new RegExp(`sure; ${sure} \\d+ of 28\\.$`));
      expect(await visit.page.locator('#bars li.top').getAttribute('data-digit')).toBe('7');
      await visit.reads('#code-size', /^\d[\d.]* [kM]B gzipped$/);
      expect(await visit.text('#latency')).toMatch(/^\d+\.\d ms, 28 rows$/);
      expect(await visit.text('#ready')).toMatch(/^\d+ ms$/);
      expect(await visit.text('#model-size')).toMatch(/^\d[\d.]* kB$/);
      expect(await visit.text('#accuracy')).toMatch(/^9\d\.\d+ % of the 10,000 MNIST test images$/);
    });

    it('says why it has one thread where it has, and nothing where all is well', async () => {
      const reason = visit.page.locator('#running-reason');
      expect(await reason.isVisible()).toBe(!isolated);
      if (!isolated) expect(await reason.innerText()).toMatch(/not cross-origin isolated.*one thread/i);
    });

    it('reads the same on onnxruntime-web', async () => {
      const { page } = visit;
      await page.locator('#sample-3').click();
      await visit.reads('#announcement', /reads 3/);
      const onSimd = await bars(visit);
      await page.locator('input[name=provider][value=wasm]').check({ force: true });
      await visit.reads('#running', 'wasm');
      await visit.reads('#latency', /ms, 28 rows$/);
      expect(await visit.text('#answer')).toBe('3');
      expect(await bars(visit)).toEqual(onSimd);
      await page.locator('input[name=provider][value=simd]').check({ force: true });
      await visit.reads('#running', 'simd');
    });

    it('has had no problem', () => {
      expect(visit.problems).toEqual([]);
    });
  });

  describe('in use', () => {
    let visit: Visit;
    beforeAll(async () => {
      visit = await Visit.open('index.html');
      await visit.reads('#running', 'simd');
      await visit.page.locator('#sample-9').waitFor();
    });
    afterAll(async () => {
      await visit?.[Symbol.asyncDispose]();
    });

    it('reads every sample as what it is', async () => {
      const { page } = visit;
      for (let digit = 0; digit < 10; digit++) {
        const sample = page.locator(`#sample-${digit}`);
        expect(await sample.getAttribute('aria-pressed')).toBe('false');
        await sample.click();
        await visit.reads('#answer', String(digit));
        expect(await page.locator('#samples [aria-pressed=true]').getAttribute('id')).toBe(`sample-${digit}`);
      }
    });

    it('shows, row by row, the beliefs that Node computes', async () => {
      const { page } = visit;
      await page.locator('#sample-4').click();
      await visit.reads('#announcement', /reads 4/);
      const expected = await beliefsInNode(visit);
      await page.locator('#row').focus();
      for (let row = 28; row >= 1; row -= 3) {
        expect(await visit.text('#row-number')).toBe(String(row));
        expect(await bars(visit), `after row ${row}`).toEqual(expected[row - 1]);
        for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowLeft');
      }
    });

    it('shows the row that the pointer is at, and the last one when it leaves', async () => {
      const strip = (await visit.page.locator('#strip').boundingBox())!;
      await visit.page.mouse.move(strip.x + strip.width / 2, strip.y + (strip.height * 9.5) / 28);
      await visit.reads('#row-number', '10');
      await visit.page.mouse.move(0, 0);
      await visit.reads('#row-number', '28');
    });

    it('takes back the last line, and everything', async () => {
      const { page } = visit;
      await page.locator('#clear').click();
      await visit.reads('#answer', '');
      await drawSeven(visit);
      await visit.reads('#announcement', /reads 7/);
      const before = await bars(visit);
      await draw(visit, [
        [0.2, 0.9],
        [0.9, 0.9, 10],
        [0.9, 0.1, 10],
      ]);
      await soon(async () => expect(await bars(visit)).not.toEqual(before));
      await page.locator('#undo').click();
      await soon(async () => expect(await bars(visit)).toEqual(before));
      expect(await visit.text('#answer')).toBe('7');
      await page.locator('#clear').click();
      await visit.reads('#answer', '');
      expect(await visit.text('#answer-text')).toBe('Draw something, or choose a sample.');
      expect(new Set(await bars(visit))).toEqual(new Set(['–']));
    });

    it('can be drawn on with the keys alone', async () => {
      const { page } = visit;
      await page.locator('#clear').click();
      await page.locator('#pad').focus();
      await page.keyboard.press('Space');
      expect(await visit.text('#pen-state')).toBe('Pen down');
      for (let step = 0; step < 18; step++) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Space');
      expect(await visit.text('#pen-state')).toBe('Pen up');
      await visit.reads('#announcement', /reads 1/);
      await page.keyboard.press('Backspace');
      await visit.reads('#answer', '');
    });

    it('goes on with no line that was cleared or taken back while it was drawn', async () => {
      const { page } = visit;
      const box = (await page.locator('#pad').boundingBox())!;
      const place = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
      for (const button of ['clear', 'undo']) {
        await drawSeven(visit);
        await visit.reads('#announcement', /reads 7/);
        const before = await bars(visit);
        await page.mouse.move(...place(0.1, 0.1));
        await page.mouse.down();
        await page.mouse.move(...place(0.2, 0.9), { steps: 3 });
        await soon(async () => expect(await bars(visit)).not.toEqual(before));
        // As another finger would press it.
        await page.locator(`#${button}`).evaluate((pressed: HTMLButtonElement) => pressed.click());
        await page.mouse.move(...place(0.9, 0.9), { steps: 3 });
        await page.mouse.up();
        if (button === 'undo') await soon(async () => expect(await bars(visit)).toEqual(before));
        else expect(await visit.text('#answer-text')).toBe('Draw something, or choose a sample.');
      }
      await page.locator('#clear').click();
    });

    it('lifts the pen of the keys when the focus leaves, so that Inside gets the whole line', async () => {
      const { page } = visit;
      await page.locator('#pad').focus();
      await page.keyboard.press('Space');
      for (let step = 0; step < 18; step++) await page.keyboard.press('ArrowDown');
      const kept = () => page.evaluate(() => sessionStorage.getItem('lstm-onnx.digit'));
      expect(await kept()).toBe(null);
      await page.locator('#row').focus();
      expect(await visit.text('#pen-state')).toBe('Pen up');
      expect(await kept()).toContain('255');
      await visit.reads('#announcement', /reads 1/);
      await page.locator('#clear').click();
      expect(await kept()).toBe(null);
    });

    it('hands the digit to Inside', async () => {
      const { page } = visit;
      await drawSeven(visit);
      await visit.reads('#announcement', /reads 7/);
      await page.locator('#inside-link').click();
      await visit.reads('#answer', /reads 7, >\u00a099\u00a0% sure/);
      expect(await page.locator('h1').innerText()).toBe('Inside');
      expect(visit.problems).toEqual([]);
    });
  });

  it('shows the bar of the answer in forced colours', async () => {
    await using visit = await Visit.open('index.html', { forcedColors: 'active' });
    await visit.page.locator('#sample-6').click();
    await visit.reads('#announcement', /reads 6/);
    const background = (part: string) =>
      visit.page.locator(`#bars .top ${part}`).evaluate((shown) => getComputedStyle(shown).backgroundColor);
    expect(await background('.bar-fill')).not.toBe(await background('.bar-track'));
  });

  it('keeps the row that a finger has chosen on the strip', async () => {
    await using visit = await Visit.open('index.html', { hasTouch: true });
    const { page } = visit;
    await page.locator('#sample-6').click();
    await visit.reads('#announcement', /reads 6/);
    await page.locator('#strip').scrollIntoViewIfNeeded();
    const strip = (await page.locator('#strip').boundingBox())!;
    await page.touchscreen.tap(strip.x + strip.width / 2, strip.y + (strip.height * 9.5) / 28);
    await visit.reads('#row-number', '10');
    // What would undo it comes at once.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    expect(await visit.text('#row-number')).toBe('10');
  });

  it('says nothing of a picture that another has taken the place of', async () => {
    await using visit = await Visit.open('index.html');
    await visit.page.locator('#sample-6').click();
    await visit.reads('#announcement', /reads 6/);
    const said = await visit.page.evaluateHandle(() => {
      const announcement = document.getElementById('announcement')!;
      const said: string[] = [];
      new MutationObserver(() => said.push(announcement.textContent)).observe(announcement, {
        childList: true,
      });
      // The first is being read when the second is chosen.
      document.getElementById('sample-3')?.click();
      document.getElementById('sample-1')?.click();
      return said;
    });
    await visit.reads('#announcement', /reads 1/);
    expect(await said.jsonValue()).toEqual([expect.stringMatching(/reads 1/)]);
  });

  it('comes back with the digit and the provider that it was left with', async () => {
    await using visit = await Visit.open('index.html');
    const { page } = visit;
    await page.locator('input[name=provider][value=wasm]').check({ force: true });
    await drawSeven(visit);
    await visit.reads('#announcement', /reads 7/);
    for (const comeBack of [() => page.reload(), () => visit.go('inside.html').then(() => page.goBack())]) {
      await comeBack();
      await visit.reads('#running', 'wasm');
      expect(await page.locator('input[name=provider]:checked').inputValue()).toBe('wasm');
      await visit.reads('#announcement', /reads 7/);
    }
    expect(visit.problems).toEqual([]);
  });

  it('lets go of every model that was overtaken while it started', async () => {
    // One thread, whose only worker is the model's.
    await using visit = await Visit.open('index.html', { isolated: false });
    const { page } = visit;
    await visit.reads('#running', 'simd');
    const choose = (...names: string[]) =>
      page.evaluate((names) => {
        for (const name of names) document.querySelector<HTMLInputElement>(`input[value=${name}]`)!.click();
      }, names);
    await choose('wasm', 'simd', 'wasm', 'simd');
    await visit.reads('#running', 'simd');
    await soon(() => expect(page.workers()).toHaveLength(1));
    // A model of simd that nobody let go of would keep its worker.
    await choose('wasm');
    await visit.reads('#running', 'wasm');
    await soon(() => expect(page.workers()).toHaveLength(1));
    expect(visit.problems).toEqual([]);
  });

  it('loads the samples again where they were what failed', async () => {
    await using visit = await Visit.open('convert.html');
    const { page } = visit;
    await page.route('**/samples.idx3-ubyte', (route) => route.abort());
    await visit.go('index.html');
    await visit.reads('#problem', /sample digits could not be loaded.*no connection.*E_FILE_READ/s);
    await page.unroute('**/samples.idx3-ubyte');
    await page.locator('#retry').click();
    await page.locator('#sample-9').waitFor();
    expect(await page.locator('#problem').isVisible()).toBe(false);
  });

  it('starts an engine whose program did not come the first time', async () => {
    await using visit = await Visit.open('convert.html');
    const { page } = visit;
    await page.route('**/wasm-source*', (route) => route.abort());
    await visit.go('index.html');
    await drawSeven(visit);
    await visit.reads('#announcement', /reads 7/);
    await page.locator('input[name=provider][value=wasm]').check({ force: true });
    await visit.reads('#problem', /could not be started on wasm/);
    await page.unroute('**/wasm-source*');
    await page.locator('#retry').click();
    await visit.reads('#running', 'wasm');
    await visit.reads('#announcement', /reads 7/);
    expect(await page.locator('#problem').isVisible()).toBe(false);
  });

  it('says what is missing where the model cannot be fetched, and goes on when it can', async () => {
    await using visit = await Visit.open('convert.html');
    const { page } = visit;
    await page.route('**/digits.onnx', (route) => route.fulfill({ status: 404, body: 'Not found' }));
    await visit.go('index.html');
    await visit.reads('#problem', /could not be started on simd.*\/digits\.onnx.*404.*E_FILE_READ/s);
    expect(await visit.text('#running')).toBe('nothing: it failed to start');
    await page.unroute('**/digits.onnx');
    await drawSeven(visit);
    await page.locator('#retry').click();
    await visit.reads('#announcement', /reads 7/);
    expect(await page.locator('#problem').isVisible()).toBe(false);
    expect(await page.locator('#retry').isVisible()).toBe(false);
  });
});
