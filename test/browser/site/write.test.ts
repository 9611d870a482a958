/** Write: a network that writes at once, one of its units in colours, and another network that learns a text in the page. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeText, encodeText, generate, Model, vocabulariesOf } from '../../../src/index.js';
import { describeInChromium } from '../lab.js';
import { soon, Visit } from './visit.js';

const shipped = readFileSync(new URL('../../../web/public/moby-dick.onnx', import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Texts are written without waiting between characters. */
const calm = { reducedMotion: 'reduce' } as const;

interface Draw {
  readonly prompt: string;
  readonly temperature: number;
  readonly seed: number;
  readonly length: number;
}

/** What generate writes in Node. */
async function writtenInNode(onnx: Uint8Array, { prompt, temperature, seed, length }: Draw): Promise<string> {
  await using model = await Model.load(onnx, { providers: ['simd'] });
  const { tokens: characters } = vocabulariesOf(model.metadata);
  const [[best] = []] = await generate(model, {
    prompts: [encodeText(characters!, prompt)],
    maxLength: length,
    sample: { temperature, seed },
  });
  return prompt + decodeText(characters!, best!.tokens);
}

/** Of each character of a text but the first whether the model of the site finds it the likeliest behind those before. */
async function likeliest(text: string): Promise<boolean[]> {
  await using model = await Model.load(shipped, { providers: ['simd'] });
  const { tokens: characters } = vocabulariesOf(model.metadata);
  const ids = encodeText(characters!, text);
  const { logits } = await model.stream().run({ tokens: { data: ids, dims: [1, ids.length] } });
  const size = characters!.tokens.length;
  return Array.from(ids.subarray(1), (id, i) => {
    const scores = (logits!.data as Float32Array).subarray(i * size, (i + 1) * size);
    return scores.indexOf(Math.max(...scores)) === id;
  });
}

const textOf = ({ page }: Visit) => page.locator('#written').evaluate((written) => written.textContent ?? '');

async function fill({ page }: Visit, fields: Readonly<Record<string, string | number>>): Promise<void> {
  for (const [id, value] of Object.entries(fields)) await page.locator(`#${id}`).fill(String(value));
}

/** Rules of WCAG 2.2 that the page breaks, as axe-core finds them. */
async function violations({ page }: Visit): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const found = await axe.run();
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
  });
}

