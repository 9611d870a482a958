/**
 * `report.html` in a browser, opened from the disk with the network off: it fits phone and desk, in light and in dark, and its charts
 * are drawn. Leaves pictures of it in screenshots.tmp.
 */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { spawnLstmOnnx } from '../cli/lstm-onnx.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { connectChromium, describeInChromium, patience } from './lab.js';

const folder = temporaryDirectory();
const pictures = fileURLToPath(new URL('screenshots.tmp/', import.meta.url));
const csv = (name: string) =>
  fileURLToPath(new URL(`../../node_modules/vega-datasets/data/${name}.csv`, import.meta.url));

/** Charts that lie in the page: how wide each is, how many lines and areas it has, and how large its smallest text is. */
const charts = (page: Page) =>
  page.locator('svg').evaluateAll((all) =>
    all
      .filter((svg) => svg.checkVisibility())
      .map((svg) => {
        const { left, right, width } = svg.getBoundingClientRect();
        const texts = [...svg.querySelectorAll('text')].filter(({ textContent }) => textContent?.trim());
        const heights = texts.map((text) => text.getBoundingClientRect().height);
        return {
          isNamed: svg.getAttribute('role') === 'img' && Boolean(svg.getAttribute('aria-label')),
          isInPage: left >= 0 && width > 200 && right <= innerWidth,
          marks: svg.querySelectorAll('path[d*="L"], polyline').length,
          smallestText: Math.min(...heights),
        };
      }),
  );

/** Tables that do not fit between the margins. */
const wideTables = (page: Page) =>
  page.locator('table').evaluateAll((tables) => {
    const { right } = document.querySelector('main')?.getBoundingClientRect() ?? { right: 0 };
    return tables.filter((table) => table.getBoundingClientRect().right > right + 1).length;
  });

/** The colour that is behind all, and contrasts of the texts that have less than 4.5 to 1 with what is behind them. */
const contrasts = (page: Page) =>
  page.evaluate(() => {
    const channels = (colour: string) =>
      (/[\d.]+, [\d.]+, [\d.]+/.exec(colour)?.[0] ?? '').split(', ').map(Number);
    const luminance = (colour: string) => {
      const [r = 0, g = 0, b = 0] = channels(colour).map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const { backgroundColor } = getComputedStyle(document.body);
    const back = luminance(backgroundColor);
    const faint = [...document.querySelectorAll('*')].flatMap((element) => {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
      if (!own || !element.checkVisibility() || element.closest('head')) return [];
      const style = getComputedStyle(element);
      const front = luminance(element instanceof SVGElement ? style.fill : style.color);
      const contrast = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
      return contrast < 4.5 ? [`${element.textContent?.slice(0, 40)}: ${contrast.toFixed(1)}`] : [];
    });
    return { backgroundColor, faint };
  });

describeInChromium('The report of a forecast', () => {
  it.each([
    ['one series', 'co2-concentration', ['--target', 'CO2', '--fill', 'linear'], 3],
    [
      'several series',
      'stocks',
      ['--target', 'price', '--group', 'symbol', '--date-format', 'MMM D YYYY', '--horizon', '6'],
      7,
    ],
  ] as const)('of %s is read on any screen, without a network', async (_, name, args, drawn) => {
    const output = join(folder, name);
    const command = ['train', 'forecast', '--csv', csv(name), ...args, '--epochs', '2', '-o', output];
    const { code, stderr } = spawnLstmOnnx(...command);
    expect(code, stderr).toBe(0);
    const browser = await connectChromium();
    const context = await browser.newContext({ offline: true, colorScheme: 'light' });
    try {
      context.setDefaultTimeout(patience);
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('console', (message) => problems.push(message.text()));
      const requests: string[] = [];
      context.on('request', (request) => requests.push(request.url()));
      const { href } = pathToFileURL(join(output, 'report.html'));
      await page.goto(href);
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
      const backgrounds = new Set<string>();
      for (const [size, width, height] of [
        ['phone', 390, 844],
        ['desk', 1280, 900],
      ] as const) {
        await page.setViewportSize({ width, height });
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
          expect(await wideTables(page)).toBe(0);
          const seen = await charts(page);
          expect(seen).toHaveLength(drawn);
          for (const { isNamed, isInPage, marks, smallestText } of seen) {
            expect({ isNamed, isInPage }).toEqual({ isNamed: true, isInPage: true });
            expect(marks).toBeGreaterThan(0);
            expect(smallestText).toBeGreaterThan(9);
          }
          const { backgroundColor, faint } = await contrasts(page);
          expect(faint).toEqual([]);
          backgrounds.add(backgroundColor);
          const path = `${pictures}report-${name}-${size}-${colorScheme}.png`;
          await page.screenshot({ path, fullPage: true });
        }
      }
      expect(backgrounds.size).toBe(2);
      await page.locator('summary').click();
      expect(await page.locator('details table').isVisible()).toBe(true);
      expect(problems).toEqual([]);
      expect(requests).toEqual([href]);
    } finally {
      await context.close();
      await browser.close();
    }
  });
});
