/** What is read here of CSV, row by row and block by block, is what the parser reads of all of it. */
import { CsvError, parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv, parseCsvBytes } from '../../src/data/csv.js';
import { NumberTable } from '../../src/data/csv-number-table.js';
import { LstmOnnxError } from '../../src/errors.js';

/** The table that the parser alone makes of the whole text, or what is wrong with it. */
function byParser(text: string, delimiter: string): unknown {
  const table = new NumberTable(text.length + 1);
  return outcome(() => {
    parse(text, {
      delimiter,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      on_record: (cells: string[], { lines }) => {
        table.takeRow(cells, lines);
        return null;
      },
    });
    return table.array();
  });
}

function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof LstmOnnxError) return error.message;
    if (error instanceof CsvError) return `Not valid CSV: ${error.message}.`;
    throw error;
  }
}

const number = fc.oneof(
  fc.constantFrom('1', '-0', '+.5', '4.', '1e5', '-2.5E-3', '00012'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.stringMatching(/^[+-]?\d{1,20}(\.\d{0,20})?(e[+-]?\d{1,2})?$/),
);
const cell = fc.oneof(
  { weight: 30, arbitrary: number },
  { weight: 3, arbitrary: number.map((value) => `"${value}"`) },
  { weight: 3, arbitrary: number.map((value) => ` ${value} `) },
  { weight: 3, arbitrary: fc.constantFrom('1\u00a0', '"1" ', ' "2"') },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '""', '" 1"', '"1\n2"', '"', 'a', '1"2') },
  { weight: 1, arbitrary: fc.constantFrom('.', '-', '1e', '1e999', '0x1', '1_0', '1.e', '1 2', '1-2') },
);
const lineEnd = fc.constantFrom('\n', '\n', '\r\n', '\r', '\n\n', '\r\n \r\n', '\n\r');

/** Rows, most of them of as many cells as the first, below a header or not. */
function texts(delimiter: string): fc.Arbitrary<string> {
  return fc.integer({ min: delimiter === ',' ? 1 : 2, max: 3 }).chain((columns) => {
    const row = fc
      .tuple(
        fc.array(cell, { minLength: columns, maxLength: columns }),
        fc.constantFrom(...Array(19).fill(''), delimiter),
        lineEnd,
      )
      .map(([cells, more, end]) => cells.join(delimiter) + more + end);
    const [names, ones] = ['a', '1'].map((value) => Array(columns).fill(value).join(delimiter));
    // The first line says what separates: tabs where there are some.
    const header = fc.constantFrom(`${names}\n`, `\ufeff${names}\r\n`, delimiter === ',' ? '' : `${ones}\n`);
    return fc
      .tuple(header, fc.array(row, { maxLength: 8 }), fc.constantFrom('', '1', ' '))
      .map(([head, rows, rest]) => head + rows.join('') + rest);
  });
}

describe('a CSV table', () => {
  it.each([
    ['commas', ','],
    ['tabs', '\t'],
  ])('with %s is what the parser makes of the whole text, wherever blocks end', (_, delimiter) => {
    let tables = 0;
    fc.assert(
      fc.property(texts(delimiter), fc.integer({ min: 1, max: 40 }), (text, blockBytes) => {
        const expected = byParser(text, delimiter);
        if (typeof expected !== 'string') tables++;
        const bytes = new TextEncoder().encode(text);
        expect(outcome(() => parseCsvBytes(bytes, blockBytes))).toEqual(expected);
        expect(outcome(() => parseCsv(text))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
    expect(tables).toBeGreaterThan(80);
  });

  it('has the float64 that is nearest to each number', () => {
    const digits = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 17n }), fc.nat(20)).map(([whole, place]) => {
      const padded = String(whole).padStart(place + 1, '0');
      return `${padded.slice(0, padded.length - place)}.${padded.slice(padded.length - place)}`;
    });
    fc.assert(
      fc.property(fc.array(digits, { minLength: 1, maxLength: 50 }), (numbers) => {
        expect([...parseCsv(numbers.join('\n')).data]).toEqual(numbers.map(Number));
      }),
    );
  });

  it('names the line of broken quoting behind the first piece, too', () => {
    const text = `${'1,2\n'.repeat(20_000)}3,"4\n5,6`;
    expect(outcome(() => parseCsv(text))).toMatch(/Quote Not Closed.*at line 20002/);
  });
});
