import { describe, expect, it } from 'vitest';
import { guessDateFormats } from '../../../src/data/table/date-forms.js';
import { parseTable } from '../../../src/data/table/parse-table.js';
import type { TableOptions } from '../../../src/data/table/table-options.js';
import { rejectionOf } from '../../files/rejection.js';
import { cells, tableOf } from './tables.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string) =>
  Uint8Array.from([...text].flatMap((letter) => [letter.charCodeAt(0) & 0xff, letter.charCodeAt(0) >> 8]));

describe('a table', () => {
  it('reads weeks of ISO 8601 as their Mondays, where the year has them', async () => {
    // As Python's date.fromisocalendar has them.
    const weeks = ['2020-W01', '2020-W53', '2021-W01', '2004W53', '1969-W01', '2020-W53-7'];
    const days = ['2019-12-30', '2020-12-28', '2021-01-04', '2004-12-27', '1968-12-30', '2021-01-03'];
    const { columns } = await parseTable(new TextEncoder().encode(`w\n${weeks.join('\n')}\n`));
    const column = columns.get('w');
    expect(column?.kind === 'time' && [...column.values]).toEqual(days.map((day) => Date.parse(day)));
    for (const none of ['2021-W53', '2020-W00', '2020-W54', '2020-W01-8']) {
      const text = `w\n2020-W01\n2020-W02\n${none}\n`;
      await expect(parseTable(new TextEncoder().encode(text))).rejects.toThrow(
        `Line 4, column 'w' is '${none}'`,
      );
    }
  });

  it('has columns of numbers, times and text, with missing values counted', async () => {
    const table = await tableOf(
      'day,sold,shop\n2020-01-31,1.5,a\n2020-02-01,NA,b\n2020-02-02,-2e3,\n2020-02-03,,a\n',
    );
    expect(table.rows).toBe(4);
    expect([...table.columns].map(([name, { kind, missing }]) => [name, kind, missing])).toEqual([
      ['day', 'time', 0],
      ['sold', 'number', 2],
      ['shop', 'text', 1],
    ]);
    expect(cells(table, 'sold')).toEqual([1.5, null, -2000, null]);
    expect(cells(table, 'shop')).toEqual(['a', 'b', null, 'a']);
    expect(cells(table, 'day')[1]).toBe('2020-02-01T00:00:00.000Z');
    expect([...table.lines!]).toEqual([2, 3, 4, 5]);
    expect(table.notes.map(({ column, count }) => [column, count])).toEqual([
      ['day', 4],
      ['sold', 2],
      ['shop', 1],
    ]);
  });

  it.each([
    ['commas', 'a,b\n1,x y\n'],
    ['semicolons', 'a;b\n1;x y\n'],
    ['tabs', 'a\tb\n1\tx y\n'],
    ['bars', 'a|b\n1|x y\n'],
    ['a byte order mark', '\ufeffa,b\n1,x y\n'],
    ['Windows line ends', 'a,b\r\n1,x y\r\n'],
    ['old line ends', 'a,b\r1,x y\r'],
    ['no last line end', 'a,b\n1,x y'],
    ['blanks around cells', ' a , b \n 1 , x y \n'],
    ['quotes', '"a","b"\n"1","x y"\n'],
    ['commas in quotes beside semicolons', '"a";"b"\n"1";"x y"\n'],
  ])('is read with %s', async (_, text) => {
    const table = await tableOf(text);
    expect([...table.columns.keys()]).toEqual(['a', 'b']);
    expect([cells(table, 'a'), cells(table, 'b')]).toEqual([[1], ['x y']]);
    expect(table.notes).toEqual([]);
  });

  it('has separators, quotes and line ends in quoted text, and the lines of its rows after them', async () => {
    const table = await tableOf('a,b\n"x, ""y""\nz",1\n\n" w ",2\n');
    expect(cells(table, 'a')).toEqual(['x, "y"\nz', ' w ']);
    expect([...table.lines!]).toEqual([3, 5]);
    expect(table.notes).toEqual([{ text: '1 blank line left out.', count: 1 }]);
  });

  it('has a decimal comma where that is stated', async () => {
    const table = await tableOf('a;b\n1,5;-,25e1\n', { decimal: ',' });
    expect([cells(table, 'a'), cells(table, 'b')]).toEqual([[1.5], [-2.5]]);
  });

  it('is the same from pieces, wherever they are cut', async () => {
    const text = '\ufeffa,b\r\n"x,\r\n€",1\r\n\r\ny,2\rz,3\n';
    const whole = await tableOf(text);
    for (let size = 1; size < 9; size++) {
      async function* pieces() {
        const all = bytes(text);
        for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
      }
      expect(await parseTable(pieces())).toEqual(whole);
    }
    expect(cells(whole, 'a')).toEqual(['x,\r\n€', 'y', 'z']);
    expect([...whole.lines!]).toEqual([3, 5, 6]);
  });

  it('is read from UTF-16 with a mark, which is said, and from other encodings where they are stated', async () => {
    const table = await parseTable(utf16('\ufeffa\tb\nä\t1\n'));
    expect(cells(table, 'a')).toEqual(['ä']);
    expect(table.notes[0]!.text).toMatch('UTF-16LE');
    const latin = Uint8Array.of(...bytes('a,b\n'), 0xe4, ...bytes(',1\n'));
    expect(cells(await parseTable(latin, { encoding: 'windows-1252' }), 'a')).toEqual(['ä']);
  });

  it('takes names for text without a header, columns as they are said to be, and other missing values', async () => {
    const table = await tableOf('1,2,x,-99\n3,-99,y,5\n', {
      names: ['a', 'b', 'c', 'd'],
      columns: { a: 'text', c: 'skip' },
      missing: ['-99'],
    });
    expect([...table.columns.keys()]).toEqual(['a', 'b', 'd']);
    expect([cells(table, 'a'), cells(table, 'b'), cells(table, 'd')]).toEqual([
      ['1', '3'],
      [2, null],
      [null, 5],
    ]);
  });

  it('has only the columns that are wanted, whatever others hold, or all of them as they are written', async () => {
    const text = 'day,a,b\n2020-01-02,1.50,x\n2020-01-01,-,1\n';
    const table = await tableOf(text, { only: ['day', 'a'] });
    expect([...table.columns.keys()]).toEqual(['day', 'a']);
    const written = await tableOf(text, { columns: 'text', missing: [] });
    expect(['day', 'a', 'b'].flatMap((name) => cells(written, name))).toEqual([
      '2020-01-02',
      '2020-01-01',
      '1.50',
      '-',
      'x',
      '1',
    ]);
    await expect(tableOf(text, { only: ['c'] })).rejects.toThrow(/no column 'c'/);
    await expect(tableOf(text, { only: ['a'], time: 'day' })).rejects.toThrow(
      /'day', which is not among those in only/,
    );
  });

  it.each([
    ['31.12.2019 18:05', 'DD.MM.YYYY HH:mm', '2019-12-31T18:05:00.000Z'],
    ['12/31/2019', 'MM/DD/YYYY', '2019-12-31T00:00:00.000Z'],
    ['Feb 29 2020', 'MMM D YYYY', '2020-02-29T00:00:00.000Z'],
    ['2 march 1999', 'D MMMM YYYY', '1999-03-02T00:00:00.000Z'],
    ['2019', 'YYYY', '2019-01-01T00:00:00.000Z'],
    ['0033-07', 'YYYY-MM', '0033-07-01T00:00:00.000Z'],
    ['2019-Q3', 'YYYY-[Q]Q', '2019-07-01T00:00:00.000Z'],
    ['1/2/69 12:30 AM', 'M/D/YY h:mm A', '1969-01-02T00:30:00.000Z'],
    ['1/2/68 12:30 pm', 'M/D/YY h:mm A', '2068-01-02T12:30:00.000Z'],
    ['2019-12-31 23:30:00.250+0530', 'YYYY-MM-DD HH:mm:ss.SSSZ', '2019-12-31T18:00:00.250Z'],
    ['1577836800', 'seconds', '2020-01-01T00:00:00.000Z'],
    ['1577836800123', 'milliseconds', '2020-01-01T00:00:00.123Z'],
    ['2020-02-29', undefined, '2020-02-29T00:00:00.000Z'],
    ['2020-02-29T23:30:00Z', undefined, '2020-02-29T23:30:00.000Z'],
    ['2020-02-29 23:30+02:00', undefined, '2020-02-29T21:30:00.000Z'],
    ['2020-02-29T23:30:01.123456', undefined, '2020-02-29T23:30:01.123Z'],
  ])('has the time of %s in the format %s', async (text, dateFormat, expected) => {
    const table = await tableOf(`t;v\n${text};x\n`, { separator: ';', ...(dateFormat && { dateFormat }) });
    expect(cells(table, 't')).toEqual([expected]);
  });

  it('has days that are the same in every zone', async () => {
    const table = await tableOf('t,v\n2020-03-28,1\n2020-03-29,1\n', { timeZone: 'Europe/Berlin' });
    expect(cells(table, 't')).toEqual(['2020-03-28T00:00:00.000Z', '2020-03-29T00:00:00.000Z']);
    expect(table.notes[0]!.text).toMatch("Column 't' has days; each stands for its 00:00 UTC.");
  });

  it('is read from a stream that cannot be iterated', async () => {
    const stream = new Blob(['a,b\n1,2\n']).stream();
    const plain = { getReader: () => stream.getReader() } as ReadableStream<Uint8Array>;
    expect(cells(await parseTable(plain), 'b')).toEqual([2]);
  });

  it('has times of a zone in UTC, by the rules of the day', async () => {
    const table = await tableOf('t,v\n2020-01-01T12:00,1\n2020-07-01T12:00,2\n2020-03-29T03:00,3\n', {
      timeZone: 'Europe/Berlin',
    });
    expect(cells(table, 't')).toEqual([
      '2020-01-01T11:00:00.000Z',
      '2020-07-01T10:00:00.000Z',
      '2020-03-29T01:00:00.000Z',
    ]);
    expect(table.notes[0]!.text).toMatch('without a zone; they are read as those of Europe/Berlin');
  });
});

