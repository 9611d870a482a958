/** The plan of a forecast in the metadata of its model file, and the forecast of such a file. */
import * as z from 'zod/mini';
import { wrongArgument } from '../arguments.js';
import { quantileRule } from '../builder/train/quantiles.js';
import { LstmOnnxError } from '../errors.js';
import { jsonOf } from '../json-of.js';
import { mustHave } from '../must-get.js';
import type { NdArray } from '../nd-array.js';
import { BaseModel } from '../runtime/model.js';
import type { Results } from '../runtime/values.js';
import type { ForecastPlan } from './forecast-plan.js';
import { Forecaster } from './forecaster.js';

/** The key; its value is JSON. */
const KEY = 'lstm_onnx.forecast';
const VERSION = 1;

const steps = z.int().check(z.positive());
const names = z.array(z.string());

const schema = z.strictObject({
  version: z.literal(VERSION),
  target: z.string(),
  unit: z.exactOptional(z.string()),
  time: z.string(),
  key: names,
  timeZone: z.exactOptional(z.string()),
  features: names,
  known: names,
  calendar: z.array(z.enum(['hour', 'weekday', 'month', 'quarter', 'dayOfMonth', 'dayOfYear'])),
  static: names,
  categories: z.record(z.string(), names),
  frequency: z.string(),
  season: steps,
  window: steps,
  horizon: steps,
  quantiles: z.array(z.number()).check(z.minLength(1)),
  distribution: z.exactOptional(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('gaussian') }),
      z.strictObject({ kind: z.literal('studentT'), df: z.number().check(z.positive()) }),
    ]),
  ),
});

export function forecastMetadata(plan: ForecastPlan): Record<string, string> {
  return { [KEY]: JSON.stringify({ version: VERSION, ...plan }) };
}

/** Whether the metadata of a model file are those of a forecast. */
export function isForecast(metadata: ReadonlyMap<string, string>): boolean {
  return metadata.has(KEY);
}

/**
 * The forecast that a model file is of, as `toOnnx` writes it: on any provider, in Node and in the browser.
 *
 * @throws E_INVALID_FILE for a model that says no forecast in its metadata, and for one that takes rows one by one
 */
export function forecasterOf(model: BaseModel): Forecaster {
  if (!(model instanceof BaseModel)) throw wrongArgument('forecasterOf', model, 'what Model.load gives');
  const plan = planOf(model);
  if (isOnline(model)) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      'The model takes the rows of a series one by one, which onlineForecasterOf gives it; expected a file that toOnnx of a trained forecast wrote without the option online.',
    );
  }
  return new Forecaster(plan, async (inputs, names) => {
    const results = await model.run(inputs, names);
    return Object.fromEntries(names.map((name) => [name, outputIn(results, name)]));
  });
}

/** Whether a forecast's file takes rows one by one and has the window as its state. */
export function isOnline({ inputs }: BaseModel): boolean {
  return inputs.some(({ name }) => name === 'window');
}

/** An output of a run: `forecast` is `[windows, horizon, quantiles]`. */
export function outputIn(results: Results, name: string): NdArray<'float32'> {
  const { dims, data } = mustHave(results[name], `The ${name}`);
  if (!(data instanceof Float32Array))
    throw new LstmOnnxError('E_INTERNAL', `The ${name} of a forecast is not float32.`);
  return { dtype: 'float32', shape: dims, data };
}

/** @throws E_INVALID_FILE for a model that says no forecast in its metadata, or another than it gives */
export function planOf({ metadata, outputs }: BaseModel): ForecastPlan {
  const text = metadata.get(KEY);
  if (text === undefined) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The model says no forecast in its metadata (${KEY}); expected a file that toOnnx of a trained forecast wrote.`,
    );
  }
  const { data, error } = schema.safeParse(jsonOf(text));
  if (!data) {
    const [issue] = error.issues;
    throw notRead(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { version: _, ...plan } = data;
  const wrong = quantileRule(plan.quantiles);
  if (wrong !== undefined) throw notRead(`quantiles is ${wrong}`);
  const sizes = ['batch', plan.horizon, plan.quantiles.length] as const;
  const shape = outputs.find(({ name }) => name === 'forecast')?.shape;
  const isOther = shape?.some((size, i) => typeof size === 'number' && size !== sizes[i]);
  if (isOther)
    throw notRead(`it says forecasts of [${sizes.join()}], and the model gives [${shape?.join()}]`);
  return plan;
}

function notRead(why: string): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_FILE', `The metadata ${KEY} of the model is not read: ${why}.`);
}
