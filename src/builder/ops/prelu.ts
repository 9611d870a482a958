/** `nn.PReLU`. https://docs.pytorch.org/docs/stable/generated/torch.nn.PReLU.html */
import { LstmOnnxError } from '../../errors.js';
import { formatShape, type Shape } from '../shape.js';
import { graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import { entryByEntry, expectInput, type OpDefinition, optionsOf } from './op.js';
import { onlyX } from './op-inputs.js';

export const preluOp: OpDefinition<'prelu'> = {
  inputs: onlyX,
  infer({ x }, { numParameters }, name) {
    expectInput(x, name, { dtype: 'float32' });
    if (numParameters > 1 && x.shape[1] !== numParameters) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `${name}: got ${formatShape(x.shape)}, expected ${numParameters} channels in dimension 1, as many as numParameters.`,
      );
    }
    return { output: x };
  },
  parameters: (_inputs, { numParameters }) => [
    { name: 'weight', shape: [numParameters], init: { kind: 'constant', value: 0.25 } },
  ],
  along: entryByEntry,
};

/** The shape in which the weight is stretched over x: along dimension 1. */
export function preluWeightShape(numParameters: number, rank: number): number[] {
  return numParameters === 1 ? [1] : [numParameters, ...Array.from({ length: rank - 2 }, () => 1)];
}

/**
 * `nn.PReLU`: x above 0, and below it x times a weight that is learned.
 *
 * @param name the module's name; the parameter is `<name>.weight`, `[numParameters]`, 0.25 at the start
 * @param options.numParameters 1, or the channels of dimension 1, each with a weight of its own. Default 1
 * @returns the shape of x
 * @throws E_SHAPE_MISMATCH where dimension 1 has another size than numParameters
 */
export function prelu<S extends Shape>(
  name: string,
  x: Value<'float32', S>,
  options: { readonly numParameters?: number } = {},
): SymbolicTensor<'float32', S> {
  const given = optionsOf('prelu', options, { numParameters: 1 });
  const output = graphOf('prelu', x).addOne('prelu', name, { x }, given);
  return output as SymbolicTensor<'float32', S>; // same type as x
}
