/** Weights of 16 bits in a model that computes with 32, as before: half the file. */
import type { StateDict } from 'lstm-onnx';
import { widenFloat16 } from '../../src/data/half-precision.js';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/graph.js';
import { float16Bits } from '../../src/runtime/float16.js';

/** ONNX's number for float32, which casts go to. */
const FLOAT32 = 1;

/** The parameters as float16 holds them, which storing does not change any more. @throws RangeError as `withHalfWeights` */
export function roundedToHalf(parameters: StateDict): StateDict {
  return new Map(
    Array.from(parameters, ([name, { shape, data }]) => [
      name,
      { dtype: 'float32', shape, data: widenFloat16(halfBits(name, data)) },
    ]),
  );
}

/** Every float32 initializer becomes float16 behind a cast. @throws RangeError for a weight that float16 does not hold */
export function withHalfWeights(model: OnnxModel): OnnxModel {
  const { initializers, nodes } = model.graph;
  const casts = initializers.filter(({ dtype }) => dtype === 'float32').map(castOf);
  return {
    ...model,
    graph: { ...model.graph, initializers: initializers.map(halved), nodes: [...casts, ...nodes] },
  };
}

const storedName = (name: string): string => `${name}.float16`;

function castOf({ name }: OnnxTensor): OnnxNode {
  return {
    name: `${name}.widened`,
    opType: 'Cast',
    domain: '',
    inputs: [storedName(name)],
    outputs: [name],
    attributes: new Map([['to', { type: 'int', value: FLOAT32 }]]),
  };
}

function halved(tensor: OnnxTensor): OnnxTensor {
  const { name, shape, data } = tensor;
  if (!(data instanceof Float32Array)) return tensor;
  const bits = halfBits(name, data);
  return { name: storedName(name), dtype: 'float16', shape, raw: new Uint8Array(bits.buffer) };
}

function halfBits(name: string, numbers: Float32Array): Uint16Array {
  return Uint16Array.from(numbers, (value) => {
    const half = float16Bits(value);
    if (half === undefined) throw new RangeError(`${value} of ${name} is too large for float16.`);
    return half;
  });
}
