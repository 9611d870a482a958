/** Constants that are as long as a dimension of the data, such as the first state of a cell that is called step by step, where tensors are computed with. */
import { sizeOf } from '../../../nd-array.js';
import { isSolid } from '../constants.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { fixed, isOne } from '../size.js';
import type { View, Weights } from '../value.js';
import { combiningHandlers } from './combining.js';
import { countedStepsHandlers } from './counted-steps.js';
import { joiningHandlers } from './joining.js';
import { productHandlers } from './products.js';
import { repeated } from './repeating.js';

/** Their numbers stand in the network. */
const MAX_NUMBERS = 4096;

function spread(node: NodeReader, { shape, sizes, read }: Weights): View {
  const { to } = node;
  const constant = to.add('constant', {}, { shape: [...shape], values: [...read()] });
  const times = sizes.map((size, axis) => (shape[axis] === 1 && !isOne(size) ? size : fixed(1)));
  return repeated(node, to.view(constant), times);
}

/** @param needsTensor whether it reads constants alone by itself */
function withSpread(handler: Handler, needsTensor: boolean): Handler {
  return (node) => {
    const inputs = Array.from({ length: node.inputCount }, (_, index) => node.optional(index));
    if (needsTensor && !inputs.some((value) => value?.kind === 'view')) return handler(node);
    return handler(
      node.withInputs((value) => {
        const isShort = value.kind === 'weights' && sizeOf(value.shape) <= MAX_NUMBERS;
        return isShort && !isSolid(value) && sizeOf(value.shape) > 0 ? spread(node, value) : value;
      }),
    );
  };
}

export const repeatedConstantsHandlers = {
  Gemm: withSpread(productHandlers.Gemm, false),
  MatMul: withSpread(productHandlers.MatMul, false),
  Concat: withSpread(joiningHandlers.Concat, true),
  Add: withSpread(countedStepsHandlers.Add, true),
  Sub: withSpread(combiningHandlers.Sub, true),
  Mul: withSpread(countedStepsHandlers.Mul, true),
  Div: withSpread(combiningHandlers.Div, true),
} satisfies Record<string, Handler>;
