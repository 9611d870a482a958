/** Attention by dot product, of one query for each sequence; made of matmul, softmax, mul and sum. */
import { expectNumber, isObject, wrongArgument } from '../../arguments.js';
import { checkOptionNames } from '../../option-names.js';
import type { Dim, Shape } from '../shape.js';
import { checkValue, type SymbolicTensor, type Value } from '../tensor.js';
import { softmax } from './activations.js';
import { mul } from './arithmetic.js';
import { matmul } from './matmul.js';
import { expectInput } from './op.js';
import { sum } from './reduce.js';
import { unsqueeze } from './unsqueeze.js';

/** What {@link attention} takes. */
export interface AttentionArguments<B extends Dim, T extends Dim, F extends number, V extends Dim> {
  /** What is looked for, `[batch, features]`. */
  readonly query: Value<'float32', readonly [NoInfer<B>, NoInfer<F>]>;
  /** What each step is found by, `[batch, time, features]`. */
  readonly keys: Value<'float32', readonly [B, T, F]>;
  /** What each step gives, `[batch, time, size]`. */
  readonly values: Value<'float32', readonly [NoInfer<B>, NoInfer<T>, V]>;
  /** The steps of each sequence, int32 `[batch]`; those beyond have no weight. @default those of the keys, else all */
  readonly lengths?: Value<'int32', readonly [NoInfer<B>]>;
  /** What the products are multiplied by, such as `1 / Math.sqrt(features)`. @default 1 */
  readonly scale?: number;
}

const argumentNames = { query: true, keys: true, values: true, lengths: true, scale: true } as const;

/**
 * The values of each sequence weighed by how well its keys fit the query: `softmax(keys query) values`.
 *
 * @returns the sum of the weighed values, `[batch, size]`, and the weights, `[batch, time, 1]`
 * @throws E_SHAPE_MISMATCH, E_DTYPE_MISMATCH, E_INVALID_OPTION for values that do not fit together
 */
export function attention<B extends Dim, T extends Dim, F extends number, V extends Dim>(
  given: AttentionArguments<B, T, F, V>,
): {
  readonly output: SymbolicTensor<'float32', readonly [B, V]>;
  readonly weights: SymbolicTensor<'float32', readonly [B, T, 1]>;
} {
  if (!isObject(given)) throw wrongArgument('attention', given, '{ query, keys, values }');
  checkOptionNames('attention', given, argumentNames);
  const { query, keys, values, lengths, scale = 1 } = given;
  expectNumber('attention: scale', scale);
  for (const value of [query, keys, values]) checkValue('attention', value);
  expectInput(query, 'attention: the query', { rank: 2 });
  expectInput(keys, 'attention: the keys', { rank: 3 });
  expectInput(values, 'attention: the values', { rank: 3 });
  // Of any sizes from here on: the shape rules compute at run time what the types say.
  const products = matmul<Shape, Shape>(keys, unsqueeze(query, 2));
  const scores = scale === 1 ? products : mul(products, scale);
  const weights = softmax(scores, 1, lengths);
  const output = sum(mul<Shape, Shape>(values, weights), 1);
  return { output, weights } as unknown as ReturnType<typeof attention<B, T, F, V>>;
}
