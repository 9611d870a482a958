/** What `predict` does with the model of each task. */
import type * as z from 'zod';
import type { Table } from '../data/table/table.js';
import type { OpenModels } from './open-models.js';
import type { Output } from './output.js';
import { predictCaption } from './predict-caption.js';
import { predictClassify } from './predict-classify.js';
import { predictForecast } from './predict-forecast.js';
import { predictGenerate } from './predict-generate.js';
import { predictTag } from './predict-tag.js';
import { predictTranslate } from './predict-translate.js';

/** What is to be predicted. */
export interface PredictRequest {
  /** The command line as it was given: of options that only one task has. */
  readonly argv: Readonly<Record<string, unknown>>;
  /** Where the model is, for messages. */
  readonly path: string;
  /** Texts on the command line. */
  readonly texts: readonly string[];
  /** The file with the inputs, of all tasks but forecasts. */
  readonly data: string | undefined;
}

export interface Predictor {
  /** Options of this task, under their heading. */
  readonly options?: readonly [heading: string, settings: z.ZodObject<Readonly<Record<string, z.ZodType>>>];
  /** Options under the headings of other tasks that this one takes, too. */
  readonly shares?: readonly string[];
  /** Whether the metadata are those of a model of this task. */
  fits(metadata: ReadonlyMap<string, string>): boolean;
  /** A row for each prediction. */
  predict(models: OpenModels, request: PredictRequest, say: Output['say']): Promise<Predicted>;
}

export interface Predicted {
  readonly table: Table;
  /** What separates the decimals of numbers. @default '.' */
  readonly decimal?: '.' | ',';
}

export const predictors: readonly Predictor[] = [
  predictForecast,
  predictClassify,
  predictTag,
  predictTranslate,
  predictCaption,
  predictGenerate,
];
