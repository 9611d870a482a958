/** `BatchNormalization`, `InstanceNormalization` and `LayerNormalization`, which is several nodes before operator set 17. */
import type { OpName } from '../../builder/ops/index.js';
import { expectFixedDim } from '../../builder/ops/op.js';
import { sizeOf } from '../../nd-array.js';
import { float, int, ints } from '../emitter.js';
import type { Lowering, LoweringContext } from '../lowering.js';

/** A parameter, or one number everywhere where the op has none. */
function affine<K extends OpName>(
  { emitter, stored }: LoweringContext<K>,
  name: string,
  own: string | undefined,
  shape: readonly number[],
  otherwise: number,
): string {
  if (own !== undefined) return stored(own);
  const data = new Float32Array(sizeOf(shape)).fill(otherwise);
  return emitter.initializer(`${name}.${otherwise === 1 ? 'ones' : 'zeros'}`, {
    dtype: 'float32',
    shape,
    data,
  });
}

export const lowerBatchNorm: Lowering<'batchNorm'> = ({ name, options }, context) => {
  const { x } = context.inputs;
  const shape = [expectFixedDim(x.type, 1, name)];
  const inputs = [
    x.name,
    affine(context, name, options.affine ? 'weight' : undefined, shape, 1),
    affine(context, name, options.affine ? 'bias' : undefined, shape, 0),
    affine(context, name, 'running_mean', shape, 0),
    affine(context, name, 'running_var', shape, 1),
  ];
  const attributes = { epsilon: float(options.eps) };
  return { output: { name: context.emitter.emit('BatchNormalization', inputs, { name, attributes }) } };
};

export const lowerInstanceNorm: Lowering<'instanceNorm'> = ({ name, options }, context) => {
  const { x } = context.inputs;
  const shape = [expectFixedDim(x.type, 1, name)];
  const inputs = [
    x.name,
    affine(context, name, options.affine ? 'weight' : undefined, shape, 1),
    affine(context, name, options.affine ? 'bias' : undefined, shape, 0),
  ];
  const attributes = { epsilon: float(options.eps) };
  return { output: { name: context.emitter.emit('InstanceNormalization', inputs, { name, attributes }) } };
};

export const lowerLayerNorm: Lowering<'layerNorm'> = ({ name, options }, context) => {
  const { emitter, opset } = context;
  const { x } = context.inputs;
  const { axes, eps } = options;
  const shape = Array.from({ length: axes }, (_, i) => expectFixedDim(x.type, i - axes, name));
  const hasBias = options.affine && options.bias;
  const weight = affine(context, name, options.affine ? 'weight' : undefined, shape, 1);
  const bias = hasBias ? affine(context, name, 'bias', shape, 0) : undefined;
  if (opset >= 17) {
    const attributes = { axis: int(-axes), epsilon: float(eps) };
    const inputs = [x.name, weight, ...(bias === undefined ? [] : [bias])];
    return { output: { name: emitter.emit('LayerNormalization', inputs, { name, attributes }) } };
  }
  const added = emitter.initializer(`${name}.eps`, {
    dtype: 'float32',
    shape: [],
    data: Float32Array.of(eps),
  });
  const mean = (of: string) =>
    emitter.emit('ReduceMean', [of], {
      name,
      attributes: { axes: ints(...shape.map((_, i) => i - axes)), keepdims: int(1) },
    });
  const centred = emitter.emit('Sub', [x.name, mean(x.name)], { name });
  const variance = mean(emitter.emit('Mul', [centred, centred], { name }));
  const deviation = emitter.emit('Sqrt', [emitter.emit('Add', [variance, added], { name })], { name });
  const scaled = emitter.emit('Mul', [emitter.emit('Div', [centred, deviation], { name }), weight], { name });
  return { output: { name: bias === undefined ? scaled : emitter.emit('Add', [scaled, bias], { name }) } };
};
