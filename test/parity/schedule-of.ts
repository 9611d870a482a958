/** Schedules as the fixtures have them: the options that are given, with the name of the function. */
import type { LearningRate } from '../../src/builder/train/schedule-options.js';
import {
  cosine,
  exponentialDecay,
  oneCycle,
  reduceOnPlateau,
  stepDecay,
  warmUp,
} from '../../src/builder/train/schedules.js';

const makers = { cosine, exponentialDecay, oneCycle, reduceOnPlateau, stepDecay };

export type ScheduleCase =
  | number
  | { readonly kind: keyof typeof makers }
  | { readonly kind: 'warmUp'; readonly over: number; readonly before: ScheduleCase };

/** What the library makes of it. */
export function scheduleOf(given: ScheduleCase): LearningRate {
  if (typeof given === 'number') return given;
  if (given.kind === 'warmUp') {
    const { kind: _, ...options } = given;
    return warmUp({ ...options, before: scheduleOf(given.before) });
  }
  const { kind, ...options } = given;
  return makers[kind](options as never); // as the fixture says
}
