/** Operators of the ops in `builder/ops/more.ts`; those that `index.ts` has too are read here in more ways. */
import type { Handler } from '../node-reader.js';
import { argmaxHandlers } from './argmax.js';
import { branchHandlers } from './branches.js';
import { choosingHandlers } from './choosing.js';
import { combiningHandlers } from './combining.js';
import { convolutionHandlers } from './convolution.js';
import { countedStepsHandlers } from './counted-steps.js';
import { countedTruthsHandlers } from './counted-truths.js';
import { countingHandlers } from './counting.js';
import { einsumHandlers } from './einsum.js';
import { entriesHandlers } from './entries.js';
import { extremesHandlers } from './extremes.js';
import { normalizationHandlers } from './normalization.js';
import { paddingHandlers } from './padding.js';
import { productHandlers } from './products.js';
import { reduceHandlers } from './reduce.js';
import { repeatedConstantsHandlers } from './repeated-constants.js';
import { repeatingHandlers } from './repeating.js';
import { shrinkingHandlers } from './shrinking.js';
import { slicingHandlers } from './slicing.js';

/** A later family's handler of an operator calls the earlier ones for what it does not read itself, so that their order counts. */
export const more: Readonly<Record<string, Handler>> = {
  ...branchHandlers,
  ...argmaxHandlers,
  ...convolutionHandlers,
  ...normalizationHandlers,
  ...paddingHandlers,
  ...reduceHandlers,
  ...repeatingHandlers,
  ...slicingHandlers,
  ...combiningHandlers,
  ...productHandlers,
  ...countingHandlers,
  ...choosingHandlers,
  ...shrinkingHandlers,
  ...extremesHandlers,
  ...entriesHandlers,
  ...einsumHandlers,
  ...countedStepsHandlers,
  ...repeatedConstantsHandlers,
  ...countedTruthsHandlers,
};
