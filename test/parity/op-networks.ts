/** The networks of the fixtures in `ops/`: one op each, its first dimension dynamic. */
import { defineNetwork, type Network } from '../../src/builder/network.js';
import type { OpName, OpOptions } from '../../src/builder/ops/index.js';
import { severalInputs } from '../../src/builder/ops/op-inputs.js';
import { float32, int32, type Value } from '../../src/builder/tensor.js';
import type { Fixture } from '../fixtures.js';

/** The case of the fixtures in `ops/`: the op, and its options where it has some. */
export interface OpCase {
  readonly op: OpName;
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

export function opNetwork({ case: config, inputs }: Fixture<OpCase>): Network {
  const types = [...inputs].map(([name, { dtype, shape }]) => {
    // Lengths that go with time-first sequences are of their second dimension, which is fixed.
    const isFixed = name === 'lengths' && config.axis === 0;
    const dims = isFixed ? shape : ['batch', ...shape.slice(1)];
    return [name, dtype === 'int32' ? int32(...dims) : float32(...dims)] as const;
  });
  return defineNetwork(Object.fromEntries(types), (symbols) => {
    const values: Value[] = Object.values(symbols);
    const [x, lengths] = values;
    const inputs = config.op === 'concat' ? severalInputs(values) : { x: x!, lengths };
    return {
      y: x!.graph.addOne(config.op, config.module ?? moduleName(config.op), inputs, optionsOf(config)),
    };
  });
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
