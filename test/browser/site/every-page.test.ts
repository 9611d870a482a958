/**
 * What holds for all pages: names for everything that can be used, no sideways scrolling, no complaint of the
 * browser. Leaves pictures of them in screenshots.tmp: phone and desk, light and dark.
 */
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { describeInChromium } from '../lab.js';
import { start } from './training.js';
import { type PageFile, pageFiles, soon, Visit } from './visit.js';

const pictures = fileURLToPath(new URL('../screenshots.tmp/', import.meta.url));
const sizes = {
  phone: { width: 390, height: 844 },
  desk: { width: 1280, height: 900 },
} as const;
const classifier = fileURLToPath(
  new URL('../../../fixtures/data/state-dicts/classifier.pt', import.meta.url),
);

/** Brings each page to where there is something to see on it. */
const used: Readonly<Record<PageFile, (visit: Visit) => Promise<void>>> = {
  async 'index.html'(visit) {
    await visit.reads('#running', 'simd');
    await visit.page.locator('#sample-5').click();
    await visit.reads('#announcement', /reads 5/);
  },
  async 'inside.html'(visit) {
    await visit.reads('#answer', /reads \d/);
    await visit.page.locator('#sample-9').waitFor();
  },
  async 'forecast.html'(visit) {
    await visit.page.locator('[data-file="stocks.csv"]').click();
    await visit.page.locator('#train:enabled').waitFor();
    await visit.page.locator('#epochs').fill('2');
    await visit.page.locator('#train').click();
    await visit.reads('#run-said', /^Done/);
  },
  async 'write.html'(visit) {
    await visit.page.emulateMedia({ reducedMotion: 'reduce' });
    await visit.reads('#writing-said', /^Done/);
    await visit.page.locator('#pasted').fill('She sells sea shells by the sea shore.\n'.repeat(20));
    await visit.page.locator('#epochs').fill('2');
    await visit.page.locator('#train').click();
    await visit.reads('#run-said', /^Done/);
  },
  async 'train.html'(visit) {
    await visit.reads('#status', 'Ready.');
    await start(visit, { hiddenSize: 32, epochs: 1, batchSize: 64, seed: 1 });
    await visit.reads('#status', /^Done\./);
  },
  async 'convert.html'(visit) {
    await visit.choose('files', [classifier]);
    await visit.reads('#made', /made in/);
  },
};

/** Roles that a person acts on or reads by their names. */
const named = [
  'button',
  'link',
  'textbox',
  'combobox',
  'checkbox',
  'radio',
  'slider',
  'spinbutton',
  'img',
  'progressbar',
  'application',
  'region',
  'form',
];

