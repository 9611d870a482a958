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
import {
  gridOf,
  shapeOfWindows,
  type WindowGrid,
  type Windows,
  windowCount,
} from '../../builder/convolution/windows.js';
import type { Parameter } from '../../builder/parameters.js';
import { sizeOf } from '../../nd-array.js';
import { type Preparation, type Prepare, unary } from './operator.js';
import { BYTES_PER_NUMBER, floatsOf } from './run-tensor.js';

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
    const y = convolved(productsOn(engine), { grid, outChannels, groups }, floatsOf(x), weight);
    const shape = shapeOfWindows(grid, outChannels, options.kernelSize.length);
    return { dtype: 'float32', shape, data: biased(y, bias, windowCount(grid)) };
  });
};

const convTranspose: Prepare<'convTranspose'> = (options, model) => {
  const { weight, bias } = parametersOf(model, options.bias);
  return unary((y, { engine }) => {
    const { shape, convolution } = transposedConvolution(y.shape, options);
    const x = inputGradient(productsOn(engine), convolution, floatsOf(y), weight);
    return { dtype: 'float32', shape, data: biased(x, bias, sizeOf(shape.slice(2))) };
  });
};

/** @param compute one number for each window of each channel */
function pool(what: string, windows: Windows, compute: (x: Float32Array, grid: WindowGrid) => Float32Array) {
  return unary((x) => {
    const grid = gridOf(x.shape, windows, what);
    const shape = shapeOfWindows(grid, grid.channels, windows.kernelSize.length);
    return { dtype: 'float32', shape, data: compute(floatsOf(x), grid) };
  });
}

const maxPool: Prepare<'maxPool'> = (options) =>
  pool('maxPool', options, (x, grid) => maxima(x, grid).values);

const avgPool: Prepare<'avgPool'> = (options) =>
  pool('avgPool', options, (x, grid) => means(x, grid, options.countIncludePad));

export const convolutions = { avgPool, conv, convTranspose, maxPool };
