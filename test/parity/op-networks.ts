/** The networks of the fixtures in `ops/`: one op each, its first dimension dynamic. */
import { defineNetwork, type Network } from '../../src/builder/network.js';
import { tanh } from '../../src/builder/ops/activations.js';
import { argmax } from '../../src/builder/ops/argmax.js';
import { mul } from '../../src/builder/ops/arithmetic.js';
import { attention } from '../../src/builder/ops/attention.js';
import { glu, groupNorm, std } from '../../src/builder/ops/composed.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import type { OpName, OpOptions } from '../../src/builder/ops/index.js';
import { severalInputs } from '../../src/builder/ops/op-inputs.js';
import { constant, parameter } from '../../src/builder/ops/parameter.js';
import { repeatLike } from '../../src/builder/ops/repeat.js';
import { reshape } from '../../src/builder/ops/reshape.js';
import { squeeze, stack, unsqueeze } from '../../src/builder/ops/unsqueeze.js';
import type { Dim, Shape } from '../../src/builder/shape.js';
import { float32, int32, type Value } from '../../src/builder/tensor.js';
import { float32Array } from '../../src/nd-array.js';
import type { Fixture } from '../fixtures.js';

/** The case of the fixtures in `ops/`: the op, and its options where it has some. */
export interface OpCase {
  readonly op: OpName;
  /** A function made of several ops, in place of the op, and what it takes after the tensors. */
  readonly call?: keyof typeof calls;
  readonly arguments?: readonly number[];
  /** Of the inputs; by default the first is called batch. */
  readonly dims?: readonly Dim[];
  readonly outFeatures?: number;
  readonly bias?: boolean;
  readonly numEmbeddings?: number;
  readonly embeddingDim?: number;
  readonly axis?: number;
  readonly index?: number;
  readonly permutation?: readonly number[];
  readonly shape?: readonly number[];
  readonly options?: object;
  /** What the script calls its module, where it has parameters. */
  readonly module?: string;
}

/** @param values the inputs @param given the numbers after them @param config the rest of the case */
const calls = {
  attention: (values: readonly Value[], [scale = 1]: readonly number[]) =>
    attention({ ...Object.fromEntries(values.map((value) => [value.id, value])), scale } as never)
      .output as Value,
  glu: ([x]: readonly Value[], [axis]: readonly number[]) => glu(x as Value<'float32'>, axis),
  groupNorm: ([x]: readonly Value[], [numGroups = 1]: readonly number[], { module = '' }: OpCase) =>
    groupNorm(module, x as Value<'float32', readonly ['batch', number]>, { numGroups }) as Value,
  std: ([x]: readonly Value[], [axis = 0, correction = 1]: readonly number[]) =>
    std(x as Value<'float32'>, axis, { correction }),
  rowsAtLargest: ([x]: readonly Value[], [axis = 0]: readonly number[]) =>
    embedding('table', argmax(x as Value<'float32'>, axis), { numEmbeddings: 5, embeddingDim: 2 }),
  joinAndSplit: ([x]: readonly Value[]) => {
    const rows = tanh(reshape(x as Value<'float32'>, [-1, 4]));
    return reshape(rows, ['batch', 'words', 2, 2]);
  },
  repeatLike: ([x, like]: readonly Value[], [axis = 0]: readonly number[]) => repeatLike(x!, like!, axis),
  stack: (values: readonly Value[], [axis = 0]: readonly number[]) =>
    stack(values as [Value, ...Value[]], axis),
  unsqueeze: ([x]: readonly Value[], [axis = 0]: readonly number[]) => unsqueeze(x!, axis),
  times: ([x]: readonly Value[], _given: readonly number[], { module = '', shape = [] }: OpCase) =>
    mul(x as Value<'float32', Shape>, parameter(module, shape)),
  timesConstant: ([x]: readonly Value[], factors: readonly number[]) =>
    mul(x as Value<'float32', Shape>, constant(float32Array([factors.length, 1], factors))),
  squeeze: ([x]: readonly Value[], [axis = 0]: readonly number[]) => squeeze(x!, axis),
};

export function opNetwork({ case: config, inputs }: Fixture<OpCase>): Network {
  const rank = Math.max(...[...inputs.values()].map(({ shape }) => shape.length));
  const types = [...inputs].map(([name, { dtype, shape }]) => {
    // Lengths that go with time-first sequences are of their second dimension, which is fixed.
    const isFixed = name === 'lengths' && config.axis === 0;
    const isMatrix = config.op === 'matmul' && name === 'b' && shape.length === 2;
    const isStretched =
      (config.op === 'where' || 'ab'.includes(name)) && (isMatrix || shape.length < rank || shape[0] === 1);
    const dims = config.dims ?? (isFixed || isStretched ? shape : ['batch', ...shape.slice(1)]);
    return [name, dtype === 'int32' ? int32(...dims) : float32(...dims)] as const;
  });
  return defineNetwork(Object.fromEntries(types), (symbols) => {
    const values: Value[] = Object.values(symbols);
    const [x, lengths] = values;
    if (config.call) return { y: calls[config.call](values, config.arguments ?? [], config) };
    const named = 'yes' in symbols ? choiceOf(symbols) : 'b' in symbols ? symbols : { x: x!, lengths };
    const inputs = config.op === 'concat' ? severalInputs(values) : named;
    return {
      y: x!.graph.addOne(config.op, config.module ?? moduleName(config.op), inputs, optionsOf(config)),
    };
  });
}

/** The inputs of `where`, of which one is called as the output is. */
function choiceOf({ yes, no, ...compared }: Readonly<Record<string, Value>>) {
  return { ...compared, x: yes!, y: no! };
}

/** What the script calls the op's module, where it has parameters. */
function moduleName(op: OpName): string | undefined {
  return op === 'linear' ? 'fc' : op === 'embedding' ? 'embedding' : undefined;
}

function optionsOf({ op, ...config }: OpCase): OpOptions[OpName] {
  const { axis = 0, index = 0, permutation = [], shape = [], bias = true } = config;
  const { outFeatures = 0, numEmbeddings = 0, embeddingDim = 0 } = config;
  switch (op) {
    case 'linear':
      return { outFeatures, bias };
    case 'embedding':
      return { numEmbeddings, embeddingDim };
    case 'softmax':
    case 'logSoftmax':
    case 'concat':
    case 'flip':
    case 'max':
    case 'mean':
    case 'sum':
      return { axis };
    case 'transpose':
      return { axes: [...permutation] };
    case 'reshape':
      return { shape: ['batch', ...shape.slice(1)] };
    case 'at':
      return { axis, index };
    default:
      return { ...config.options } as OpOptions[OpName]; // as the script wrote them for this op
  }
}
