import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_CSV_CHARACTERS, parseCsv } from '../../src/data/csv.js';
import { LstmOnnxError } from '../../src/errors.js';
import { failureOf } from './failure.js';

describe('parseCsv', () => {
  it('reads rows of numbers in every usual notation', () => {
    const table = parseCsv('1,-2.5,+3e2\n.5,4., "6" \n');
    expect(table).toEqual({
      dtype: 'float64',
      shape: [2, 3],
      data: Float64Array.of(1, -2.5, 300, 0.5, 4, 6),
    });
  });

  it('leaves out a header, also one with an empty cell above the index, quotes and a byte order mark', () => {
    expect(parseCsv('\ufeff,"open, adjusted",close\n0,1,2\n1,3,4').shape).toEqual([2, 3]);
    expect(parseCsv('a,b\n1,2').data).toEqual(Float64Array.of(1, 2));
  });

  it('takes any line ending, even mixed, and skips blank lines', () => {
    expect(parseCsv('1,2\r\n3,4\n\n  \n5,6\r7,8').data).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  });

  it('names line and column of a cell that is not a finite number', () => {
    const cases = [
      ['a,b\n\n1,2\n3,x', 'line 4, column 2 is "x"'],
      ['1,2\r\n3,', 'line 2, column 2 is empty'],
      ['1,x', 'line 1, column 2 is "x"'],
      ['nan,inf\n1,2', 'line 1, column 1 is "nan"'],
      ['1\n1e999', 'line 2, column 1 is "1e999"'],
      ['1\n0x10', 'line 2, column 1 is "0x10"'],
      ['1\n1 2', 'line 2, column 1 is "1 2"'],
      [',\n1,2', 'line 1, column 1 is empty'],
      ['1;2\n3;4', 'line 2, column 1 is "3;4"'],
    ] as const;
    for (const [text, place] of cases) {
      const error = failureOf(() => parseCsv(text));
      expect(error.code).toBe('E_INVALID_FILE');
      expect(error.message).toContain(place);
    }
  });

  it('says so where columns seem to be separated by semicolons', () => {
    for (const text of ['1;2\n3;4', '1;2;3\n', 'a;b\n1,5;2\n', '1,5;2,5\n', '"a";"b"\n"1";"2"\n']) {
      expect(failureOf(() => parseCsv(text)).message).toMatch(
        /separated by semicolons; save the table with commas between them and points in numbers\.$/,
      );
    }
    for (const text of ['a,b\n1,x;y\n', 'a,"x;y"\n1,2\n3,oops\n']) {
      expect(failureOf(() => parseCsv(text)).message).not.toContain('semicolons');
    }
  });

  it('says of what is no text that it is none', () => {
    const error = failureOf(() => parseCsv('\ufffdNUMPY\x01\0v\0{"descr": "<f4";}\n'));
    expect(error.code).toBe('E_INVALID_FILE');
    expect(error.message).toMatch(/a binary file, or UTF-16, and not CSV/);
    expect(error.message).not.toContain('semicolons');
  });

  it('names the line of a row of another length and the line that set it', () => {
    expect(failureOf(() => parseCsv('a,b,c\n1,2,3\n4,5')).message).toContain(
      'line 3 ends at column 2; line 1 has 3',
    );
    expect(failureOf(() => parseCsv('\n1,2\n1,2,3')).message).toContain(
      'line 3 ends at column 3; line 2 has 2',
    );
  });

  it('refuses text without numbers', () => {
    expect(failureOf(() => parseCsv('')).message).toContain('empty');
    expect(failureOf(() => parseCsv('\n \n')).message).toContain('empty');
    expect(failureOf(() => parseCsv('a,b\n')).message).toContain('header (line 1) and no rows');
  });

  it('refuses broken quoting with the line', () => {
    const error = failureOf(() => parseCsv('1,2\n3,"4\n5,6'));
    expect(error.code).toBe('E_INVALID_FILE');
    expect(error.message).toMatch(/Quote Not Closed.*line 3/);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('refuses text past its limit before it parses it', () => {
    expect(failureOf(() => parseCsv('1,'.repeat(MAX_CSV_CHARACTERS / 2 + 1))).message).toContain(
      `${MAX_CSV_CHARACTERS}`,
    );
  });

  it('reads columns that tabs separate, where the first line has no commas', () => {
    expect(parseCsv('a\tb\n1\t2\n-3.5\t4e2\n')).toEqual({
      dtype: 'float64',
      shape: [2, 2],
      data: Float64Array.of(1, 2, -3.5, 400),
    });
    expect(parseCsv('"open, adjusted"\tclose\r\n1 \t 2\r\n').data).toEqual(Float64Array.of(1, 2));
    expect(parseCsv('1\t\n2\t\n').shape).toEqual([2, 1]);
    // pandas names no column above the index.
    expect(parseCsv('\n\tclose\n0\t1.5\n1\t2.5\n').data).toEqual(Float64Array.of(0, 1.5, 1, 2.5));
    expect(failureOf(() => parseCsv('1\t2\t3\n4\t\t6')).message).toContain('line 2, column 2 is empty');
    expect(failureOf(() => parseCsv('1\t2\n3\t4\t5')).message).toContain('ends at column 3; line 1 has 2');
    expect(failureOf(() => parseCsv('date, time\tvalue\n1\t2\n')).message).toMatch(/separated by tabs; save/);
  });

  it('reads text in pieces, and counts its lines through all of them', () => {
    // Each line end that there is, a quoted number with one behind it, and rows across the ends of pieces.
    const rows = Array.from({ length: 7_000 }, (_, i) => `${i},"${-i}"`);
    for (const end of ['\n', '\r\n', '\r']) {
      const text = rows.join(end);
      expect(text.length).toBeGreaterThan(2 ** 16);
      const { shape, data } = parseCsv(text);
      expect(shape).toEqual([7_000, 2]);
      expect(data.every((value, i) => value === (i % 2 === 0 ? 1 : -1) * Math.floor(i / 2) + 0)).toBe(true);
      const wrong = parseCsv.bind(undefined, `${text}${end}5,x`);
      expect(failureOf(wrong).message).toContain('CSV line 7001, column 2 is "x"');
    }
  });

  it('refuses a quote that does not close before it has read the whole text', () => {
    const error = failureOf(() => parseCsv(`1,2\n3,"${'4\n'.repeat(2 ** 23)}`));
    expect(error.message).toContain('or a quote that does not close');
  });

  it('gives back the numbers that were written', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    const table = fc.integer({ min: 1, max: 5 }).chain((columns) => {
      return fc.array(fc.array(finite, { minLength: columns, maxLength: columns }), {
        minLength: 1,
        maxLength: 6,
      });
    });
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), (rows, end) => {
        const read = parseCsv(rows.map((row) => row.map(String).join(',')).join(end));
        expect(read.shape).toEqual([rows.length, rows[0]!.length]);
        // String(-0) is '0'; adding 0 makes both the same.
        expect([...read.data]).toEqual(rows.flat().map((value) => value + 0));
      }),
      { numRuns: 300 },
    );
  });

  it('answers any text with a typed error or a table of finite numbers', () => {
    const piece = fc.constantFrom(
      '1',
      ',',
      '\n',
      '\r',
      '"',
      ' ',
      '-',
      '.',
      'e',
      'a',
      '\0',
      '\ufeff',
      '\ud800',
      'é',
      '1,2\n',
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
      fc.string(),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          const { shape, data } = parseCsv(input);
          expect(data.length).toBe(shape[0]! * shape[1]!);
          expect(data.length).toBeGreaterThan(0);
          expect(data.every(Number.isFinite)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(LstmOnnxError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