/** The parts of a page as a screen reader has them that lack a name, everything that can be opened being open. */
async function nameless(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
  const parts = (await page.locator('body').ariaSnapshot()).split('\n').map((line) => line.trim());
  const controls = parts.filter((part) => named.includes(/^- '?(\w+)/.exec(part)?.[1] ?? ''));
  expect(controls.length).toBeGreaterThan(5);
  return controls.filter((part) => !/^- '?\w+ "[^"]/.test(part));
}

/** How far the page can be scrolled sideways. */
const sideways = (page: Page) =>
  page.evaluate(() => {
    scrollTo(1000, 0);
    const reached = scrollX;
    scrollTo(0, 0);
    return reached;
  });

interface Stop {
  readonly part: string;
  /** Whether it lies in the window, with an outline around it or what is seen in its place. */
  readonly isShown: boolean;
}

/** Where the focus is, which is marked as visited; undefined once it has left the page, or is back where it was. */
const stopOf = (page: Page): Promise<Stop | undefined> =>
  page.evaluate(() => {
    const focused = document.activeElement;
    if (!(focused instanceof HTMLElement) || focused === document.body) return undefined;
    if ('visited' in focused.dataset) return undefined;
    focused.dataset.visited = '';
    // Inputs that cannot be seen have what can be beside them.
    const isShown = [focused, focused.matches('input') ? focused.nextElementSibling : null].some((part) => {
      if (!part?.checkVisibility({ opacityProperty: true })) return false;
      const { left, right, top, bottom, width, height } = part.getBoundingClientRect();
      const { outlineStyle, outlineWidth, clipPath } = getComputedStyle(part);
      const isInWindow = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
      const isOutlined = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0;
      return isInWindow && isOutlined && clipPath === 'none' && width > 1 && height > 1;
    });
    return { part: focused.outerHTML.slice(0, 120), isShown };
  });

/** What can be used by a click; of radio buttons the chosen one, from which the arrow keys lead to the others. */
const usable =
  ':is(a[href], button, select, summary, textarea, input:not([type=radio]), input:checked, [tabindex="0"]):not(:disabled)';

/** Those of them that are there and were never visited. */
const missed = (parts: readonly Element[]): string[] =>
  parts
    .filter((part) => part instanceof HTMLElement && part.checkVisibility() && !('visited' in part.dataset))
    .map((part) => part.outerHTML.slice(0, 120));

const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

describeInChromium('Every page', () => {
  describe.each(pageFiles)('%s', (file) => {
    it('says what it is, names what can be used, fits on small screens, in light and in dark', async () => {
      await using visit = await Visit.open(file, {
        viewport: { width: 360, height: 740 },
        colorScheme: 'light',
      });
      const { page } = visit;
      expect(await page.title()).toMatch(/^.+ · lstm-onnx$/);
      expect(await page.locator('html').getAttribute('lang')).toBe('en');
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
      expect(await page.getByRole('main').count()).toBe(1);
      expect(await page.locator('nav [aria-current=page]').getAttribute('href')).toBe(`./${file}`);
      expect(await page.locator('fieldset:not(:has(> legend))').count()).toBe(0);
      await soon(async () => expect(await nameless(page)).toEqual([]));
      expect(await sideways(page)).toBe(0);

      await used[file](visit);
      expect(await nameless(page)).toEqual([]);
      expect(await sideways(page)).toBe(0);
      const light = await background(page);
      for (const [size, viewport] of Object.entries(sizes)) {
        await page.setViewportSize(viewport);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          expect(await sideways(page)).toBe(0);
          if (colorScheme === 'dark') expect(await background(page)).not.toBe(light);
          const path = `${pictures}${file.replace('.html', '')}-${size}-${colorScheme}.png`;
          // Colours fade from one scheme to the other; the picture is of when they have.
          await page.screenshot({ path, fullPage: true, animations: 'disabled' });
        }
      }
      expect(visit.problems).toEqual([]);
      const markup = page.evaluate(() => {
        document.createElement('p').innerHTML = '<b>a string</b>';
      });
      await expect(markup).rejects.toThrow(/TrustedHTML/);
    });

    it('can be gone through with the keyboard, every stop of it visible', async () => {
      await using visit = await Visit.open(file);
      const { page } = visit;
      await page.keyboard.press('Tab');
      expect(await page.locator(':focus').innerText()).toBe('Skip to the content');
      await page.keyboard.press('Enter');
      await soon(async () => expect(new URL(page.url()).hash).toBe('#content'));
      await page.keyboard.press('Tab');
      expect(await page.locator('main :focus').count()).toBe(1);

      await used[file](visit);
      // Back to the first stop by a key: what a script gives the focus to needs no outline.
      await page.locator('.brand').focus();
      await page.keyboard.press('Shift+Tab');
      const stops: Stop[] = [];
      for (let stop = await stopOf(page); stop && stops.length < 200; stop = await stopOf(page)) {
        stops.push(stop);
        await page.keyboard.press('Tab');
      }
      expect(stops.filter(({ isShown }) => !isShown)).toEqual([]);
      expect(await page.locator(usable).evaluateAll(missed)).toEqual([]);
      expect(stops.length).toBeGreaterThan(8);
      expect(stops.length).toBeLessThan(200);
    });

    it('names what it shows later on, too', async () => {
      await using visit = await Visit.open(file);
      const { page } = visit;
      // Until the page is ready it hides what it has no need of again.
      await soon(async () => {
        await page.evaluate(() => {
          for (const part of document.querySelectorAll<HTMLElement>('[hidden]')) part.hidden = false;
        });
        expect(await page.locator('[hidden]').count()).toBe(0);
      });
      expect(await nameless(page)).toEqual([]);
    });
  });
});
