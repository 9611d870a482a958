/** Values without inputs: `nn.Parameter` outside of a module that has an op of its own, and fixed numbers. */
import { LstmOnnxError } from '../../errors.js';
import { checkArray, float32Array, type NdArray, sizeOf } from '../../nd-array.js';
import { checkOptionNames } from '../../option-names.js';
import { currentGraph } from '../current-graph.js';
import { formatShape, type Shape } from '../shape.js';
import type { SymbolicTensor } from '../tensor.js';
import { type Initializer, listOf, type OpDefinition, optionsOf } from './op.js';
import { noInputs } from './op-inputs.js';

export const parameterOp: OpDefinition<'parameter'> = {
  inputs: noInputs,
  infer: (_inputs, { shape }) => ({ output: { dtype: 'float32', shape } }),
  parameters: (_inputs, { shape, init, frozen }) => [
    { name: '', shape, init, ...(frozen ? { trained: false } : {}) },
  ],
  along: () => ({ kind: 'mixed' }), // never asked, since there is no input
};

export const constantOp: OpDefinition<'constant'> = {
  inputs: noInputs,
  infer(_inputs, { shape, values }, name) {
    if (sizeOf(shape) === values.length) return { output: { dtype: 'float32', shape } };
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${name}: the shape ${formatShape(shape)} holds ${sizeOf(shape)} numbers, but there are ${values.length}.`,
    );
  },
  along: () => ({ kind: 'mixed' }), // never asked, since there is no input
};

/** The first values of a parameter; those without numbers may be given by their name. */
type Init = Initializer | 'zeros' | 'ones';

const meantOptions = { requiresGrad: 'frozen', requires_grad: 'frozen', trained: 'frozen' };

/**
 * `nn.Parameter`: a tensor that is learned, such as the weights of an attention, in no layer. Call it in the function that
 * defines a network.
 *
 * @param name its name in the state dict: `w`, or `attention.w` of a module `attention`
 * @param options.init its first values: 'zeros' (`torch.zeros`), 'ones', `{ kind: 'normal', mean: 0, std: 1 }` (`torch.randn`),
 *   `{ kind: 'uniform', bound: 0.1 }`, from -0.1 to 0.1, or `{ kind: 'constant', value: 0.25 }`. Default zeros
 * @param options.frozen whether training leaves it as it is, as `requires_grad=False` does. Default false
 * @throws E_INVALID_OPTION outside of a definition, E_DUPLICATE_NAME for a name that another tensor of the network has
 */
export function parameter<const S extends readonly number[]>(
  name: string,
  shape: S,
  options: { readonly init?: Init; readonly frozen?: boolean } = {},
): SymbolicTensor<'float32', S> {
  checkOptionNames('parameter', options, { init: true, frozen: true }, meantOptions);
  const { init, frozen } = optionsOf('parameter', options, { init: 'zeros' as Init, frozen: false });
  const output = currentGraph('parameter').addOne(
    'parameter',
    name,
    {},
    {
      shape: listOf('parameter', shape),
      init: typeof init === 'string' ? { kind: init } : init,
      ...(frozen === false ? {} : { frozen }),
    },
  );
  return output as unknown as SymbolicTensor<'float32', S>; // the shape that was given
}

/** As the options of a constant have it, which JSON keeps. */
export function writtenNumber(value: number): number | 'Infinity' | '-Infinity' {
  if (value === Number.POSITIVE_INFINITY) return 'Infinity';
  return value === Number.NEGATIVE_INFINITY ? '-Infinity' : value;
}

/** A number has no dimension, a list one. */
type ShapeOf<V> = V extends number
  ? readonly []
  : V extends { readonly length: infer Length extends number }
    ? readonly [Length]
    : Shape;

/**
 * Fixed numbers, which the network itself keeps and no state dict has: `constant([0.25, 0.75])`, or `constant(float32Array([2, 3],
 * numbers))` for more dimensions. Call it in the function that defines a network.
 *
 * @param values up to 1,024; more belong in a frozen {@link parameter}, whose values are given with the others
 * @throws E_INVALID_OPTION outside of a definition, for too many numbers and for NaN; E_DTYPE_MISMATCH for
 *   an array that is not float32
 */
export function constant<const V extends number | readonly number[] | NdArray<'float32'>>(
  values: V,
): SymbolicTensor<'float32', ShapeOf<V>> {
  const { shape, data } = arrayOf(values);
  const output = currentGraph('constant').addOne(
    'constant',
    undefined,
    {},
    { shape: [...shape], values: [...data].map(writtenNumber) },
  );
  return output as unknown as SymbolicTensor<'float32', ShapeOf<V>>; // what arrayOf makes of each kind
}

function arrayOf(values: number | readonly number[] | NdArray<'float32'>): NdArray<'float32'> {
  if (typeof values === 'number') return float32Array([], [values]);
  if ('length' in Object(values))
    return float32Array([(values as readonly number[]).length], values as readonly number[]);
  checkArray('constant', values);
  if (values.dtype === 'float32') return values;
  throw new LstmOnnxError('E_DTYPE_MISMATCH', `constant takes float32, got ${values.dtype}.`);
}
