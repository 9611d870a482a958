/** Convolutions and pools on the engine. */
import { addressOf, productsOn } from '../../builder/backends/simd/products.js';
import { addToChannels, convolved, inputGradient } from '../../builder/convolution/convolution.js';
import { maxima, means } from '../../builder/convolution/pool.js';
import type { Numbers } from '../../builder/convolution/products.js';
import { transposedConvolution } from '../../builder/convolution/transposed.js';
import { gridOf, shapeOfWindows, type WindowGrid, type Windows } from '../../builder/convolution/windows.js';
import type { Parameter } from '../../builder/parameters.js';
import { sizeOf } from '../../nd-array.js';
import { type Preparation, type Prepare, type Run, unary } from './operator.js';
import { floatsAt, floatsOf, type RunTensor } from './run-tensor.js';

/** What a convolution of a model computes with; its weight is placed once. */
function prepared({ engine, arena, parameter }: Preparation, hasBias: boolean) {
  const weight = parameter('weight');
  return {
    products: productsOn(engine),
    weight: { data: weight.data, at: arena.place({ dtype: 'float32', data: weight.data }) },
    bias: hasBias ? parameter('bias') : undefined,
  };
}

/** What was computed, with its bias; it is released with the run. */
function result(
  y: Numbers,
  shape: readonly number[],
  bias: Parameter | undefined,
  { engine, arena }: Run,
): RunTensor {
  if (bias) addToChannels(y.data, bias.data, sizeOf(shape.slice(2)));
  return floatsAt(engine, arena.adopt(addressOf(y)), shape);
}

const conv: Prepare<'conv'> = (options, model) => {
  const { products, weight, bias } = prepared(model, options.bias);
  const { outChannels, groups } = options;
  return unary((x, run) => {
    const grid = gridOf(x.shape, options, 'conv');
    const y = convolved(products, { grid, outChannels, groups }, floatsOf(x), weight);
    return result(y, shapeOfWindows(grid, outChannels, options.kernelSize.length), bias, run);
  });
};

const convTranspose: Prepare<'convTranspose'> = (options, model) => {
  const { products, weight, bias } = prepared(model, options.bias);
  return unary((y, run) => {
    const { shape, convolution } = transposedConvolution(y.shape, options);
    return result(inputGradient(products, convolution, floatsOf(y), weight), shape, bias, run);
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