describeInChromium('The page Write', () => {
  describe('with the model of the site', () => {
    let visit: Visit;
    beforeAll(async () => {
      visit = await Visit.open('write.html', calm);
      await visit.reads('#writing-said', 'Done: 800 characters.');
    });
    afterAll(async () => {
      await visit?.[Symbol.asyncDispose]();
    });

    it('has written at once what generate writes in Node', async () => {
      const draw = { prompt: 'Call me Ishmael. ', temperature: 0.6, seed: 1, length: 800 };
      expect(await textOf(visit)).toBe(await writtenInNode(shipped, draw));
      expect(await visit.text('#model-facts')).toMatch(
        /^An LSTM of 160 units that has read Moby-Dick .* 27\d kB, running on simd\. .* is 4\.\d\d,/,
      );
    });

    it('writes from a prompt, at a temperature, by a seed; and another text by the next seed', async () => {
      await fill(visit, { prompt: 'The whale éé', length: 120, 'draw-seed': 7 });
      expect(await visit.text('#prompt-hint')).toBe('The network has never seen “é”. It is left out.');
      await visit.page.locator('#temperature').fill('0.9');
      await visit.page.locator('#write').click();
      await visit.reads('#writing-said', 'Done: 120 characters.');
      const draw = { prompt: 'The whale ', temperature: 0.9, seed: 7, length: 120 };
      expect(await textOf(visit)).toBe(await writtenInNode(shipped, draw));

      await visit.page.locator('#another').click();
      const next = await writtenInNode(shipped, { ...draw, seed: 8 });
      await soon(async () => expect(await textOf(visit)).toBe(next));
      expect(await visit.page.locator('#draw-seed').inputValue()).toBe('8');
    });

    it('says what a field takes, and writes nothing till then', async () => {
      await fill(visit, { length: 0 });
      await visit.reads('#length-error', 'A whole number from 1 to 5000');
      const before = await textOf(visit);
      await visit.page.locator('#write').click();
      expect(await textOf(visit)).toBe(before);
      await fill(visit, { length: 800 });
    });

    it('colours every character by the unit that is chosen', async () => {
      const { page } = visit;
      await page.locator('#write').click();
      await visit.reads('#writing-said', 'Done: 800 characters.');
      const coloured = () =>
        page.locator('#unit-text span').evaluateAll((spans) =>
          spans.map((span) => ({
            character: span.textContent ?? '',
            colour: getComputedStyle(span).backgroundColor,
          })),
        );
      const first = await coloured();
      expect(first.map(({ character }) => character).join('')).toBe(await textOf(visit));
      expect(new Set(first.map(({ colour }) => colour)).size).toBeGreaterThan(20);

      await page.locator('#unit').focus();
      await page.keyboard.press('End');
      await visit.reads('#unit-number', '159');
      expect((await coloured()).map(({ colour }) => colour)).not.toEqual(first.map(({ colour }) => colour));
      await page.locator('#place').focus();
      for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
      await visit.reads('#place-said', /^“ ”|^“.”: [+−]?\d\.\d\d$|^space: /);
    });

    it('has units that go along with something, of which the first are found by name', async () => {
      const { page } = visit;
      await page.locator('label:has(#unit-typed)').click();
      await soon(async () => {
        const read = await page.locator('#unit-text').evaluate((text) => text.textContent ?? '');
        expect(read).toBe(await page.locator('#typed').inputValue());
      });
      const chip = page.locator('#meanings button').nth(1);
      expect(await chip.innerText()).toMatch(/^[a-z ]+ \([+−]0\.[4-9]\d\)$/);
      await chip.click();
      expect(await chip.getAttribute('aria-pressed')).toBe('true');
      await visit.reads('#unit-number', (await chip.getAttribute('data-unit')) ?? '');
      await page.locator('#typed').fill('Só I said: "aye."');
      await visit.reads('#typed-hint', /never seen “ó”/);
      await soon(async () =>
        expect(await page.locator('#unit-text').evaluate((text) => text.textContent)).toBe(
          'S I said: "aye."',
        ),
      );
    });

    it('has a program that writes the same in Node', async () => {
      await fill(visit, { prompt: 'Ahab', length: 30, 'draw-seed': 3 });
      expect(await visit.text('#code')).toMatch(
        /load\('moby-dick\.onnx'\).*"Ahab".*maxLength: 30,.*seed: 3 }/s,
      );
      const saved = await visit.save('#code-about a');
      expect(saved.name).toBe('moby-dick.onnx');
      expect(Buffer.from(saved.bytes).equals(shipped)).toBe(true);
    });

    it('has had no problem', () => {
      expect(visit.problems).toEqual([]);
    });
  });

  it('writes one character after the other, stops, and takes another temperature at once', async () => {
    await using visit = await Visit.open('write.html');
    const { page } = visit;
    const grows = (length: number) =>
      soon(async () => expect((await textOf(visit)).length).toBeGreaterThan(length));
    await page.locator('#temperature').fill('1.5');
    await grows(150);
    await page.locator('#temperature').fill('0.1');
    const from = (await textOf(visit)).length;
    await grows(from + 100);
    await page.locator('#write-stop').click();
    await visit.reads('#writing-said', /^Stopped after \d+ characters\.$/);
    const isLikeliest = await likeliest(await textOf(visit));
    expect(isLikeliest.length).toBeLessThan(800);
    const share = (part: readonly boolean[]) => part.filter(Boolean).length / part.length;
    // What was drawn before the page took the new temperature may be behind the text that was read then.
    expect(share(isLikeliest.slice(from + 10))).toBeGreaterThan(0.85);
    expect(share(isLikeliest.slice(30, 140))).toBeLessThan(0.7);
    expect(await page.locator('#write').evaluate((button) => button === document.activeElement)).toBe(true);
    expect(visit.problems).toEqual([]);
  });

  describe('with a text of one’s own', () => {
    const text = 'one two three four five six seven eight nine ten\n'.repeat(30);
    let visit: Visit;
    beforeAll(async () => {
      visit = await Visit.open('write.html', calm);
      await visit.reads('#writing-said', 'Done: 800 characters.');
    });
    afterAll(async () => {
      await visit?.[Symbol.asyncDispose]();
    });

    it.each([
      ['', /no text yet/],
      ['too short', /9 characters; 500 is the least/],
    ])('says what is wrong with %j', async (pasted, said) => {
      await fill(visit, { pasted });
      await visit.page.locator('#train').click();
      await visit.reads('#text-problem', said);
    });

    it('takes files, tells their encodings, and says which are no text', async () => {
      const file = (name: string, bytes: Uint8Array) => visit.drop('#panel-file', [{ name, bytes }]);
      await visit.page.locator('label:has(#source-file)').click();
      await file(
        'picture.png',
        Uint8Array.from({ length: 900 }, (_, i) => i % 7),
      );
      await visit.reads('#text-problem', /^This file is no text\s.*null characters/);
      await file('old.txt', Buffer.from('Käse und Brot, süße Äpfel.\n'.repeat(30), 'latin1'));
      await visit.reads('#text-problem', /^This file is not in UTF-8\s+After line 0/);
      await visit.page.getByRole('button', { name: 'Read it as Windows-1252' }).click();
      await visit.reads('#text-facts', /^old\.txt: 810 characters, \d+ of them different\.$/);
      const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
      await file('wide.txt', utf16);
      await visit.reads('#text-facts', /^wide\.txt: 1,470 characters, 16 .* UTF-16LE/);
      expect(await visit.page.locator('#text-problem').isVisible()).toBe(false);
    });

    it('brings a text when it is asked for', async () => {
      const { page } = visit;
      expect(visit.requests.some((url) => url.endsWith('moby-dick.txt'))).toBe(false);
      await page.locator('label:has(#source-built-in)').click();
      await visit.reads('#text-facts', /^moby-dick\.txt: 21\d,\d+ characters, \d\d of them different\.$/);
      expect(await page.locator('#hidden-size').inputValue()).toBe('128');
    });

    it('learns it: the perplexity falls, and samples come that grow better', async () => {
      const { page } = visit;
      await page.locator('label:has(#source-paste)').click();
      await fill(visit, { pasted: text, 'hidden-size': 24, epochs: 30, 'learning-rate': 0.02 });
      await page.locator('#train').click();
      await visit.reads('#run-said', /^Done after \d+ steps: see below\.$/);
      const samples = await page.locator('#samples .at').allInnerTexts();
      expect(samples.length).toBeGreaterThan(5);
      // The newest is on top.
      const perplexities = samples.map((at) => Number(/perplexity (.+)$/.exec(at)?.[1]));
      expect(perplexities[0]!).toBeLessThan(perplexities.at(-1)! / 2);
      expect(await visit.text('#stat-held')).toBe(/perplexity (.+)$/.exec(samples[0]!)?.[1]);
      expect(await visit.text('#verdict')).toMatch(
        /^Perplexity \d\.\d\d on text that it has not read, .* the text has 16 different ones/,
      );
      const colours = await page.locator('#chart canvas').evaluate((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
        return new Set(new Uint32Array(data.buffer)).size;
      });
      expect(colours).toBeGreaterThan(5);
    });

    it('writes with what it has learned, as its file does in Node', async () => {
      const { page } = visit;
      const saved = await visit.save('#download-onnx');
      expect(saved.name).toBe('model.onnx');
      await page.locator('#write-with-it').click();
      await visit.reads('#model-facts', /^An LSTM of 24 units that has read your text/);
      await visit.reads('#writing-said', 'Done: 800 characters.');
      const prompt = await page.locator('#prompt').inputValue();
      expect(text).toContain(prompt);
      const draw = { prompt, temperature: 0.6, seed: 1, length: 800 };
      expect(await textOf(visit)).toBe(await writtenInNode(saved.bytes, draw));
      expect(await page.locator('#unit').getAttribute('max')).toBe('23');
      await page.locator('label:has(#whose-shipped)').click();
      await visit.reads('#model-facts', /^An LSTM of 160 units/);
    });

    it('keeps what was learned when it is stopped', async () => {
      const { page } = visit;
      await fill(visit, { epochs: 5000 });
      await page.locator('#train').click();
      await page.locator('#samples li').first().waitFor();
      expect(await page.locator('#pasted').isDisabled()).toBe(true);
      await page.locator('#stop').click();
      await visit.reads('#run-said', /^Stopped after \d+ steps: see below\.$/);
      await visit.reads('#run-facts', /stopped early, with what was learned so far/);
      const { bytes } = await visit.save('#download-onnx');
      await using model = await Model.load(bytes);
      expect(vocabulariesOf(model.metadata).tokens?.tokens).toHaveLength(16);
      expect(await page.locator('#pasted').isDisabled()).toBe(false);
    });

    it('is accessible as axe-core sees it, in light and in dark, on a desk and on a phone', async () => {
      const { page } = visit;
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 844 });
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          expect(await violations(visit)).toEqual([]);
        }
      }
    });

    it('has had no problem', () => {
      expect(visit.problems).toEqual([]);
    });
  });

  it('says what is missing where the model cannot be fetched, and writes when it can', async () => {
    await using visit = await Visit.open('convert.html', calm);
    const { page } = visit;
    await page.route('**/moby-dick.onnx', (route) => route.abort());
    await visit.go('write.html');
    await visit.reads('#problem', /could not be opened.*moby-dick\.onnx.*no connection.*E_FILE_READ/s);
    await page.unroute('**/moby-dick.onnx');
    await page.locator('#retry').click();
    await visit.reads('#writing-said', 'Done: 800 characters.');
    expect(await page.locator('#problem').isVisible()).toBe(false);
  });
});
