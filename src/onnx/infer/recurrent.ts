/** The recurrent operators, versions 7, 14 (`layout`) and 22 (bfloat16). https://onnx.ai/onnx/operators/onnx__LSTM.html */
import { type CellFacts, cellOf, recurrentNames } from '../../builder/recurrent/cells.js';
import { counted } from '../../counted.js';
import type { OnnxDim } from '../graph.js';
import { type Shape, scaleDim } from './dims.js';
import { floats, type NodeView, type OpRule, tensorType } from './rule.js';

const directions = ['forward', 'reverse', 'bidirectional'];

/** What a cell has besides what all of them have. */
const ownAttributes: Readonly<Record<string, OpRule['attributes']>> = {
  LSTM: { input_forget: { type: 'int' } },
  GRU: { linear_before_reset: { type: 'int' } },
};

/**
 * X [T, B, I], W [D, gates * H, I], R [D, gates * H, H], B [D, 2 * gates * H], sequence_lens [B], the initial states
 * [D, B, H] and, of an LSTM, P [D, 3H] give Y [T, D, B, H] and the last states [D, B, H]. With layout 1 the batch comes
 * first in X, Y and states.
 */
function ruleOf({ gates, states, activations, onnx }: CellFacts): OpRule {
  const { operator } = onnx;
  const peepholes = onnx.peepholes.length > 0 ? 5 + states.length : undefined;
  const last = peepholes ?? 4 + states.length;
  const floatInputs = [0, 1, 2, 3, 5, 6, 7].filter((index) => index <= last);
  return {
    since: 7,
    inputs: [3, last + 1],
    outputs: [0, 1 + states.length],
    attributes: {
      activation_alpha: { type: 'floats' },
      activation_beta: { type: 'floats' },
      activations: { type: 'strings' },
      clip: { type: 'float' },
      direction: { type: 'string' },
      hidden_size: { type: 'int' },
      layout: { type: 'int', since: 14 },
      ...ownAttributes[operator],
    },
    infer: (node) => {
      for (const index of floatInputs) node.allow(index, floats);
      node.allow(4, ['int32']);
      const dtype = node.sameDType(...floatInputs);
      const batchFirst = node.int('layout', 0) !== 0;
      const D = directionCount(node, activations.length);
      const H = hiddenSize(node);
      const rows = scaleDim(H, gates.length);

      const x = node.expectShape(0, 'X', [null, null, null]);
      const [T = null, B = null, I = null] = batchFirst ? [x[1] ?? null, x[0] ?? null, x[2] ?? null] : x;
      node.expectShape(1, 'W', [D, rows, I]);
      node.expectShape(2, 'R', [D, rows, H]);
      if (node.has(3)) node.expectShape(3, 'B', [D, scaleDim(H, 2 * gates.length)]);
      if (node.has(4)) node.expectShape(4, 'sequence_lens', [B]);
      const state: Shape = batchFirst ? [B, D, H] : [D, B, H];
      for (const [i, { port }] of states.entries()) {
        if (node.has(5 + i)) node.expectShape(5 + i, `initial_${port}`, state);
      }
      if (peepholes !== undefined && node.has(peepholes))
        node.expectShape(peepholes, 'P', [D, scaleDim(H, onnx.peepholes.length)]);
      if (dtype === 'undefined') return [];
      const sequence: Shape = batchFirst ? [B, T, D, H] : [T, D, B, H];
      return [tensorType(dtype, sequence), ...states.map(() => tensorType(dtype, state))];
    },
  };
}

function directionCount(node: NodeView, functions: number): number {
  const direction = node.attribute('direction', 'string')?.value ?? 'forward';
  if (!directions.includes(direction)) {
    node.fail(`direction is "${direction}", expected ${directions.join(', ')}`);
  }
  const count = direction === 'bidirectional' ? 2 : 1;
  const activations = node.attribute('activations', 'strings')?.value;
  if (activations && activations.length !== functions * count) {
    node.fail(
      `it has ${counted(activations.length, 'activation')}, expected ${functions * count} for ${direction}`,
    );
  }
  return count;
}

/** From the attribute, which may be left out, or from R. */
function hiddenSize(node: NodeView): OnnxDim {
  const stated = node.int('hidden_size', undefined);
  if (stated !== undefined && stated <= 0) node.fail(`hidden_size is ${stated}, expected at least 1`);
  return stated ?? node.shape(2)?.[2] ?? null;
}

export const recurrentRules: Readonly<Record<string, OpRule>> = Object.fromEntries(
  recurrentNames.map(cellOf).map((facts) => [facts.onnx.operator, ruleOf(facts)]),
);
