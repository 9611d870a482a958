/** What the page Forecast and its worker tell each other. */
import type { ForecastPlan, ScoreTable, Separator } from 'lstm-onnx/web';
import type { Failure } from '../shared/failure.js';

/** What a column is for. */
export const roles = ['time', 'target', 'feature', 'known', 'key', 'unused'] as const;
export type Role = (typeof roles)[number];

/** How the file is read; what is absent is found, or is an error where it would have to be guessed. */
export interface Reading {
  readonly separator?: Separator;
  readonly decimal?: ',';
  readonly dateFormat?: string;
  /** Of times that do not say theirs, and of the calendar. */
  readonly timeZone?: string;
  readonly missing?: readonly string[];
  /** The names of the columns of a table without a header. */
  readonly names?: readonly string[];
  readonly fill?: 'previous' | 'linear' | 'drop';
  readonly sort?: true;
  readonly duplicates?: 'first' | 'last';
  readonly frequency?: string;
}

/** The columns that are used, by their names. */
export interface Columns {
  readonly time: string;
  readonly target: string;
  readonly features: readonly string[];
  readonly known: readonly string[];
  readonly key: readonly string[];
}

export interface Settings {
  /** Absent where it is to be found. */
  readonly horizon?: number;
  readonly window?: number;
  readonly epochs: number;
  readonly cell: 'lstm' | 'gru';
  readonly hiddenSize: number;
  readonly seed: number;
  readonly threads: number;
}

export interface PreviewColumn {
  readonly name: string;
  /** What most of its first values look like. */
  readonly holds: 'numbers' | 'dates' | 'text' | 'nothing';
  /** The formats that fit, for dates that are not ISO 8601, and for numbers that may be dates. */
  readonly formats: readonly string[];
}

/** The first rows of a file, as they are written. */
export interface Preview {
  readonly columns: readonly PreviewColumn[];
  readonly rows: readonly (readonly string[])[];
  /** Column by column. */
  readonly guess: readonly Role[];
}

/** The series as they are read, and what is found for their forecast. */
export interface Found {
  readonly rows: number;
  readonly series: number;
  readonly from: number;
  readonly to: number;
  readonly plan: ForecastPlan;
  readonly notes: readonly string[];
}

export interface TrainingProgress {
  readonly epoch: number;
  readonly loss: number;
  /** Of the last epoch that is over; NaN in the first. */
  readonly validation: number;
  /** The part of all steps that is done, from 0 to 1. */
  readonly done: number;
  /** Milliseconds. */
  readonly elapsed: number;
}

/** A forecast of some steps of one series. */
export interface ShownForecast {
  /** The last time that was known. */
  readonly origin: number;
  readonly times: Float64Array;
  readonly median: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** What came, and what forecasts said that take no training; absent for a forecast of what is to come. */
  readonly past?: {
    readonly actual: Float64Array;
    readonly naive: Float64Array;
    readonly seasonalNaive: Float64Array;
  };
}

export interface ShownSeries {
  readonly name: string;
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** From the earliest to the latest; that of what is to come is the last. */
  readonly forecasts: readonly ShownForecast[];
}

export interface Result {
  readonly plan: ForecastPlan;
  /** Absent where there were too few rows to hold some back. */
  readonly table?: ScoreTable;
  readonly isBetter: boolean;
  readonly series: readonly ShownSeries[];
  readonly notes: readonly string[];
  /** In one line. */
  readonly facts: string;
  readonly onnx: Uint8Array<ArrayBuffer>;
  /** Absent where no series has what its forecast takes. */
  readonly csv?: Uint8Array<ArrayBuffer>;
}

/** What is typed for a row, by the names of the columns. */
export type Cells = Readonly<Record<string, string | number>>;

/** A further row of a series, and what comes behind it. */
export interface AddedRow {
  readonly name: string;
  readonly time: number;
  /** The target. */
  readonly value: number;
  readonly forecast: ShownForecast;
  readonly csv: Uint8Array<ArrayBuffer>;
}

export interface OpenRequest {
  readonly type: 'open';
  readonly file: File;
  readonly reading: Reading;
}

/** Requests are numbered upwards; what is not of the newest one is out of date. */
export type ToWorker =
  | ({ readonly request: number } & (
      | OpenRequest
      | {
          readonly type: 'read' | 'train';
          readonly columns: Columns;
          readonly reading: Reading;
          readonly settings: Settings;
        }
    ))
  // To the forecast that this training came to.
  | { readonly type: 'add'; readonly training: number; readonly name: string; readonly cells: Cells }
  | { readonly type: 'stop' };

/** A date of the file as each of the formats that fit reads it. */
export interface DateChoice {
  readonly format: string;
  readonly written: string;
  readonly read: number;
}

export type FromWorker = { readonly request: number } & (
  | { readonly type: 'preview'; readonly preview: Preview }
  | { readonly type: 'found'; readonly found: Found }
  | { readonly type: 'progress'; readonly progress: TrainingProgress }
  | { readonly type: 'done'; readonly result: Result }
  | { readonly type: 'stopped' }
  | { readonly type: 'added'; readonly row: AddedRow }
  | { readonly type: 'refused'; readonly failure: Failure }
  | {
      readonly type: 'failed';
      readonly during: 'open' | 'read' | 'train';
      readonly failure: Failure;
      readonly dates?: readonly DateChoice[];
    }
);
