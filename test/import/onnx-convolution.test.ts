/** Convolutions and pools of ONNX files, as other exporters write them: what the network computes, and what is refused. */
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxDim, OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/graph.js';
import { model, node, value } from '../onnx/broken-models.js';
import { expectSame, int, ints, text, weights } from './onnx-models.js';

const series: OnnxDim[] = ['batch', 4, 'time'];
const image: OnnxDim[] = ['batch', 4, 5, 8];

function graph(
  nodes: readonly OnnxNode[],
  x: OnnxDim[],
  initializers: OnnxTensor[] = [],
  rank = x.length,
): OnnxModel {
  const y = value(
    'y',
    Array.from({ length: rank }, () => null),
  );
  return model(nodes, { inputs: [value('x', x)], outputs: [y], initializers });
}

describe('an imported graph computes what the file does:', () => {
  it.each<[string, OnnxModel]>([
    [
      'Conv of a series, padded to its length',
      graph([node('Conv', ['x', 'w', 'b'], ['y'], { pads: ints(1, 1) })], series, [
        weights('w', 3, 4, 3),
        weights('b', 3),
      ]),
    ],
    ['Conv without attributes', graph([node('Conv', ['x', 'w'], ['y'])], image, [weights('w', 3, 4, 2, 2)])],
    [
      'Conv SAME_UPPER of a series',
      graph([node('Conv', ['x', 'w'], ['y'], { auto_pad: text('SAME_UPPER') })], series, [
        weights('w', 3, 4, 2),
      ]),
    ],
    [
      'Conv SAME_LOWER with strides',
      graph([node('Conv', ['x', 'w'], ['y'], { auto_pad: text('SAME_LOWER'), strides: ints(2, 3) })], image, [
        weights('w', 3, 4, 3, 2),
      ]),
    ],
    [
      'Conv VALID in groups',
      graph(
        [node('Conv', ['x', 'w'], ['y'], { auto_pad: text('VALID'), group: int(2), dilations: ints(1, 2) })],
        image,
        [weights('w', 6, 2, 2, 2)],
      ),
    ],
    [
      'ConvTranspose with more at the end',
      graph(
        [
          node('ConvTranspose', ['x', 'w', 'b'], ['y'], {
            strides: ints(2),
            output_padding: ints(1),
            pads: ints(1, 0),
          }),
        ],
        series,
        [weights('w', 4, 3, 3), weights('b', 3)],
      ),
    ],
    [
      'ConvTranspose in groups',
      graph([node('ConvTranspose', ['x', 'w'], ['y'], { group: int(2) })], image, [weights('w', 4, 3, 2, 2)]),
    ],
    [
      'MaxPool of a series by strides',
      graph(
        [node('MaxPool', ['x'], ['y'], { kernel_shape: ints(2), strides: ints(2), pads: ints(1, 0) })],
        series,
      ),
    ],
    [
      'MaxPool that rounds up to what fits',
      graph(
        [node('MaxPool', ['x'], ['y'], { kernel_shape: ints(3, 2), strides: ints(2, 2), ceil_mode: int(1) })],
        image,
      ),
    ],
    [
      'MaxPool that rounds up over the end, with gaps',
      graph(
        [
          node('MaxPool', ['x'], ['y'], {
            kernel_shape: ints(2),
            strides: ints(3),
            dilations: ints(2),
            pads: ints(0, 1),
            ceil_mode: int(1),
          }),
        ],
        ['batch', 4, 6],
      ),
    ],
    [
      'AveragePool that rounds up over the end of padding that counts',
      graph(
        [
          node('AveragePool', ['x'], ['y'], {
            kernel_shape: ints(3),
            strides: ints(2),
            pads: ints(1, 1),
            ceil_mode: int(1),
            count_include_pad: int(1),
          }),
        ],
        series,
      ),
    ],
    [
      'AveragePool without what is padding',
      graph([node('AveragePool', ['x'], ['y'], { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) })], image),
    ],
    [
      'AveragePool with it',
      graph(
        [
          node('AveragePool', ['x'], ['y'], {
            kernel_shape: ints(3),
            pads: ints(1, 1),
            count_include_pad: int(1),
          }),
        ],
        series,
      ),
    ],
    ['GlobalAveragePool', graph([node('GlobalAveragePool', ['x'], ['y'])], image)],
    [
      'GlobalMaxPool, which Flatten follows',
      graph([node('GlobalMaxPool', ['x'], ['p']), node('Flatten', ['p'], ['y'])], image, [], 2),
    ],
    [
      'frames that a Transpose turns around',
      graph(
        [
          node('Transpose', ['x'], ['t'], { perm: ints(0, 2, 1) }),
          node('Conv', ['t', 'w'], ['c'], { pads: ints(2, 0) }),
          node('Transpose', ['c'], ['y'], { perm: ints(0, 2, 1) }),
        ],
        ['batch', 'time', 4],
        [weights('w', 3, 4, 3)],
      ),
    ],
  ])('%s', async (_, file) => {
    await expectSame(file);
  });
});

describe('an import refuses', () => {
  it.each<[string, OnnxModel, RegExp]>([
    [
      'a padding that depends on a size that varies',
      graph([node('Conv', ['x', 'w'], ['y'], { auto_pad: text('SAME_UPPER'), strides: ints(2) })], series, [
        weights('w', 3, 4, 3),
      ]),
      /auto_pad\) depends on the size of axis 2 of \[batch, 4, time\]/,
    ],
    [
      'three axes',
      graph([node('MaxPool', ['x'], ['y'], { kernel_shape: ints(2, 2, 2) })], ['batch', 4, 3, 3, 3]),
      /read are one and two axes after \[batch, channels\]/,
    ],
    [
      'pads below zero',
      graph([node('Conv', ['x', 'w'], ['y'], { pads: ints(-1, 0) })], series, [weights('w', 3, 4, 3)]),
      /pads are below zero/,
    ],
    [
      'other channels',
      graph([node('Conv', ['x', 'w'], ['y'])], series, [weights('w', 3, 5, 3)]),
      /which do not fit/,
    ],
  ])('%s', (_, file, says) => {
    expect(() => readOnnx(encodeModel(file))).toThrow(says);
  });
});
