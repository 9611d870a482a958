/** From what the recurrent layers made of the window to what is learned of each step ahead. */

import {
  type Floats,
  joined,
  type LayerStates,
  lastStep,
  layer,
  type RecurrentSizes,
  recurrent,
  reshape,
  stepsOf,
} from '../builder/floats.js';
import { relu } from '../builder/ops/activations.js';
import { dropout } from '../builder/ops/dropout.js';
import { unroll } from '../builder/unroll.js';
import type { SeenColumns } from './forecast-columns.js';
import { type HeadOptions, learnedOf, pointOf } from './forecast-head.js';

/** `direct`: all steps at once. `autoregressive`: one after the other, each from the point of the step before. */
export type DecoderKind = 'direct' | 'autoregressive';

export interface DecoderSizes extends RecurrentSizes, HeadOptions {
  readonly horizon: number;
}

export interface Encoded {
  /** `[batch, window, hiddenSize]` */
  readonly output: Floats;
  /** Those behind the last step. */
  readonly states: LayerStates;
  /** The last value of the target, scaled, `[batch, 1, 1]`. */
  readonly last: Floats;
}

export interface Ahead extends Pick<SeenColumns, 'known' | 'static'> {
  /** What the forecast starts from, `[batch, horizon, 1]`. */
  readonly start: Floats;
}

/** A part of its own for each step ahead of what is known of the series, then a layer on that and on what is known of the step. */
export function directly({ output }: Encoded, ahead: Ahead, sizes: DecoderSizes): Floats {
  const { horizon, hiddenSize } = sizes;
  const size = Math.ceil(hiddenSize / 4);
  const context = layer(
    'context',
    joined([dropped(lastStep(output), sizes), ...ahead.static]),
    horizon * size,
  );
  const ofStep = reshape(context, ['batch', horizon, size]);
  const hidden = relu(layer('decoder', joined([ofStep, ahead.start, ...ahead.known]), hiddenSize));
  return learnedOf(hidden, ahead.start, sizes);
}

/**
 * Recurrent layers that go on from the states of the window. They are fed their own points in training, too, so that the
 * quantiles of a step are those of forecasts as they will be made.
 */
export function stepByStep({ states, last }: Encoded, ahead: Ahead, sizes: DecoderSizes): Floats {
  const ofSeries = ahead.static.map((x) => reshape(x, ['batch', 1, Number(x.shape.at(-1))]));
  const known = joined([ahead.start, ...ahead.known]);
  const { outputs } = unroll(
    sizes.horizon,
    { point: last, ...states },
    ({ point, ...before }, step) => {
      const seen = joined([point, ...ofSeries, stepsOf(known, step, step + 1)]);
      const { output, states: next } = recurrent('decoder', seen, sizes, before as unknown as LayerStates);
      const learned = learnedOf(dropped(output, sizes), stepsOf(ahead.start, step, step + 1), sizes);
      return {
        point: pointOf(learned, sizes),
        ...next,
        learned: reshape(learned, ['batch', Number(learned.shape[2])]),
      };
    },
    1,
  );
  return outputs.learned as Floats;
}

function dropped(x: Floats, { dropout: rate }: RecurrentSizes): Floats {
  return rate > 0 ? dropout(x, rate) : x;
}
