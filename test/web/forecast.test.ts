import { describe, expect, it } from 'vitest';
import { DEFAULT_MISSING } from '../../src/data/table/table-options.js';
import { rolesAfterClick } from '../../web/forecast/column-table.js';
import { isoText } from '../../web/forecast/date-text.js';
import { columnOf, guessRoles } from '../../web/forecast/guess.js';
import { previewOf } from '../../web/forecast/preview.js';
import { programOf } from '../../web/forecast/program.js';
import { tell } from '../../web/forecast/wording.js';

const fileOf = (bytes: BlobPart, name = 'a.csv') => new File([bytes], name);
async function guessOf(text: string): Promise<Record<string, string>> {
  const { columns, guess } = await previewOf(fileOf(text), {});
  return Object.fromEntries(columns.map(({ name }, i) => [name, guess[i] ?? '']));
}

describe('the guess what columns are for', () => {
  it.each([
    ['day,a,b\n2020-01-01,1,2\n2020-01-02,2,3\n', { day: 'time', a: 'unused', b: 'target' }],
    // Where times come again, what tells the rows apart is the key: text, numbers of shops, two columns together.
    [
      'day;shop;sold\n2020-01-01;x;1,5\n2020-01-01;y;2,5\n2020-01-02;x;1\n2020-01-02;y;2\n',
      { day: 'time', shop: 'key', sold: 'target' },
    ],
    [
      'shop,sold,day\n7,1.5,2020-01-01\n8,2.5,2020-01-01\n7,3.5,2020-01-02\n8,4.5,2020-01-02\n',
      { shop: 'key', sold: 'target', day: 'time' },
    ],
    [
      'day,shop,kind,sold\n2020-01-01,x,p,1.5\n2020-01-01,x,q,2.5\n2020-01-01,y,p,3.5\n2020-01-01,y,q,4.5\n',
      { day: 'time', shop: 'key', kind: 'key', sold: 'target' },
    ],
    ['year,temp\n1990,1\n1991,2\n', { year: 'time', temp: 'target' }],
    // Numbers with four digits are years only where they are called so.
    ['income,name\n1925,a\n1620,b\n', { income: 'target', name: 'unused' }],
    ['a,b\nx,y\n', { a: 'unused', b: 'unused' }],
  ])('of %j', async (text, roles) => {
    expect(await guessOf(text)).toEqual(roles);
  });

  it('knows dates of several formats, and which fit', () => {
    expect(columnOf('day', ['03/04/2020', '', '05/04/2020'])).toMatchObject({
      holds: 'dates',
      formats: ['MM/DD/YYYY', 'DD/MM/YYYY'],
    });
    expect(columnOf('day', ['2020-01-01T00:00Z'])).toMatchObject({ holds: 'dates', formats: [] });
    expect(columnOf('x', ['NA', '-1,5', '2e3'])).toMatchObject({ holds: 'numbers' });
    expect(columnOf('x', ['', 'NA'])).toMatchObject({ holds: 'nothing' });
    expect(guessRoles([], [])).toEqual([]);
  });

  it('takes the cells for missing that parseTable takes for missing', () => {
    for (const cell of ['', ...DEFAULT_MISSING])
      expect(columnOf('x', [cell]), cell).toMatchObject({ holds: 'nothing' });
  });

  it('looks at the start of a large file alone, up to a row that is whole', async () => {
    const rows = Array.from({ length: 40_000 }, (_, i) => `2020-01-01,"one\nline ${i}"`);
    const text = ['day,text', ...rows].join('\n');
    expect(text.length).toBeGreaterThan(2 ** 19);
    const expected = ['2020-01-01', 'one\nline 0'];
    expect((await previewOf(fileOf(text), {})).rows[0]).toEqual(expected);
    const utf16 = new Uint8Array(Uint16Array.from(`\ufeff${text}`, (letter) => letter.charCodeAt(0)).buffer);
    expect((await previewOf(fileOf(utf16), {})).rows[0]).toEqual(expected);
  });
});

it('a click gives a role, takes it back, and moves those that one column alone has', () => {
  expect(rolesAfterClick(['time', 'target', 'unused'], 2, 'target')).toEqual(['time', 'unused', 'target']);
  expect(rolesAfterClick(['time', 'target', 'unused'], 1, 'target')).toEqual(['time', 'unused', 'unused']);
  expect(rolesAfterClick(['time', 'feature', 'unused'], 2, 'feature')).toEqual([
    'time',
    'feature',
    'feature',
  ]);
});

describe('an error, in words of the page', () => {
  it('has the fact without the option of the library, and what to click on', () => {
    const told = tell({
      message:
        'seriesOf: line 3 has the time 2020-01-01, before that of line 2, 2020-01-02. Give sort: true to put the rows into order.',
      hints: [{ option: 'sort' }],
    });
    expect(told.message).toBe('Line 3 has the time 2020-01-01, before that of line 2, 2020-01-02.');
    expect(told.ways).toEqual([{ label: 'Put the rows into order', reading: { sort: true } }]);
  });

  it('offers the key beside what else would go on', () => {
    const told = tell({
      message: 'x',
      hints: [{ option: 'key', found: ['shop'] }, { option: 'duplicates' }],
    });
    expect(told.title).toBe('Two rows have the same time');
    expect(told.ways.map(({ label }) => label)).toEqual([
      '“shop” tells series apart',
      'Keep the first of such rows',
      'Keep the last',
    ]);
  });

  it('is left as it is where the page has nothing to offer', () => {
    expect(tell({ message: "Two columns are called 'a'. Give other names." })).toMatchObject({
      message: "Two columns are called 'a'. Give other names.",
      ways: [],
    });
  });
});

it('times have as many parts as they need', () => {
  const at = (...parts: [number, number, number, number?, number?]) => isoText(Date.UTC(2020, ...parts));
  expect(at(2, 4, 0)).toBe('2020-03-04');
  expect(at(2, 4, 18, 30)).toBe('2020-03-04 18:30 UTC');
  expect(at(2, 4, 0, 0, 7)).toBe('2020-03-04 00:00:07 UTC');
});

it('the program for Node.js compiles with any names', () => {
  const odd = [`it's "odd"`, 'line\nbreak', '__proto__', `\${a}\``, '\\'];
  const [time = '', target = '', ...features] = odd;
  const program = programOf(`o'dd "file".csv`, {
    columns: { time, target, features, known: ['k'], key: ['e'] },
    reading: { decimal: ',', missing: ["n'a"], fill: 'drop' },
    settings: { horizon: 3, epochs: 2, cell: 'gru', hiddenSize: 8, seed: 1, threads: 2 },
  });
  const body = program.replace(/^import .*$/m, '');
  const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor;
  expect(() => new AsyncFunction('lo', 'process', body)).not.toThrow();
  for (const name of odd)
    expect(program).toContain(name === '__proto__' ? name : JSON.stringify(name).slice(1, -1));
});
