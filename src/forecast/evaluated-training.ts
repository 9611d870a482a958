/** What a forecast is trained on, so that its last steps show how good it is. */
import { counted } from '../counted.js';
import { type RollingOrigin, rollingOrigins } from '../data/table/rolling-origins.js';
import { longestOf, type SeriesSet } from '../data/table/series.js';
import { splitByTime } from '../data/table/split-by-time.js';
import { type DataNote, quotedNames } from '../data/table/table.js';
import { LstmOnnxError } from '../errors.js';
import type { ForecastPlan } from './forecast-plan.js';
import { VALIDATION } from './forecast-samples.js';

export interface EvaluatedTraining {
  /** The steps up to the first origin; all where there is none. */
  readonly training: SeriesSet;
  readonly origins: number;
  /** What there are too few rows for. */
  readonly notes: readonly DataNote[];
}

type Sizes = Pick<ForecastPlan, 'window' | 'horizon'>;

/**
 * As many origins as leave enough to train on.
 *
 * @param wanted the most origins, and the part of the training data by which the best epoch is told
 */
export function evaluatedTraining(
  set: SeriesSet,
  plan: Sizes,
  wanted: { readonly origins: number; readonly validation: number | undefined },
): EvaluatedTraining {
  const { window, horizon } = plan;
  const notes: DataNote[] = [];
  const say = (text: string) => notes.push({ text, count: 1 });
  for (let count = wanted.origins; count > 0; count--) {
    const first = firstOrigin(set, { count, horizon, input: window });
    if (first === undefined) continue;
    const { train } = splitByTime(set, { test: new Date(first.time + 1) });
    if (!isEnough(train, plan, wanted.validation)) continue;
    if (count < wanted.origins) {
      say(
        `There are rows for ${counted(count, 'forecast')} of the past, not for ${wanted.origins}: the model is judged by fewer.`,
      );
    }
    const unseen = unseenIn(train, set, window + horizon);
    if (unseen.length > 0) {
      say(
        `The model is not trained on ${unseen.length > 1 ? 'series' : 'the series'} ${quotedNames(unseen)}: too few rows before the first of the forecasts by which it is judged.`,
      );
    }
    return { training: train, origins: count, notes };
  }
  say(
    'There are too few rows to hold some back: the model is trained on all, and nothing tells how good it is.',
  );
  return { training: set, origins: 0, notes };
}

/** The names of series that have no window to learn from. */
function unseenIn({ series }: SeriesSet, whole: SeriesSet, needed: number): string[] {
  const seen = new Set(series.filter(({ times }) => times.length >= needed).map(({ name }) => name));
  return [...new Set(whole.series.map(({ name }) => name))].filter((name) => !seen.has(name));
}

function firstOrigin(
  set: SeriesSet,
  options: { readonly count: number; readonly horizon: number; readonly input: number },
): RollingOrigin | undefined {
  try {
    return rollingOrigins(set, options)[0];
  } catch (error) {
    // Too few rows.
    if (error instanceof LstmOnnxError && error.code === 'E_INVALID_OPTION') return undefined;
    throw error;
  }
}

/** Whether there are windows to train on, and windows that tell the best epoch. */
function isEnough(set: SeriesSet, { window, horizon }: Sizes, validation = VALIDATION): boolean {
  const longest = longestOf(set.series);
  if (longest < window + 2 * horizon) return false;
  const held = Math.max(Math.round(validation * longest), horizon);
  const parts = splitByTime(set, { validation: held, context: window });
  return [parts.train, parts.validation].every((part) =>
    part?.series.some(({ times }) => times.length >= window + horizon),
  );
}
