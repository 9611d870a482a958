import { describe, expect, it } from 'vitest';
import { guessOptions, samplesOf } from '../../web/train/csv-samples.js';
import { readCsvTable } from '../../web/train/csv-table.js';

const series = readCsvTable('t,a\n1,10\n2,20\n3,30\n4,40\n5,50\n6,60\n');
const windows = { layout: 'steps', target: 1, task: 'regression', steps: 2, ahead: 1 } as const;

describe('a CSV table', () => {
  it('has the names of its header, or numbered ones', () => {
    expect(series.columns).toEqual(['t', 'a']);
    expect(readCsvTable('1,2\n3,4\n').columns).toEqual(['column 1', 'column 2']);
    expect(readCsvTable('"a b",c\n3,4\n').columns).toEqual(['a b', 'c']);
  });

  it('takes one column of words for classes, in alphabetical order', () => {
    const table = readCsvTable('x,kind,y\r\n1,rose,5\r\n\r\n2,aster,6\r\n3,rose,7\r\n');
    expect(table.named).toEqual({ column: 1, labels: ['aster', 'rose'] });
    expect([...table.numbers.data]).toEqual([1, 1, 5, 2, 0, 6, 3, 1, 7]);
  });

  it('may have tabs between its columns, with names and words as with commas', () => {
    const table = readCsvTable('x in m\tkind\ty\n1\trose\t5\n2\taster\t6\n');
    expect(table.columns).toEqual(['x in m', 'kind', 'y']);
    expect(table.named).toEqual({ column: 1, labels: ['aster', 'rose'] });
    expect([...table.numbers.data]).toEqual([1, 1, 5, 2, 0, 6]);
    expect(readCsvTable('\n"open, adjusted"\tclose\r\n1\t2\r\n').columns).toEqual([
      'open, adjusted',
      'close',
    ]);
    // pandas names no column above the index.
    const indexed = readCsvTable('\tclose\n0\t1.5\n1\t2.5\n');
    expect(indexed.columns).toEqual(['column 1', 'close']);
    expect([...indexed.numbers.data]).toEqual([0, 1.5, 1, 2.5]);
    // Of both, commas: then a tab is a blank.
    expect(readCsvTable('a,\tb\n1,\t2\n').columns).toEqual(['a', 'b']);
  });

  it('names the line and column of a word among numbers', () => {
    expect(() => readCsvTable('a,b\n1,2\n3,x\n')).toThrow(/line 3, column 2 is "x"/);
  });

  it('says that columns are apart by commas, and that words are not to be in quotes', () => {
    expect(() => readCsvTable('a;b\n1,5;2\n')).toThrow(/separated by semicolons; save the table with commas/);
    expect(() => readCsvTable('a,b\n1,"yes"\n2,"no"\n')).toThrow(/line 2, column 2.*without quotes/s);
  });

  it('says of a binary file that it is one, and nothing of semicolons, quotes or classes', () => {
    for (const text of ['\ufffdNUMPY\x01\0v\0{"descr": 1;}\n\0\0', 'NUMPY\0\nb\0\nc\0\n']) {
      expect(() => readCsvTable(text)).toThrow(/^It holds null characters: a binary file.*in UTF-8\.$/);
    }
  });

  it('does not take dates, or two columns of words, for classes', () => {
    expect(() => readCsvTable('day,a\n2024-01-01,1\n2024-01-02,2\n')).toThrow(/line 2, column 1/);
    expect(() => readCsvTable('a,b,c\nred,1,small\nblue,2,large\n')).toThrow(/line 2, column 1/);
  });
});

describe('guessing what a table is', () => {
  it('takes a few whole numbers in the last column for classes, anything else for a number', () => {
    const rows = (last: (i: number) => number) =>
      readCsvTable(Array.from({ length: 40 }, (_, i) => `${i / 7},${last(i)}`).join('\n'));
    expect(guessOptions(rows((i) => i % 3))).toMatchObject({ target: 1, task: 'classification', ahead: 0 });
    expect(guessOptions(rows((i) => i / 3))).toMatchObject({ target: 1, task: 'regression', ahead: 1 });
  });

  it('takes long rows for sequences, and rows with a word for samples', () => {
    const long = readCsvTable(Array.from({ length: 10 }, () => '1,2,3,4,5,6,7,8,9,0.5').join('\n'));
    expect(guessOptions(long)).toMatchObject({ layout: 'rows', steps: 9 });
    expect(guessOptions(readCsvTable('1,2,yes\n3,4,no\n'))).toMatchObject({
      layout: 'rows',
      task: 'classification',
    });
  });
});

describe('samples of a table', () => {
  it('are windows of rows, the later ones to test on, with the target so many rows ahead', () => {
    const { train, test, features } = samplesOf(series, windows);
    expect(features).toBe(2);
    expect([...train.y, ...test.y]).toEqual([30, 40, 50, 60]);
    expect(test.samples).toBe(1);
    expect([...train.x.subarray(0, 4)]).toEqual([1, 10, 2, 20]);
    expect([...test.x]).toEqual([4, 40, 5, 50]);
  });

  it('leave the target out of a window that it is in itself', () => {
    const { train, features } = samplesOf(series, { ...windows, ahead: 0 });
    expect(features).toBe(1);
    expect([...train.x.subarray(0, 2)]).toEqual([1, 2]);
    expect(train.y[0]).toBe(20);
  });

  it('are rows cut into steps, each once, with classes numbered in order', () => {
    const table = readCsvTable(
      Array.from({ length: 10 }, (_, i) => `${i},${i + 100},${i % 2 ? 7 : 3}`).join('\n'),
    );
    const { train, test, labels, steps, features } = samplesOf(table, {
      layout: 'rows',
      target: 2,
      task: 'classification',
      steps: 2,
      ahead: 0,
    });
    expect([steps, features, train.samples, test.samples]).toEqual([2, 1, 8, 2]);
    expect(labels).toEqual(['3', '7']);
    const firsts = [train, test].flatMap(({ x, y, samples }) =>
      Array.from({ length: samples }, (_, i) => {
        expect(x[2 * i + 1]).toBe(x[2 * i]! + 100);
        expect(y[i]).toBe(x[2 * i]! % 2);
        return x[2 * i]!;
      }),
    );
    expect(firsts.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it.each([
    [
      { layout: 'rows', target: 1, task: 'regression', steps: 3, ahead: 0 },
      /cannot be cut into 3 equal steps/,
    ],
    [{ ...windows, steps: 7 }, /Windows of 7 rows, 1 ahead, do not fit into 6 rows twice/],
    [{ ...windows, steps: Number.NaN }, /^Give the time steps as a whole number/],
    [{ ...windows, ahead: -1 }, /^Give the rows ahead as a whole number/],
    [{ ...windows, target: 5 }, /Column 6 is asked for; the table has 2/],
  ] as const)('are refused for %o', (options, message) => {
    expect(() => samplesOf(series, options)).toThrow(message);
  });

  it('are refused for a column with one class alone', () => {
    const table = readCsvTable('1,5\n2,5\n3,5\n');
    const options = { layout: 'rows', target: 1, task: 'classification', steps: 1, ahead: 0 } as const;
    expect(() => samplesOf(table, options)).toThrow(/1 different value; a classification takes 2/);
  });
});
