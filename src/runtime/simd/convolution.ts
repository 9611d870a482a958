/** Convolutions and pools on the engine. */
import { convolve, convolveBack } from '../../builder/backends/simd/convolution.js';
import { maxima, means } from '../../builder/convolution/pool.js';
import { transposedConvolution } from '../../builder/convolution/transposed.js';
import { gridOf, shapeOfWindows, type WindowGrid, type Windows } from '../../builder/convolution/windows.js';
import { type Preparation, type Prepare, unary } from './operator.js';
import { floatsAt, floatsOf } from './run-tensor.js';

/** Where the parameters of a convolution are, placed once; 0 for a bias that it has not. */
function placed({ arena, parameter }: Preparation, hasBias: boolean) {
  const place = (name: string) => arena.place({ dtype: 'float32', data: parameter(name).data });
  return { weight: place('weight'), bias: hasBias ? place('bias') : 0 };
}

const conv: Prepare<'conv'> = (options, model) => {
  const { weight, bias } = placed(model, options.bias);
  const { outChannels, groups } = options;
  return unary((x, { engine, arena }) => {
    const grid = gridOf(x.shape, options, 'conv');
    const y = convolve(engine, { grid, outChannels, groups }, arena.place(x), weight, bias);
    return floatsAt(engine, arena.adopt(y), shapeOfWindows(grid, outChannels, options.kernelSize.length));
  });
};

const convTranspose: Prepare<'convTranspose'> = (options, model) => {
  const { weight, bias } = placed(model, options.bias);
  return unary((y, { engine, arena }) => {
    const { shape, convolution } = transposedConvolution(y.shape, options);
    const x = convolveBack(engine, convolution, arena.place(y), weight, bias);
    return floatsAt(engine, arena.adopt(x), shape);
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
