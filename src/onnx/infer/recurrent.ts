/** The LSTM operator, versions 7, 14 (`layout`) and 22 (bfloat16). */
import { counted } from '../../counted.js';
import type { OnnxDim } from '../graph.js';
import { type Shape, scaleDim } from './dims.js';
import { floats, type NodeView, type OpRule, tensorType } from './rule.js';

const directions = ['forward', 'reverse', 'bidirectional'];

/**
 * X [T, B, I], W [D, 4H, I], R [D, 4H, H], B [D, 8H], sequence_lens [B], initial_h and initial_c [D, B, H],
 * P [D, 3H] give Y [T, D, B, H], Y_h and Y_c [D, B, H]. With layout 1 the batch comes first in X, Y and states.
 */
const LSTM: OpRule = {
  since: 7,
  inputs: [3, 8],
  outputs: [0, 3],
  attributes: {
    activation_alpha: { type: 'floats' },
    activation_beta: { type: 'floats' },
    activations: { type: 'strings' },
    clip: { type: 'float' },
    direction: { type: 'string' },
    hidden_size: { type: 'int' },
    input_forget: { type: 'int' },
    layout: { type: 'int', since: 14 },
  },
  infer: (node) => {
    for (const index of [0, 1, 2, 3, 5, 6, 7]) node.allow(index, floats);
    node.allow(4, ['int32']);
    const dtype = node.sameDType(0, 1, 2, 3, 5, 6, 7);
    const batchFirst = node.int('layout', 0) !== 0;
    const D = directionCount(node);
    const H = hiddenSize(node);

    const x = node.expectShape(0, 'X', [null, null, null]);
    const [T = null, B = null, I = null] = batchFirst ? [x[1] ?? null, x[0] ?? null, x[2] ?? null] : x;
    node.expectShape(1, 'W', [D, scaleDim(H, 4), I]);
    node.expectShape(2, 'R', [D, scaleDim(H, 4), H]);
    if (node.has(3)) node.expectShape(3, 'B', [D, scaleDim(H, 8)]);
    if (node.has(4)) node.expectShape(4, 'sequence_lens', [B]);
    const state: Shape = batchFirst ? [B, D, H] : [D, B, H];
    if (node.has(5)) node.expectShape(5, 'initial_h', state);
    if (node.has(6)) node.expectShape(6, 'initial_c', state);
    if (node.has(7)) node.expectShape(7, 'P', [D, scaleDim(H, 3)]);
    if (dtype === 'undefined') return [];
    const sequence: Shape = batchFirst ? [B, T, D, H] : [T, D, B, H];
    return [tensorType(dtype, sequence), tensorType(dtype, state), tensorType(dtype, state)];
  },
};

function directionCount(node: NodeView): number {
  const direction = node.attribute('direction', 'string')?.value ?? 'forward';
  if (!directions.includes(direction)) {
    node.fail(`direction is "${direction}", expected ${directions.join(', ')}`);
  }
  const count = direction === 'bidirectional' ? 2 : 1;
  const activations = node.attribute('activations', 'strings')?.value;
  if (activations && activations.length !== 3 * count) {
    node.fail(`it has ${counted(activations.length, 'activation')}, expected ${3 * count} for ${direction}`);
  }
  return count;
}

/** From the attribute, which may be left out, or from R. */
function hiddenSize(node: NodeView): OnnxDim {
  const stated = node.int('hidden_size', undefined);
  if (stated !== undefined && stated <= 0) node.fail(`hidden_size is ${stated}, expected at least 1`);
  return stated ?? node.shape(2)?.[2] ?? null;
}

export const recurrentRules: Readonly<Record<string, OpRule>> = { LSTM };
