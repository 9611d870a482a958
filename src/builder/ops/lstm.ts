import { inWords } from '../../arguments.js';
import type { Dim } from '../shape.js';
import { graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import type { Features } from '../type-messages.js';
import {
  allActivations,
  type BatchDim,
  checkArguments,
  type LstmArguments,
  type OutputShape,
  type StateShape,
  type StateSize,
} from './lstm-arguments.js';

/**
 * A long short-term memory, as PyTorch's `nn.LSTM` computes it, with what ONNX adds to it.
 *
 * @param name the module's name; parameters are `<name>.weight_ih_l0` and so on
 * @param x `[batch, time, features]`, or `[time, batch, features]` when its first dimension is called `time`
 * @returns `output` with x's first two dimensions and `hiddenSize` (or `projSize`) features for each direction, the
 *   last layer at every step; `h` and `c` after the last step read, `[numLayers * directions, batch, size]`
 * @throws E_SHAPE_MISMATCH when x is not of rank 3, or states or lengths do not fit; E_INVALID_OPTION for options that
 *   are out of range
 */
export function lstm<
  const A extends Dim,
  const B extends Dim,
  const I extends Dim,
  const H extends number,
  const L extends number = 1,
  const Bi extends boolean = false,
  const BF extends boolean | undefined = undefined,
  const P extends number | undefined = undefined,
>(
  name: string,
  x: Value<'float32', readonly [A, B, Features<I>]>,
  // NoInfer: a state with another batch must not widen A or B.
  options: LstmArguments<
    H,
    L,
    Bi,
    BF,
    P,
    NoInfer<StateShape<readonly [A, B, I], StateSize<H, P>, L, Bi, BF>>,
    NoInfer<StateShape<readonly [A, B, I], H, L, Bi, BF>>,
    NoInfer<BatchDim<readonly [A, B, I], BF>>
  >,
): {
  output: SymbolicTensor<'float32', OutputShape<readonly [A, B, I], H, Bi, P>>;
  h: SymbolicTensor<'float32', StateShape<readonly [A, B, I], StateSize<H, P>, L, Bi, BF>>;
  c: SymbolicTensor<'float32', StateShape<readonly [A, B, I], H, L, Bi, BF>>;
} {
  const graph = graphOf('lstm', x);
  checkArguments(typeof name === 'string' ? name : inWords(name), options);
  const { initialState, lengths, activations, batchFirst = x.shape[0] !== 'time', ...rest } = options;
  const { h: h0, c: c0 } = initialState && initialState !== 'learned' ? initialState : {};
  const ports = graph.add(
    'lstm',
    name,
    { x, h0, c0, lengths },
    {
      numLayers: 1,
      bidirectional: false,
      bias: true,
      dropout: 0,
      ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
      hiddenSize: rest.hiddenSize,
      batchFirst,
      ...(initialState === 'learned' ? { learnedState: true } : {}),
      ...(activations ? { activations: allActivations(activations) } : {}),
    },
  );
  // The shape rule `infer` computes at run time what these types say.
  return ports as unknown as ReturnType<typeof lstm<A, B, I, H, L, Bi, BF, P>>;
}
