/** The operators of `builder/ops/more.ts`, which pages load only for a model that has one. */
import type { OpName } from '../../builder/ops/index.js';
import { convolutions } from './convolution.js';
import type { Prepare } from './operator.js';
import { max, mean, sum } from './reduce.js';
import { slice } from './slice.js';
import { stepCount } from './step-count.js';

export const more = { ...convolutions, max, mean, slice, stepCount, sum } satisfies {
  readonly [K in OpName]?: Prepare<K>;
};
