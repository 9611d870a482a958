/** Convolutions and pools on the engine. */
import type { Engine } from '../../builder/backends/simd/engine.js';
import { multiply } from '../../builder/backends/simd/matmul.js';
import {
  addToChannels,
  convolved,
  type Factor,
  inputGradient,
  type Multiply,
} from '../../builder/convolution/convolution.js';
import { maxima, means } from '../../builder/convolution/pool.js';
import { transposedConvolution } from '../../builder/convolution/transposed.js';
import { gridOf, windowCount } from '../../builder/convolution/windows.js';
import type { Parameter } from '../../builder/parameters.js';
import { sizeOf } from '../../nd-array.js';
import { type Preparation, type Prepare, unary } from './operator.js';
import { BYTES_PER_NUMBER } from './run-tensor.js';

function productsOn(engine: Engine): Multiply {
  return (a, b) => {
    const blocks: number[] = [];
    const place = (count: number, data?: Float32Array) => {
      const at = engine.allocate(count * BYTES_PER_NUMBER);
      blocks.push(at);
      if (data) engine.floats(at, count).set(data);
      return at;
    };
    const factor = ({ data, rows, columns, transposed = false }: Factor) => ({
      rows,
      columns,
      transposed,
      at: place(data.length, data),
    });
    const count = a.rows * b.columns;
    const at = place(count);
    multiply(engine, factor(a), factor(b), 0, at);
    const product = engine.floats(at, count).slice();
    for (const block of blocks) engine.release(block);
    return product;
  };
}

function biased(y: Float32Array, bias: Parameter | undefined, perChannel: number): Float32Array {
  return bias ? addToChannels(y, bias.data, perChannel) : y;
}

function parametersOf({ parameter }: Preparation, hasBias: boolean) {
  return { weight: parameter('weight').data, bias: hasBias ? parameter('bias') : undefined };
}

const conv: Prepare<'conv'> = (options, model) => {
  const { weight, bias } = parametersOf(model, options.bias);
  const { outChannels, groups } = options;
  return unary((x, { engine }) => {
    const grid = gridOf(x.shape, options, 'conv');
    const y = convolved(productsOn(engine), { grid, outChannels, groups }, Float32Array.from(x.data), weight);
    const shape = [grid.batch, outChannels, ...grid.count.slice(-options.kernelSize.length)];
    return { dtype: 'float32', shape, data: biased(y, bias, windowCount(grid)) };
  });
};

const convTranspose: Prepare<'convTranspose'> = (options, model) => {
  const { weight, bias } = parametersOf(model, options.bias);
  return unary((y, { engine }) => {
    const { shape, convolution } = transposedConvolution(y.shape, options);
    const x = inputGradient(productsOn(engine), convolution, Float32Array.from(y.data), weight);
    return { dtype: 'float32', shape, data: biased(x, bias, sizeOf(shape.slice(2))) };
  });
};

const maxPool: Prepare<'maxPool'> = (options) =>
  unary(({ shape, data }) => {
    const grid = gridOf(shape, options, 'maxPool');
    const { values } = maxima(Float32Array.from(data), grid);
    return {
      dtype: 'float32',
      shape: [...shape.slice(0, 2), ...grid.count.slice(2 - shape.length)],
      data: values,
    };
  });

const avgPool: Prepare<'avgPool'> = (options) =>
  unary(({ shape, data }) => {
    const grid = gridOf(shape, options, 'avgPool');
    const values = means(Float32Array.from(data), grid, options.countIncludePad);
    return {
      dtype: 'float32',
      shape: [...shape.slice(0, 2), ...grid.count.slice(2 - shape.length)],
      data: values,
    };
  });

export const convolutions = { avgPool, conv, convTranspose, maxPool };
