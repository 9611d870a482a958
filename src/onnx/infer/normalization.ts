/** Normalizations, which keep type and shape of their first input. */
import { floats, type NodeView, type OpRule, type TensorType } from './rule.js';

function sameAsFirst(node: NodeView): (TensorType | undefined)[] {
  node.allow(0, floats);
  return [node.input(0)];
}

export const normalizationRules: Readonly<Record<string, OpRule>> = {
  BatchNormalization: {
    since: 14,
    inputs: [5, 5],
    outputs: [1, 3],
    attributes: { epsilon: { type: 'float' }, momentum: { type: 'float' }, training_mode: { type: 'int' } },
    infer: sameAsFirst,
  },
  InstanceNormalization: {
    since: 6,
    inputs: [3, 3],
    outputs: [1, 1],
    attributes: { epsilon: { type: 'float' } },
    infer: sameAsFirst,
  },
  LayerNormalization: {
    since: 17,
    inputs: [2, 3],
    outputs: [1, 3],
    attributes: { axis: { type: 'int' }, epsilon: { type: 'float' }, stash_type: { type: 'int' } },
    infer: sameAsFirst,
  },
};
