/** Operators that give their input on, or a constant: Identity, Cast between floats or integers, Dropout, Constant. */
import { dtypeOfCode } from '../../../onnx/dtypes.js';
import type { OnnxDType } from '../../../onnx/graph.js';
import { constantOf, sizesOfShape } from '../constants.js';
import type { Handler } from '../node-reader.js';
import { fixed } from '../size.js';
import { type Value, weightsOf } from '../value.js';
import { over } from '../view.js';

const floats: readonly OnnxDType[] = ['float32', 'float64', 'float16', 'bfloat16'];
const integers: readonly OnnxDType[] = ['int32', 'int64'];

/** A value that takes part in what its name says only; other outputs, such as Dropout's mask, are not read. */
const Identity: Handler = (node) => [node.input(0)];

const Cast: Handler = (node) => {
  const x = node.input(0);
  const dtype = dtypeOfCode(node.int('to', 0)) ?? 'undefined';
  if (x.kind === 'masked' && x.is.step === 'mask' && floats.includes(dtype)) return [x];
  const isFloat = x.kind === 'weights' || (x.kind === 'view' && x.source.type.dtype === 'float32');
  if ((isFloat ? floats : integers).includes(dtype) && x.kind !== 'reversed' && x.kind !== 'masked')
    return [x];
  throw node.refusal(
    `it turns ${isFloat ? 'floats' : 'integers'} into ${dtype}; only casts from floats to floats and from integers to ` +
      'integers are read',
  );
};

const Dropout: Handler = (node) => {
  const x = node.floats(0);
  const ratio = node.optional(1);
  const p = ratio?.kind === 'weights' ? (ratio.read()[0] ?? 0) : node.float('ratio', 0.5);
  if (p === 0) return [x];
  const dropped = node.to.add('dropout', { x: x.source.tensor() }, { p });
  return [over(x, { type: dropped, tensor: () => dropped })];
};

const Constant: Handler = (node) => {
  const [name = ''] = node.node.outputs;
  const [value] = node.node.attributes.values();
  switch (value?.type) {
    case 'tensor':
      return [constantOf({ ...value.value, name: value.value.name || name }, node.to.budget)];
    case 'int':
      return [sizesOfShape([], [fixed(value.value)])];
    case 'ints':
      return [sizesOfShape([value.value.length], value.value.map(fixed))];
    case 'bigint':
      return [sizesOfShape([], [fixed(Number(value.value))])];
    case 'bigints':
      return [
        sizesOfShape(
          [value.value.length],
          value.value.map((item) => fixed(Number(item))),
        ),
      ];
    case 'float':
      return [floatConstant([], [value.value], name)];
    case 'floats':
      return [floatConstant([value.value.length], value.value, name)];
    default:
      throw node.refusal(`its value is ${value?.type ?? 'missing'}; expected numbers`);
  }
};

function floatConstant(shape: readonly number[], numbers: readonly number[], name: string): Value {
  const data = Float32Array.from(numbers);
  return weightsOf(shape, () => data, name);
}

export const passingHandlers = { Identity, Cast, Dropout, Constant } satisfies Record<string, Handler>;
