import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyPlot, historyPlotFor } from '../../../src/builder/train/history-plot.js';
import { countAxis, valueAxis } from '../../../src/builder/train/plot-axis.js';
import { failureOf } from '../../data/failure.js';

const log = (epoch: number, loss: number, validation?: number, lr = 0.01) => ({
  epoch,
  lr,
  loss,
  metrics: {},
  ...(validation === undefined ? {} : { validation: { loss: validation, metrics: {} } }),
});

const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
/** The places of a color's line. */
const lineOf = (svg: string, color: string) =>
  new RegExp(`<path d="M([^"]*)" fill="none" stroke="${color}"`)
    .exec(svg)![1]!
    .split('L')
    .map((place) => place.split(' ').map(Number) as [number, number]);

describe('historyPlot', () => {
  it('draws the same on a phone, with the names of the curves above the plot', () => {
    const history = Array.from({ length: 1000 }, (_, i) =>
      log(i + 1, 1 / (i + 1), 1.5 / (i + 1), 1 / (i + 1)),
    );
    const [wide, narrow] = [640, 360].map((width) => historyPlotFor(history, width));
    expect(wide).toBe(historyPlot(history));
    expect(narrow).toMatch(/^<svg [^>]*width="360" [^>]*viewBox="0 0 360 /);
    for (const color of ['#2b83d6', '#e07b25']) {
      const across = lineOf(narrow!, color).map(([x]) => x);
      expect(lineOf(narrow!, color)).toHaveLength(history.length);
      expect([Math.min(...across), Math.max(...across)]).toEqual([64, 340]);
    }
    const names = [...narrow!.matchAll(/<text x="50" y="(\d+)">([^<]*)<\/text>/g)];
    expect(names.map(([, y, text]) => [Number(y), text])).toEqual([
      [16, 'training'],
      [34, 'validation, lowest 0.0015 after epoch 1000'],
    ]);
    const title = /<text x="64" y="(\d+)" font-weight="600">loss, logarithmic</.exec(narrow!);
    expect(Number(title![1])).toBeGreaterThan(34 + 12);
  });

  it('draws both losses, higher ones further up, and names the lowest validation loss', () => {
    const svg = historyPlot([log(1, 1, 1.2), log(2, 0.5, 0.75), log(3, 0.25, 0.9)]);
    const training = lineOf(svg, '#2b83d6');
    const validation = lineOf(svg, '#e07b25');
    expect(training.map(([x]) => x)).toEqual(validation.map(([x]) => x));
    const below = training.map(([, y], i) => y > validation[i]![1]);
    expect(below).toEqual([true, true, true]);
    const [first, second, third] = training.map(([, y]) => y);
    expect(third! - second!).toBeCloseTo((second! - first!) / 2, 1);
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining([
        'loss',
        'training',
        'validation, lowest 0.75 after epoch 2',
        '1',
        '2',
        '3',
        'epoch',
      ]),
    );
    expect(textsOf(svg)).not.toContain('learning rate');
    const [circle] = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)];
    expect([Number(circle![1]), Number(circle![2])]).toEqual(validation[1]);
  });

  it('draws the learning rate below where it changed', () => {
    const svg = historyPlot([log(1, 1, undefined, 0.1), log(2, 0.5, undefined, 0.05)]);
    expect(textsOf(svg)).toContain('learning rate');
    const [first, second] = lineOf(svg, 'currentColor').map(([, y]) => y);
    expect(second).toBeGreaterThan(first!);
    expect(first).toBeGreaterThan(Math.max(...lineOf(svg, '#2b83d6').map(([, y]) => y)));
  });

  it('says where an axis is logarithmic: losses that soon are far below the first, and no cosine', () => {
    const falling = Array.from({ length: 20 }, (_, i) => log(i + 1, 10 * 0.6 ** i));
    expect(textsOf(historyPlot(falling))).toContain('loss, logarithmic');
    const rates = Array.from({ length: 20 }, (_, i) =>
      log(i + 1, 1, undefined, 1 + Math.cos((Math.PI * i) / 20)),
    );
    expect(textsOf(historyPlot(rates))).toContain('learning rate');
    expect(textsOf(historyPlot([log(1, 5), log(2, -3), log(3, -4)]))).toContain('loss');
  });

  it('is well-formed, in its own words too, for any history', () => {
    const loss = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    const rate = fc.double({ min: 0, max: 10, noNaN: true });
    const history = fc.array(fc.tuple(loss, fc.option(loss, { nil: undefined }), rate), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 1e6 }), (rows, first) => {
        const svg = historyPlot(rows.map(([a, b, lr], i) => log(first + i, a, b, lr)));
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
        const open = [...svg.matchAll(/<(\w+)(?:[^>]*[^/])?>/g)].map(([, tag]) => tag).sort();
        expect([...svg.matchAll(/<\/(\w+)>/g)].map(([, tag]) => tag).sort()).toEqual(open);
        const places = [...svg.matchAll(/[ "M](-?\d+(?:\.\d)?) (-?\d+(?:\.\d)?)(?=[LHv"])/g)];
        for (const [, x, y] of places) {
          expect(Number(x)).toBeGreaterThanOrEqual(0);
          expect(Number(x)).toBeLessThanOrEqual(640);
          expect(Number(y)).toBeGreaterThanOrEqual(0);
          expect(Number(y)).toBeLessThanOrEqual(450);
        }
      }),
    );
  });

  it.each([[[]], [undefined], [[{}]], [[log(1, Number.NaN)]], ['history']])(
    'refuses what is no history: %j',
    (wrong) => {
      const failure = failureOf(() => historyPlot(wrong as never));
      expect(failure.code).toBe('E_INVALID_OPTION');
      expect(failure.message).toContain('expected the history that fit gives');
    },
  );
});

describe('an axis', () => {
  it('has all values on it, and few ticks that rise', () => {
    const value = fc.double({ min: -1e12, max: 1e12, noNaN: true });
    const positive = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(value, { minLength: 1, maxLength: 30 }),
          fc.array(positive, { minLength: 1, maxLength: 30 }),
        ),
        fc.integer({ min: 3, max: 8 }),
        (values, most) => {
          const axis = valueAxis(values, most);
          for (const at of [...values, ...axis.ticks].map(axis.at)) {
            expect(at).toBeGreaterThanOrEqual(-1e-6);
            expect(at).toBeLessThanOrEqual(1 + 1e-6);
          }
          expect(axis.ticks.length).toBeGreaterThan(0);
          expect(axis.ticks.length).toBeLessThanOrEqual(most + 2);
          expect([...axis.ticks].sort((a, b) => a - b)).toEqual(axis.ticks);
        },
      ),
    );
  });

  it.each([
    [1, 1, [1]],
    [1, 5, [1, 2, 3, 4, 5]],
    [1, 40, [1, 5, 10, 15, 20, 25, 30, 35, 40]],
    [3, 4, [3, 4]],
    [1, 300, [1, 50, 100, 150, 200, 250, 300]],
  ])('of epochs %i to %i has the ticks %j', (first, last, ticks) => {
    expect(countAxis(first, last, 10).ticks).toEqual(ticks);
  });
});
