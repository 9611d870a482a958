/** Columns that grow row by row. */
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { hasOtherDecimal, losesDigits, numberOf } from './cell-number.js';
import type { ColumnPlan } from './column-plan.js';
import { compileDateFormat, parseIsoDate, type WrittenTime } from './date-format.js';
import type { DataNote, TableColumn } from './table.js';
import type { CheckedTableOptions } from './table-options.js';
import { zoneReader } from './time-zone.js';

export interface ColumnBuilder {
  /** @throws E_INVALID_FILE for a cell that the column cannot hold, naming line and column */
  push(cell: string, line: number): void;
  finish(): { readonly column: TableColumn; readonly notes: readonly DataNote[] };
}

/** Numbers whose count is not known before they end. */
class Growing<T extends Float64Array | Int32Array> {
  #values: T;
  #length = 0;

  /** @param make an array of so many zeros */
  constructor(private readonly make: (length: number) => T) {
    this.#values = make(1024);
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = this.make(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** A copy without what was held ready. */
  finish(): T {
    const values = this.make(this.#length);
    values.set(this.#values.subarray(0, this.#length));
    return values;
  }
}

export const growingInts = (): Growing<Int32Array> => new Growing((length) => new Int32Array(length));
const growingFloats = (): Growing<Float64Array> => new Growing((length) => new Float64Array(length));

/** @returns undefined for a column that is left out */
export function columnBuilder(plan: ColumnPlan, options: CheckedTableOptions): ColumnBuilder | undefined {
  switch (plan.kind) {
    case 'number':
      return numberBuilder(plan, options);
    case 'time':
      return timeBuilder(plan, options);
    case 'text':
      return textBuilder(plan, options);
    case 'skip':
      return undefined;
  }
}

function numberBuilder(plan: ColumnPlan, { missing, decimal }: CheckedTableOptions): ColumnBuilder {
  const values = growingFloats();
  let count = 0;
  return {
    push(cell, line) {
      if (missing.has(cell)) {
        values.push(Number.NaN);
        count++;
        return;
      }
      const value = numberOf(cell, decimal);
      if (value === undefined || !Number.isFinite(value) || losesDigits(cell, value)) {
        throw notNumber(plan, cell, line, value, decimal);
      }
      values.push(value);
    },
    finish: () => ({
      column: { kind: 'number', values: values.finish(), missing: count },
      notes: missingNotes(plan.name, count),
    }),
  };
}

function notNumber(
  plan: ColumnPlan,
  cell: string,
  line: number,
  value: number | undefined,
  decimal: '.' | ',',
): LstmOnnxError {
  const at = `Line ${line}, column '${plan.name}' is '${cell.slice(0, 40)}'`;
  const asText = `columns: { ${JSON.stringify(plan.name)}: 'text' } keeps the column as text`;
  if (value !== undefined) {
    return new LstmOnnxError(
      'E_INVALID_FILE',
      Number.isFinite(value)
        ? `${at}, a whole number with more digits than float64 holds; ${asText}.`
        : `${at}, which is infinite; expected a finite number. Give missing: [${JSON.stringify(cell.slice(0, 40))}] if it means that there is no value.`,
      Number.isFinite(value) ? {} : { hints: [{ option: 'missing', found: [cell] }] },
    );
  }
  const other = decimal === '.' ? ',' : '.';
  const wayOn = hasOtherDecimal(cell, decimal)
    ? `Give decimal: '${other}' where that separates the decimals.`
    : `If it means that there is no value, name it in the option missing; ${asText}.`;
  return new LstmOnnxError(
    'E_INVALID_FILE',
    `${at}; expected a number${plan.isFound ? ', as most of the first rows have there' : ''}. ${wayOn}`,
    {
      hints: [
        hasOtherDecimal(cell, decimal)
          ? { option: 'decimal', value: other }
          : { option: 'missing', found: [cell] },
      ],
    },
  );
}

function timeBuilder(plan: ColumnPlan, { missing, timeZone }: CheckedTableOptions): ColumnBuilder {
  const values = growingFloats();
  const parse = plan.format === undefined ? parseIsoDate : compileDateFormat(plan.format);
  const toUtc = timeZone === undefined ? undefined : zoneReader(timeZone);
  let count = 0;
  let first: WrittenTime | undefined;
  // In a table of several series the same time comes row after row.
  let [lastCell, lastTime] = ['', Number.NaN];
  const read = (cell: string, line: number): number => {
    const at = `Line ${line}, column '${plan.name}' is '${cell.slice(0, 40)}'`;
    const written = parse(cell);
    if (written === undefined) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `${at}; expected a date ${plan.format === undefined ? 'of ISO 8601 such as 2020-01-31 or 2020-01-31T18:30:00Z' : `as ${plan.format}`}${plan.isFound ? ', as most of the first rows have there' : ''}. If it means that there is no value, name it in the option missing.`,
        { hints: [{ option: 'missing', found: [cell] }] },
      );
    }
    first ??= written;
    if (first.hasZone !== written.hasZone) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `${at}, ${first.hasZone ? 'without a time zone, which those before it have' : 'with a time zone, which those before it lack'}. Write all times of a column alike.`,
      );
    }
    if (written.hasZone || toUtc === undefined) return written.time;
    if (first.hasHour !== written.hasHour) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `${at}, ${first.hasHour ? 'a day without a time' : 'a time, where those before it are days'}. Write all times of a column alike, or leave out timeZone.`,
      );
    }
    // A day is the same everywhere, and days of 23 hours would have no frequency.
    if (!written.hasHour) return written.time;
    const time = toUtc(written.time);
    if (typeof time === 'number') return time;
    throw new LstmOnnxError('E_INVALID_FILE', `${at}: ${time}. Write the times with their zone, or in UTC.`);
  };
  return {
    push(cell, line) {
      if (missing.has(cell)) {
        values.push(Number.NaN);
        count++;
        return;
      }
      if (cell !== lastCell) [lastCell, lastTime] = [cell, read(cell, line)];
      values.push(lastTime);
    },
    finish() {
      const times = values.finish();
      const zone = {
        text: first?.hasHour
          ? `Column '${plan.name}' has times without a zone; they are read as those of ${timeZone ?? 'UTC'}.`
          : `Column '${plan.name}' has days; each stands for its 00:00 UTC.`,
        count: times.length - count,
        column: plan.name,
      };
      return {
        column: { kind: 'time', values: times, missing: count },
        notes: [...missingNotes(plan.name, count), ...(first?.hasZone === false ? [zone] : [])],
      };
    },
  };
}

function textBuilder(plan: ColumnPlan, { missing }: CheckedTableOptions): ColumnBuilder {
  const codes = growingInts();
  const known = new Map<string, number>();
  const categories: string[] = [];
  let count = 0;
  return {
    push(cell) {
      let code = known.get(cell);
      if (code === undefined) {
        // Its letters anew: a part of the text that was read keeps all of that in memory.
        const text = cell.split('').join('');
        code = missing.has(text) ? -1 : categories.push(text) - 1;
        known.set(text, code);
      }
      if (code < 0) count++;
      codes.push(code);
    },
    finish: () => ({
      column: { kind: 'text', codes: codes.finish(), categories, missing: count },
      notes: missingNotes(plan.name, count),
    }),
  };
}

function missingNotes(column: string, count: number): DataNote[] {
  if (count === 0) return [];
  return [{ text: `Column '${column}' has ${counted(count, 'missing value')}.`, count, column }];
}
