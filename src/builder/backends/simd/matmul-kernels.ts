/**
 * tfjs' matrix products on the engine: `BatchMatMul`, with either factor transposed and batches broadcast, and
 * `_FusedMatMul`, which adds a bias and activates.
 */
import type { KernelFunc, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import { counted } from '../../../counted.js';
import { LstmOnnxError } from '../../../errors.js';
import { sizeOf } from '../../../nd-array.js';
import { broadcast } from '../../broadcast.js';
import { formatShape } from '../../shape.js';
import { inputNamed, type KernelAttributes, type SimdBackend, type SimdKernel } from './backend.js';
import { type Factors, multiplyBatches } from './batched-matmul.js';
import type { Factor } from './matmul.js';

/** @param cpu tfjs' cpu kernels by name, which multiply integers */
export function matmulKernels(cpu: (name: string) => KernelFunc): readonly SimdKernel[] {
  const floats = (name: string, run: SimdKernel['run']): SimdKernel => ({
    name,
    run(backend, inputs, attributes) {
      const areFloats = inputs.a?.dtype === 'float32' && inputs.b?.dtype === 'float32';
      if (areFloats) return run(backend, inputs, attributes);
      return cpu(name)({ inputs, attrs: attributes ?? {}, backend });
    },
  });
  return [
    floats('BatchMatMul', (backend, inputs, attributes) => matMul(backend, inputs, attributes)),
    floats('_FusedMatMul', fusedMatMul),
  ];
}

const float = 4;

function factorOf(shape: readonly number[], transposed: boolean): Factor {
  const [rows = 1, columns = 1] = shape.slice(-2);
  return transposed ? { rows: columns, columns: rows, transposed } : { rows, columns, transposed };
}

function factorsAt({ rows, columns, transposed }: Factor, shape: readonly number[], at: number): Factors {
  return { rows, columns, transposed, lead: shape.slice(0, -2), at };
}

/** tfjs' kernels of the activations that it fuses. */
const activationKernels: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  prelu: 'Prelu',
  leakyrelu: 'LeakyRelu',
};

function fusedMatMul(
  backend: SimdBackend,
  inputs: NamedTensorInfoMap,
  attributes: KernelAttributes,
): TensorInfo {
  const { bias } = inputs;
  const columns = factorOf(inputNamed(inputs, 'b').shape, attributes?.transposeB === true).columns;
  const isRow = bias !== undefined && sizeOf(bias.shape) === columns && bias.shape.at(-1) === columns;
  let result = matMul(backend, inputs, attributes, isRow ? bias : undefined);
  const replace = (name: string, more: NamedTensorInfoMap, attrs?: KernelAttributes) => {
    const next = backend.runKernel(name, more, attrs);
    backend.disposeData(result.dataId);
    result = next;
  };
  if (bias && !isRow) replace('Add', { a: result, b: bias });
  const activation = String(attributes?.activation ?? 'linear');
  const kernel = activationKernels[activation];
  if (activation === 'prelu') {
    replace('Prelu', { x: result, alpha: inputNamed(inputs, 'preluActivationWeights') });
  } else if (kernel) {
    replace(kernel, { x: result }, { alpha: attributes?.leakyreluAlpha ?? 0 });
  } else if (activation !== 'linear') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `matMul: the simd backend fuses no activation '${activation}'.`,
    );
  }
  return result;
}

/** @param bias `[columns]`, added to every row */
function matMul(
  backend: SimdBackend,
  inputs: NamedTensorInfoMap,
  attributes: KernelAttributes,
  bias?: TensorInfo,
): TensorInfo {
  const a = inputNamed(inputs, 'a');
  const b = inputNamed(inputs, 'b');
  const left = factorOf(a.shape, attributes?.transposeA === true);
  const right = factorOf(b.shape, attributes?.transposeB === true);
  if (left.columns !== right.rows) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `matMul: ${formatShape(a.shape)} and ${formatShape(b.shape)} do not fit: ${counted(left.columns, 'column')}, ${counted(right.rows, 'row')}.`,
    );
  }
  const { engine } = backend;
  const [leadA, leadB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const batchShape = broadcast(leadA, leadB);
  if (!batchShape) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `matMul: batches ${formatShape(leadA)} and ${formatShape(leadB)} do not broadcast.`,
    );
  }
  const batches = sizeOf(batchShape);
  const copies: number[] = [];
  const atA = backend.place(a, copies);
  const atB = backend.place(b, copies);
  const atBias = bias ? backend.place(bias, copies) : 0;
  const c = engine.allocate(batches * left.rows * right.columns * float);
  // Not { ...left, ... }: spreading makes a new hidden class per step in V8.
  const leftFactors = factorsAt(left, a.shape, atA);
  const rightFactors = factorsAt(right, b.shape, atB);
  multiplyBatches(engine, leftFactors, rightFactors, batchShape, atBias, c);
  for (const copy of copies) engine.release(copy);
  return backend.own([...batchShape, left.rows, right.columns], c);
}
