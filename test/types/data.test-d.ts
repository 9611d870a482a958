/** Types of tables, series and windows: what docs/data.md does compiles. */
import { expectTypeOf } from 'vitest';
import type { SeriesSet, Windows } from '../../src/index.js';
import { concat, defineNetwork, float32, linear, mse, splitByTime, fit as train } from '../../src/index.js';

declare const series: SeriesSet;
declare const samples: Windows;

const { train: training, validation } = splitByTime(series, { validation: 0.2, context: 24 });
expectTypeOf(training).toEqualTypeOf<SeriesSet>();
expectTypeOf(validation).toEqualTypeOf<SeriesSet>();
expectTypeOf(splitByTime(series, { test: 12 }).validation).toEqualTypeOf<SeriesSet | undefined>();
// @ts-expect-error: no option
splitByTime(series, { validation: 0.2, contxt: 24 });

// Windows have inputs that may be absent, whether the network takes them or not.
const ofPast = defineNetwork({ past: float32('batch', 24) }, ({ past }) => ({ y: linear('head', past, 12) }));
void train(ofPast, samples.dataset(), { loss: mse, validation: samples.dataset() });
const ofBoth = defineNetwork(
  { past: float32('batch', 24), known: float32('batch', 24) },
  ({ past, known }) => ({ y: linear('head', concat([past, known]), 12) }),
);
void train(ofBoth, samples.dataset(), { loss: mse });
const other = defineNetwork({ x: float32('batch', 24) }, ({ x }) => ({ y: linear('head', x, 12) }));
// @ts-expect-error: the network has no input called past
void train(other, samples.dataset(), { loss: mse });
