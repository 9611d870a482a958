/** The history of a run as JSON, which has no NaN and no infinity: a metric that is one is kept as its name. */
import { z } from 'zod';
import type { EpochLog, Evaluation } from './logs.js';

const notFinite = z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number);
const metric = z.custom<number>((value) => typeof value === 'number').or(notFinite);
const evaluation = z.strictObject({ loss: z.number(), metrics: z.record(z.string(), metric) });

/** As in the file of a training state, and as in memory. */
export const epochLogSchema = z.strictObject({
  epoch: z.int().positive(),
  lr: z.number().nonnegative(),
  ...evaluation.shape,
  validation: evaluation.optional(),
});

type EpochJson = z.input<typeof epochLogSchema>;

/** What {@link epochLogSchema} reads. */
export function historyToJson(history: readonly EpochLog[]): EpochJson[] {
  return history.map(({ epoch, lr, validation, ...trained }) => ({
    epoch,
    lr,
    ...toJson(trained),
    ...(validation ? { validation: toJson(validation) } : {}),
  }));
}

function toJson({ loss, metrics }: Evaluation): z.input<typeof evaluation> {
  const entries = Object.entries(metrics).map(([name, value]) => [
    name,
    Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity'), // the only others
  ]);
  return { loss, metrics: Object.fromEntries(entries) };
}
