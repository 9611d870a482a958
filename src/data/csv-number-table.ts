/** The numbers of a table that comes row by row, with the line of what is wrong in it. */
import { LstmOnnxError } from '../errors.js';
import type { NdArray } from '../nd-array.js';
import type { PlainRows } from './csv-plain-rows.js';

/** A decimal number, without hexadecimal, NaN and infinity. Written so that it cannot backtrack. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** What other programs write for numbers that are none: it makes a first row data, not a header. */
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;

export class NumberTable {
  #numbers: Float64Array<ArrayBuffer>;
  #length = 0;
  #rows = 0;
  #columns: number | undefined;
  /** The line that the first row ends in. */
  #firstLine = 1;

  /** @param cells how many there are, with those of a header */
  constructor(cells: number) {
    this.#numbers = new Float64Array(cells);
  }

  /** Whether a row has come, which says how many columns there are. */
  get hasRows(): boolean {
    return this.#columns !== undefined;
  }

  /** Takes the next plain row. @returns whether there is one @param before how many lines there are before its bytes */
  takePlain(rows: PlainRows, before: number): boolean {
    const count = rows.next(this.#numbers, this.#length, this.#columns);
    if (count === 0) return false;
    if (this.#columns === undefined) {
      this.#columns = count;
      this.#firstLine = before + rows.lines;
    }
    this.#length += count;
    this.#rows++;
    return true;
  }

  /**
   * Takes a row, of which the first may be a header.
   * @throws E_INVALID_FILE for a row of another length, and for a cell that is not a finite number
   */
  takeRow(cells: readonly string[], line: number): void {
    if (this.#columns === undefined) {
      this.#columns = cells.length;
      this.#firstLine = line;
      if (isHeader(cells)) {
        this.#numbers = new Float64Array(this.#numbers.length - cells.length);
        return;
      }
    }
    if (cells.length !== this.#columns) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `CSV line ${line} ends at column ${cells.length}; line ${this.#firstLine} has ${this.#columns}. Give every row the same number of columns.`,
      );
    }
    for (const [column, cell] of cells.entries()) {
      const value = NUMBER.test(cell) ? Number(cell) : Number.NaN;
      if (!Number.isFinite(value)) {
        throw new LstmOnnxError(
          'E_INVALID_FILE',
          `CSV line ${line}, column ${column + 1} is ${cell === '' ? 'empty' : JSON.stringify(cell.slice(0, 40))}; expected a finite number such as -1.5e3.`,
        );
      }
      this.#numbers[this.#length + column] = value;
    }
    this.#length += cells.length;
    this.#rows++;
  }

  /** The numbers, `[rows, columns]`. @throws E_INVALID_FILE where there are none */
  array(): NdArray<'float64'> {
    if (this.#columns === undefined || this.#rows === 0) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        this.#columns === undefined
          ? 'The CSV text is empty; expected rows of numbers separated by commas or tabs.'
          : `The CSV text has a header (line ${this.#firstLine}) and no rows; expected rows of numbers below it.`,
      );
    }
    const [numbers, length] = [this.#numbers, this.#length];
    if (length > numbers.length) throw new Error(`${length} cells were counted as ${numbers.length}.`);
    return {
      dtype: 'float64',
      shape: [this.#rows, this.#columns],
      data: length === numbers.length ? numbers : numbers.slice(0, length),
    };
  }
}

/** Some cell names a column (the one above an index may be empty), and none reads like a number. */
function isHeader(cells: readonly string[]): boolean {
  return (
    cells.some((cell) => cell !== '') && !cells.some((cell) => NUMBER.test(cell) || NOT_FINITE.test(cell))
  );
}
