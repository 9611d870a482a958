/** What the columns of a file are to a model: those that it was trained on, or others that are named in their place. */
import type { Table } from '../data/table/table.js';
import { quotedNames } from '../data/table/table.js';
import type { ForecastPlan } from '../forecast/forecast-plan.js';
import { UsageError } from './usage-error.js';

/** What the command line says of the columns. */
interface Given {
  readonly time: string | undefined;
  readonly key: readonly string[];
}

/**
 * Names of columns of the file by the names that the model has for them.
 *
 * @throws UsageError where other columns tell series apart than in training, by their number
 */
export function columnNames(
  { time, key }: Given,
  expected: Pick<ForecastPlan, 'time' | 'key'>,
): Map<string, string> {
  if (key.length > 0 && expected.key.length > 0 && key.length !== expected.key.length) {
    throw new UsageError(
      `--group names ${quotedNames(key)}; the model tells series apart by ${quotedNames(expected.key)}: name as many columns, in this order.`,
    );
  }
  const keys = expected.key.length > 0 ? expected.key : key;
  return new Map([
    [expected.time, time ?? expected.time],
    ...keys.map((name, i) => [name, key[i] ?? name] as const),
  ]);
}

/** What was taken from where, in lines. */
export function columnNotes({ time, key }: Given, names: ReadonlyMap<string, string>): string[] {
  const [[own] = [''], ...keys] = [...names].map(([name]) => [name]);
  const asBefore = [
    ...(time === undefined ? [`The column of times is '${own}', as in training.`] : []),
    ...(key.length === 0 && keys.length > 0
      ? [`The columns that tell series apart are ${quotedNames(keys.flat())}, as in training.`]
      : []),
  ];
  const others = [...names].flatMap(([name, file]) =>
    file === name ? [] : [`The column '${file}' stands for '${name}' of the model.`],
  );
  return [...asBefore, ...others];
}

/** The table with the names of the model. */
export function withModelNames(table: Table, names: ReadonlyMap<string, string>): Table {
  const byFile = new Map([...names].map(([name, file]) => [file, name]));
  const columns = [...table.columns].flatMap(([name, column]) => {
    const own = byFile.get(name);
    if (own !== undefined) return [[own, column] as const];
    // Another column stands for it.
    return names.has(name) ? [] : [[name, column] as const];
  });
  return { ...table, columns: new Map(columns) };
}
