/** CSV tables as samples for an LSTM: which column is predicted from which others, cut into time steps. */
import { Generator, LstmOnnxError, type NdArray } from 'lstm-onnx/web';
import { counted } from '../shared/quantities.js';
import type { CsvTable } from './csv-table.js';
import type { CsvOptions, Task } from './messages.js';

/** Samples in the table's own numbers. */
export interface RawSamples {
  readonly steps: number;
  readonly features: number;
  readonly task: Task;
  readonly train: RawPart;
  readonly test: RawPart;
  /** Of a classification: what each class number stands for. */
  readonly labels: readonly string[];
}

export interface RawPart {
  readonly samples: number;
  /** `[samples, steps, features]` */
  readonly x: Float32Array;
  /** `[samples]`: class numbers, or the numbers to predict. */
  readonly y: Float64Array;
}

/** Of the samples, the part to test on. */
const testShare = 0.2;
const mostClasses = 1000;
/** More different values than this look like measurements, not classes. */
const mostGuessedClasses = 20;
const shuffleSeed = 1;

/** What the table looks like: classes where the last column has words or a few whole numbers; sequences where rows are long. */
export function guessOptions({ numbers, named }: CsvTable): CsvOptions {
  const [rows = 0, columns = 0] = numbers.shape;
  const target = named?.column ?? columns - 1;
  const values = new Set(columnOf(numbers, target));
  const areClasses =
    named !== undefined ||
    (values.size <= Math.min(mostGuessedClasses, Math.max(2, rows / 4)) &&
      [...values].every(Number.isInteger));
  const layout = columns > 8 || named ? 'rows' : 'steps';
  return {
    layout,
    target,
    task: areClasses ? 'classification' : 'regression',
    steps: layout === 'rows' ? columns - 1 : Math.max(1, Math.min(20, Math.floor(rows / 10))),
    ahead: areClasses ? 0 : 1,
  };
}

/**
 * The table as samples, four fifths to train on: of rows a shuffled part, of windows the earlier ones.
 *
 * @throws E_INVALID_OPTION for options that the table cannot be cut by
 */
export function samplesOf(table: CsvTable, options: CsvOptions): RawSamples {
  const { numbers } = table;
  const columns = numbers.shape[1] ?? 0;
  if (columns < 2 && !(options.layout === 'steps' && options.ahead > 0)) {
    throw invalid(
      `The table has ${counted(columns, 'column')}; give one to predict and at least one to predict it from.`,
    );
  }
  const cut = options.layout === 'rows' ? cutRows(table, options) : cutWindows(table, options);
  const { labels, y } =
    options.task === 'classification'
      ? classesOf(cut.targets, namesOf(table, options))
      : { labels: [], y: cut.targets };
  const count = y.length;
  const test = Math.max(1, Math.round(count * testShare));
  if (count - test < 1)
    throw invalid(`The table gives ${counted(count, 'sample')}; at least 2 are needed, one to test on.`);
  const order =
    options.layout === 'rows'
      ? new Generator(shuffleSeed).randperm(count)
      : Int32Array.from({ length: count }, (_, i) => i);
  const size = cut.steps * cut.features;
  const part = (indices: Int32Array): RawPart => {
    const x = new Float32Array(indices.length * size);
    indices.forEach((index, place) => {
      cut.write(index, x.subarray(place * size, (place + 1) * size));
    });
    return { samples: indices.length, x, y: Float64Array.from(indices, (index) => y[index] ?? 0) };
  };
  return {
    steps: cut.steps,
    features: cut.features,
    task: options.task,
    labels,
    train: part(order.subarray(0, count - test)),
    test: part(order.subarray(count - test)),
  };
}

interface Cut {
  readonly steps: number;
  readonly features: number;
  readonly targets: Float64Array;
  /** Writes sample `index`, `[steps, features]`. */
  write(index: number, to: Float32Array): void;
}

function cutRows({ numbers }: CsvTable, { target, steps }: CsvOptions): Cut {
  const [, columns = 0] = numbers.shape;
  const inputs = columns - 1;
  checkSteps(steps);
  if (inputs % steps !== 0) {
    throw invalid(
      `The ${counted(inputs, 'column')} beside the target cannot be cut into ${steps} equal steps; give a number of steps that divides ${inputs}.`,
    );
  }
  return {
    steps,
    features: inputs / steps,
    targets: columnOf(numbers, target),
    write(index, to) {
      const row = numbers.data.subarray(index * columns, (index + 1) * columns);
      let place = 0;
      row.forEach((value, column) => {
        if (column !== target) to[place++] = value;
      });
    },
  };
}

function cutWindows({ numbers }: CsvTable, { target, steps, ahead }: CsvOptions): Cut {
  const [rows = 0, columns = 0] = numbers.shape;
  checkSteps(steps);
  if (!Number.isInteger(ahead) || ahead < 0) throw invalid('Give the rows ahead as a whole number from 0.');
  const windows = rows - steps - ahead + 1;
  if (windows < 2) {
    throw invalid(
      `Windows of ${counted(steps, 'row')}, ${ahead} ahead, do not fit into ${counted(rows, 'row')} twice; give numbers that leave two windows.`,
    );
  }
  // The target's own past is known when a later value is predicted, and is the answer itself otherwise.
  const used = Array.from({ length: columns }, (_, i) => i).filter((i) => ahead > 0 || i !== target);
  return {
    steps,
    features: used.length,
    targets: columnOf(numbers, target).slice(steps + ahead - 1),
    write(index, to) {
      for (let step = 0; step < steps; step++) {
        used.forEach((column, i) => {
          to[step * used.length + i] = numbers.data[(index + step) * columns + column] ?? 0;
        });
      }
    },
  };
}

function checkSteps(steps: number): void {
  if (!Number.isInteger(steps) || steps < 1) throw invalid('Give the time steps as a whole number from 1.');
}

function columnOf({ shape, data }: NdArray<'float64'>, column: number): Float64Array {
  const [rows = 0, columns = 0] = shape;
  if (!Number.isInteger(column) || column < 0 || column >= columns) {
    throw invalid(`Column ${column + 1} is asked for; the table has ${columns}.`);
  }
  return Float64Array.from({ length: rows }, (_, row) => data[row * columns + column] ?? 0);
}

/** What the numbers of the target column stand for, if it had words. */
function namesOf({ named }: CsvTable, { target }: CsvOptions): readonly string[] | undefined {
  return named?.column === target ? named.labels : undefined;
}

/** The different values, sorted, as classes 0, 1, 2 and so on. */
function classesOf(
  targets: Float64Array,
  names: readonly string[] | undefined,
): { labels: readonly string[]; y: Float64Array } {
  const values = [...new Set(targets)].sort((a, b) => a - b);
  if (values.length < 2 || values.length > mostClasses) {
    throw invalid(
      `The target column has ${counted(values.length, 'different value')}; a classification takes 2 to ${mostClasses}. Predict a number instead, or choose another column.`,
    );
  }
  const numberOf = new Map(values.map((value, i) => [value, i]));
  return {
    labels: values.map((value) => names?.[value] ?? String(value)),
    y: targets.map((value) => numberOf.get(value) ?? 0),
  };
}

function invalid(message: string): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_OPTION', message);
}
