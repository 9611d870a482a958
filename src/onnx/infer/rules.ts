/** Every operator the inference knows, by its ONNX name. */
import { constantRules } from './constants.js';
import { elementwiseRules } from './elementwise.js';
import { layoutRules } from './layout.js';
import { matrixRules } from './matrix.js';
import { normalizationRules } from './normalization.js';
import { recurrentRules } from './recurrent.js';
import { reduceRules } from './reduce.js';
import type { OpRule } from './rule.js';
import { slicingRules } from './slicing.js';
import { windowRules } from './windows.js';

const rules: ReadonlyMap<string, OpRule> = new Map(
  [
    elementwiseRules,
    matrixRules,
    layoutRules,
    slicingRules,
    recurrentRules,
    constantRules,
    reduceRules,
    windowRules,
    normalizationRules,
  ].flatMap((family) => Object.entries(family)),
);

/** The rule for an operator of ONNX's own set at this version; undefined for one that is not judged. */
export function ruleFor(opType: string, domain: string, opset: number): OpRule | undefined {
  const rule = domain === '' ? rules.get(opType) : undefined;
  return rule && opset >= rule.since ? rule : undefined;
}
