/** Takes the rows of a table one after the other: its header, its first rows, by which columns are known, and all others. */
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { numberOf } from './cell-number.js';
import { type ColumnBuilder, columnBuilder, growingInts } from './column-builder.js';
import { planColumns, type Row } from './column-plan.js';
import { parseIsoDate } from './date-format.js';
import type { DataNote, Table, TableColumn } from './table.js';
import type { CheckedTableOptions } from './table-options.js';

/** By so many it is known what columns hold. */
const HEAD_ROWS = 1000;

export class TableBuilder {
  readonly #options: CheckedTableOptions;
  readonly #notes: DataNote[] = [];
  readonly #lines = growingInts();
  #names: readonly string[] | undefined;
  #headerLine = 0;
  /** Rows that wait for the columns to be known. */
  #head: Row[] = [];
  #builders: { readonly name: string; readonly builder: ColumnBuilder | undefined }[] | undefined;
  #rows = 0;

  constructor(options: CheckedTableOptions) {
    this.#options = options;
    if (options.names) this.#names = this.#checkNames(options.names);
  }

  note(text: string, count: number): void {
    this.#notes.push({ text, count });
  }

  take(cells: readonly string[], line: number): void {
    if (this.#names === undefined) {
      this.#takeHeader(cells, line);
      return;
    }
    if (cells.length !== this.#names.length) throw this.#wrongLength(cells, line, this.#names);
    if (this.#builders !== undefined) {
      this.#add(cells, line, this.#builders);
      return;
    }
    this.#head.push({ cells: [...cells], line });
    if (this.#head.length === HEAD_ROWS) this.#decide();
  }

  /** @throws E_INVALID_FILE without a header, and without rows */
  finish(): Table {
    if (this.#names === undefined) {
      throw new LstmOnnxError('E_INVALID_FILE', 'The table is empty; expected a header and rows below it.');
    }
    if (this.#builders === undefined) this.#decide();
    if (this.#rows === 0) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `The table has a header (${counted(this.#names.length, 'column')}) and no rows; expected rows below it.`,
      );
    }
    const columns = new Map<string, TableColumn>();
    const notes = [...this.#notes];
    for (const { name, builder } of this.#builders ?? []) {
      if (builder === undefined) continue;
      const made = builder.finish();
      columns.set(name, made.column);
      notes.push(...made.notes);
    }
    return { rows: this.#rows, columns, lines: this.#lines.finish(), notes };
  }

  #takeHeader(cells: readonly string[], line: number): void {
    const { decimal, missing } = this.#options;
    const isData = (cell: string) =>
      numberOf(cell, decimal) !== undefined || parseIsoDate(cell) !== undefined;
    if (cells.some(isData) && cells.every((cell) => isData(cell) || missing.has(cell))) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `Line ${line} has values (${cells.slice(0, 3).join(', ')}) where the names of the columns are expected. Give names: ['a', 'b', ...] for a table without a header.`,
        { hints: [{ option: 'names', count: cells.length }] },
      );
    }
    this.#headerLine = line;
    this.#names = this.#checkNames(cells);
  }

  #checkNames(given: readonly string[]): readonly string[] {
    const names = given.map((name, index) => {
      if (name !== '') return name.split('').join('');
      this.note(`Column ${index + 1} has no name in the header; it is called 'column ${index + 1}'.`, 1);
      return `column ${index + 1}`;
    });
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice === undefined) return names;
    throw new LstmOnnxError(
      'E_DUPLICATE_NAME',
      `Two columns are called '${twice}' (columns ${names.indexOf(twice) + 1} and ${names.lastIndexOf(twice) + 1}); expected names that differ.`,
    );
  }

  #wrongLength(cells: readonly string[], line: number, names: readonly string[]): LstmOnnxError {
    const [few, many] = [names[cells.length], cells.length - names.length];
    const where =
      few === undefined
        ? `${counted(many, 'cell')} more, from '${(cells[names.length] ?? '').slice(0, 40)}' on`
        : `nothing from column '${few}' on`;
    const expected = `${counted(names.length, 'column')}${this.#headerLine > 0 ? ` (line ${this.#headerLine})` : ''}`;
    return new LstmOnnxError(
      'E_INVALID_FILE',
      `Line ${line} has ${counted(cells.length, 'cell')}, ${where}; the table has ${expected}. Text that has the separator in it goes in quotes; give separator where it is another.`,
    );
  }

  #decide(): void {
    const plans = planColumns(this.#names ?? [], this.#head, this.#options);
    this.#builders = plans.map((plan) => ({ name: plan.name, builder: columnBuilder(plan, this.#options) }));
    for (const { cells, line } of this.#head) this.#add(cells, line, this.#builders);
    this.#head = [];
  }

  #add(
    cells: readonly string[],
    line: number,
    builders: readonly { readonly builder: ColumnBuilder | undefined }[],
  ): void {
    for (let i = 0; i < builders.length; i++) builders[i]?.builder?.push(cells[i] ?? '', line);
    this.#lines.push(line);
    this.#rows++;
  }
}
