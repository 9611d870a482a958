/** What a person could give or do instead, as data: whoever shows an error or a note puts it into words of their own. */
import type { Separator } from './data/table/table-options.js';
import type { ArchitectureOptions, Nonlinearity, Pool } from './import/architecture.js';

/**
 * A way on that an error or a note points to. Options have the names that they have in this library: those of `importModel`,
 * `finite` of `Model.load`, `dir` of `loadMnist`, and those of tables, series and forecasts.
 */
export type Hint = OptionHint | SeriesHint | LeaveOutHint | CallHint;

/** An option that says what is not known. */
export type OptionHint =
  | {
      readonly option: 'lstm' | 'head' | 'embedding';
      /** The modules of the file that it may name; `head` and `lstm` take several of them in order too. */
      readonly found?: readonly string[];
    }
  /** Leaves the head out. */
  | { readonly option: 'head'; readonly value: false }
  | {
      readonly option: 'pool';
      /** What is likely. */
      readonly found?: readonly Pool[];
    }
  | {
      readonly option: 'nonlinearity';
      readonly found?: readonly Nonlinearity[];
    }
  | { readonly option: 'activation' | 'batchFirst' | 'network' | 'dir' }
  | { readonly option: 'finite'; readonly value: 'allow' };

/** An option that says how a table is read, what its series are, or what is forecast. */
export type SeriesHint =
  | {
      readonly option: 'key';
      /** The columns of text. */
      readonly found: readonly string[];
    }
  | {
      readonly option: 'dateFormat';
      readonly column: string;
      /** The formats that fit. */
      readonly found: readonly string[];
    }
  | { readonly option: 'decimal'; readonly value: '.' | ',' }
  | {
      readonly option: 'missing';
      /** The text that may mean that there is no value. */
      readonly found: readonly [string];
    }
  | { readonly option: 'separator'; readonly found: readonly Separator[] }
  /** Whether rows are put into order, which of repeated ones are kept, what fills gaps; how long steps, windows and forecasts are. */
  | { readonly option: 'sort' | 'duplicates' | 'fill' | 'frequency' | 'window' | 'horizon' }
  /** The names of columns, for a table without a header. */
  | {
      readonly option: 'names';
      /** How many columns there are. */
      readonly count: number;
    }
  /** Rows behind the last ones, with what is known ahead. */
  | { readonly option: 'future' };

/** An option that was given and does not belong here. */
export interface LeaveOutHint {
  readonly leaveOut: keyof ArchitectureOptions | 'dir';
}

/** A function that goes on: `Model.load` runs an ONNX file on onnxruntime, `verifyRecording` compares with another program's numbers. */
export interface CallHint {
  readonly call: 'Model.load' | 'verifyRecording';
}