it.each([
  [['2020-01-31'], []],
  [['word', 'another'], []],
  [[], []],
  [['1/2/2020', '13/2/2020'], ['D/M/YYYY']],
  [['01/02/2020 10:30'], ['MM/DD/YYYY HH:mm', 'DD/MM/YYYY HH:mm']],
  [['May 2020'], ['MMM YYYY']],
  [['1999', '2000'], ['YYYY']],
  [['20200131'], ['YYYYMMDD']],
  [['1577836800'], ['seconds']],
  [['1577836800000'], ['milliseconds']],
])('the formats of %j are %j', (dates, formats) => {
  expect(guessDateFormats(dates)).toEqual(formats);
});

describe('a table is refused, with line and column, for', () => {
  const long = `a,b\n${'1,2\n'.repeat(2000)}x,2\n`;
  it.each<[string, string, string, RegExp, TableOptions?]>([
    [
      'a short row',
      'a,b\n1,2\n3\n',
      'E_INVALID_FILE',
      /Line 3 has 1 cell, nothing from column 'b' on; .* 2 columns/,
    ],
    ['a long row', 'a,b\n1,2\n3,4,5\n', 'E_INVALID_FILE', /Line 3 has 3 cells, 1 cell more, from '5' on/],
    [
      'text among numbers',
      'a,b\n1,2\n3,x\n',
      'E_INVALID_FILE',
      /Line 3, column 'b' is 'x'; expected a number/,
    ],
    ['text far behind numbers', long, 'E_INVALID_FILE', /Line 2002, column 'a' is 'x'/],
    [
      'an infinite value',
      'a\n1\n-inf\n',
      'E_INVALID_FILE',
      /Line 3, column 'a' is '-inf', which is infinite/,
    ],
    ['a number too large', 'a\n1\n1e999\n', 'E_INVALID_FILE', /Line 3.*infinite/],
    ['digits that are lost', 'a\n9007199254740993\n', 'E_INVALID_FILE', /more digits than float64 holds/],
    ['a decimal comma', 'a;b\n1,5;2\n', 'E_INVALID_FILE', /Column 'a' has '1,5'.* Give decimal: ','/],
    [
      'a decimal comma later',
      `a;b\n${'1;2\n'.repeat(1000)}1,5;2\n`,
      'E_INVALID_FILE',
      /Line 1002.*Give decimal: ','/,
    ],
    [
      'a decimal point beside commas',
      'a;b\n1,5;2\n1.234;3\n',
      'E_INVALID_FILE',
      /Line 3, column 'a' is '1.234'/,
      { decimal: ',' },
    ],
    [
      'what may be thousands or decimals',
      'a;b\n999;1\n1,000;2\n1,001;3\n',
      'E_INVALID_FILE',
      /Column 'a' has '1,000': ',' may set thousands apart or be the decimal separator/,
    ],
    [
      'decimals with three digits beside others',
      'a;b\n1,000;2\n1,5;3\n',
      'E_INVALID_FILE',
      /Column 'a' has '1,5', a number with a decimal ','/,
    ],
    ['thousands', 'a;b\n1,234.5;2\n', 'E_INVALID_FILE', /thousands are set apart by ','/],
    ['dates of two formats', 'a,b\n01/02/2020,1\n', 'E_INVALID_FILE', /'MM\/DD\/YYYY', 'DD\/MM\/YYYY'/],
    [
      'dates of one format',
      'a,b\n01/02/2020,1\n31/01/2020,1\n',
      'E_INVALID_FILE',
      /dateFormat: 'DD\/MM\/YYYY', which fits the first 2/,
    ],
    [
      'a day that there is not',
      'a\n2020-02-28\n2020-02-30\n',
      'E_INVALID_FILE',
      /Line 3, column 'a' is '2020-02-30'; expected a date/,
    ],
    [
      'zones on some times',
      'a\n2020-02-28T00:00Z\n2020-02-28T00:00\n',
      'E_INVALID_FILE',
      /Line 3.*without a time zone/,
    ],
    [
      'a time that no clock shows',
      't\n2020-03-29T02:30\n',
      'E_INVALID_FILE',
      /clocks are put forward/,
      { timeZone: 'Europe/Berlin' },
    ],
    [
      'a time that clocks show twice',
      't\n2020-10-25T02:30\n',
      'E_INVALID_FILE',
      /twice/,
      { timeZone: 'Europe/Berlin' },
    ],
    [
      'numbers that may be the time',
      'y,v\n2000,1999\n',
      'E_INVALID_OPTION',
      /fits the numbers of 'y', 'v'; say which/,
      { dateFormat: 'YYYY' },
    ],
    [
      'numbers that are said to be the time',
      'y,v\n2000,1\n',
      'E_INVALID_FILE',
      /dateFormat: 'YYYY'/,
      { time: 'y' },
    ],
    [
      'a format that fits nothing',
      'y,v\n2000,1\n',
      'E_INVALID_FILE',
      /No column has dates as dateFormat/,
      { dateFormat: 'MMM YYYY' },
    ],
    [
      'a format that is none',
      'y\n1\n',
      'E_INVALID_OPTION',
      /'x' stands for nothing/,
      { dateFormat: 'YYYYx' },
    ],
    [
      'a column that there is not',
      'y,v\n1,2\n',
      'E_UNKNOWN_NAME',
      /no column 'z'; the columns are 'y', 'v'/,
      { time: 'z' },
    ],
    ['two columns of one name', 'y,y\n1,2\n', 'E_DUPLICATE_NAME', /columns 1 and 2/],
    ['no header', '1,2\n3,4\n', 'E_INVALID_FILE', /Give names/],
    [
      'days among times of a zone',
      't\n2020-01-01T01:00\n2020-01-02\n',
      'E_INVALID_FILE',
      /Line 3.*a day without a time/,
      { timeZone: 'Europe/Berlin' },
    ],
    [
      'two kinds of one column',
      't\n2020\n',
      'E_INVALID_OPTION',
      /is said to be of times and, in columns, 'text'/,
      { time: 't', columns: { t: 'text' } },
    ],
    ['no rows', 'a,b\n', 'E_INVALID_FILE', /no rows/],
    ['nothing', '', 'E_INVALID_FILE', /is empty/],
    ['a quote that does not close', 'a,b\n"x,1\n', 'E_INVALID_FILE', /line 2/],
    ['two separators', 'a,b;c\n1,2;3\n', 'E_INVALID_FILE', /separator: ',' or separator: ';'/],
    ['null characters', 'a\0,b\n1,2\n', 'E_INVALID_FILE', /null characters/],
    ['a misspelt option', 'a\n1\n', 'E_INVALID_OPTION', /use separator/, { delimiter: ';' } as TableOptions],
  ])('%s', async (_, text, code, message, options) => {
    const error = await rejectionOf(tableOf(text, options));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });

  it('bytes that are no text', async () => {
    const error = await rejectionOf(parseTable(Uint8Array.of(0x61, 0x0a, 0xe4, 0x0a)));
    expect(error).toMatchObject({ code: 'E_INVALID_FILE', message: expect.stringMatching('windows-1252') });
  });
});
