/** Small networks of any shape: a list of draws, each of which applies the op that fits, one after another. */
import fc from 'fast-check';
import { defineNetwork, type Network } from '../../src/builder/network.js';
import { logSoftmax, relu, sigmoid, softmax, tanh } from '../../src/builder/ops/activations.js';
import { add, mul, sub } from '../../src/builder/ops/arithmetic.js';
import { concat } from '../../src/builder/ops/concat.js';
import { dropout } from '../../src/builder/ops/dropout.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { reshape } from '../../src/builder/ops/reshape.js';
import { transpose } from '../../src/builder/ops/transpose.js';
import { float32, int32, type Value } from '../../src/builder/tensor.js';

/** Past the types: which op comes when is known only at run time, and the ops check it again there. */
type Float = Value<'float32'>;
type Call = (...args: unknown[]) => Value<'float32'>;
const call = (op: unknown) => op as Call;

interface Draw {
  /** Which op, among those that fit. */
  readonly op: number;
  /** Decides the op's options. */
  readonly choice: number;
  /** Whether the value is an output of the network. */
  readonly shown: boolean;
}

export interface RandomNetwork {
  readonly network: Network;
  readonly sizes: Readonly<Record<string, number>>;
}

const draw: fc.Arbitrary<Draw> = fc.record({ op: fc.nat(59), choice: fc.nat(10_000), shown: fc.boolean() });

export const randomNetwork: fc.Arbitrary<RandomNetwork> = fc
  .record({
    input: fc.constantFrom('batch-first', 'time-first', 'ids', 'rows'),
    draws: fc.array(draw, { minLength: 1, maxLength: 6 }),
    batch: fc.integer({ min: 1, max: 4 }),
    time: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ input, draws, batch, time }) => ({ network: build(input, draws), sizes: { batch, time } }));

function build(input: string, draws: readonly Draw[]): Network {
  const types = {
    'batch-first': float32('batch', 'time', 4),
    'time-first': float32('time', 'batch', 4),
    ids: int32('batch', 'time'),
    rows: float32('batch', 6),
  };
  const outputs: Record<string, Value> = {};
  return defineNetwork({ x: types[input as keyof typeof types] }, (inputs) => {
    let value = (
      input === 'ids'
        ? embedding('embedding', inputs.x as Value<'int32'>, { numEmbeddings: 3, embeddingDim: 4 })
        : inputs.x
    ) as Float;
    for (const [index, { op, choice, shown }] of draws.entries()) {
      const steps = fittingOps(value, index, choice, outputs);
      value = steps[op % steps.length]!();
      if (shown) outputs[`y${index}`] = value;
    }
    return { ...outputs, result: value };
  });
}

/** What can be done to the value. Recurrent layers stand twice, since few values can feed them. */
function fittingOps(
  x: Float,
  index: number,
  choice: number,
  outputs: Record<string, Value>,
): (() => Float)[] {
  const { shape } = x;
  const rank = shape.length;
  const features = shape.at(-1);
  const axis = choice % Math.max(rank, 1);
  const any = [() => relu(x), () => tanh(x), () => sigmoid(x), () => dropout(x, 0.5)];
  if (rank === 0) return any;

  const negative = choice % 2 === 0 ? axis - rank : axis;
  const axes = shape.map((_, i) => (i + axis) % rank);
  const ops = [
    ...any,
    () => softmax(x, negative),
    () => logSoftmax(x, negative),
    () => call(concat)([x, tanh(x)], negative),
    () => call(choice % 2 === 0 ? mul : sub)(x, sigmoid(x)),
    () => call(add)(softmax(x, negative), x.graph.addOne('at', undefined, { x }, { index: 0, axis: 0 })),
    () => transpose(x, choice % 2 === 0 ? axes : axes.toReversed()) as Float,
    () =>
      x.graph.addOne(
        'at',
        undefined,
        { x },
        {
          index: choice % 2 === 0 ? 0 : -1,
          axis: negative,
        },
      ) as unknown as Float,
  ];
  if (typeof features !== 'number') return ops;

  const name = `n${index}`;
  ops.push(() => call(linear)(name, x, 1 + (choice % 5), { bias: choice % 3 > 0 }));
  ops.push(() => reshape(x, [-1, features]) as Float);
  // The sizes of derived dimensions ("batch+batch") cannot be told apart in tfjs's forward pass.
  if (shape.every((dim) => typeof dim === 'number' || dim === 'batch' || dim === 'time')) {
    ops.push(() => reshape(x, [...shape.slice(0, -1), 1, -1]) as Float);
    if (rank === 3) ops.push(() => reshape(x, [shape[1]!, shape[0]!, -1]) as Float);
  }
  if (rank !== 3) return ops;
  const recurrent = () => {
    const results = lstm(name, x as Value<'float32', readonly ['batch', 'time', number]>, {
      hiddenSize: 1 + (choice % 6),
      numLayers: 1 + (choice % 3),
      bidirectional: choice % 4 < 2,
      bias: choice % 5 > 0,
      batchFirst: choice % 7 < 4,
    });
    if (choice % 8 < 3) Object.assign(outputs, { [`${name}_h`]: results.h, [`${name}_c`]: results.c });
    return results.output as unknown as Float;
  };
  return [...ops, recurrent, recurrent, recurrent];
}
