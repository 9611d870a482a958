import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { relu, tanh } from '../../src/builder/ops/activations.js';
import { concat } from '../../src/builder/ops/concat.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import {
  checkParameters,
  initParameters,
  parameterSpecs,
  type StateDict,
} from '../../src/builder/parameters.js';
import { float32, int32, type SymbolicTensor } from '../../src/builder/tensor.js';
import { failureOf } from '../data/failure.js';
import { simpleLSTM } from '../parity/networks.js';

const features = float32('batch', 4);

describe('defineNetwork', () => {
  it('gives plain data: inputs, nodes in order and outputs with where they come from', () => {
    expect(simpleLSTM).toEqual({
      inputs: { x: { dtype: 'float32', shape: ['batch', 'time', 28] } },
      nodes: [
        {
          name: 'lstm',
          op: 'lstm',
          inputs: { x: 'x' },
          options: {
            hiddenSize: 64,
            numLayers: 1,
            bidirectional: false,
            bias: true,
            dropout: 0,
            batchFirst: true,
          },
          outputs: {
            output: { dtype: 'float32', shape: ['batch', 'time', 64] },
            h: { dtype: 'float32', shape: [1, 'batch', 64] },
            c: { dtype: 'float32', shape: [1, 'batch', 64] },
          },
        },
        {
          name: 'at_1',
          op: 'at',
          inputs: { x: 'lstm:output' },
          options: { index: -1, axis: 1 },
          outputs: { output: { dtype: 'float32', shape: ['batch', 64] } },
        },
        {
          name: 'fc',
          op: 'linear',
          inputs: { x: 'at_1:output' },
          options: { outFeatures: 10, bias: true },
          outputs: { output: { dtype: 'float32', shape: ['batch', 10] } },
        },
      ],
      outputs: { logits: { dtype: 'float32', shape: ['batch', 10], from: 'fc:output' } },
    });
  });

  it('keeps the order of definition, and numbers ops that have no name', () => {
    const network = defineNetwork({ x: features }, ({ x }) => {
      const second = relu(linear('b', x, 3));
      const first = tanh(linear('a', relu(x), 3));
      return { y: concat([first, second]) };
    });
    const names = network.nodes.map(({ name }) => name);
    expect(names).toEqual(['b', 'relu_1', 'relu_2', 'a', 'tanh_1', 'concat_1']);
    const parameters = parameterSpecs(network).map(({ name }) => name);
    expect(parameters).toEqual(['b.weight', 'b.bias', 'a.weight', 'a.bias']);
  });

  it('numbers around a name that is taken', () => {
    const network = defineNetwork({ relu_1: features }, (inputs) => ({ y: relu(inputs.relu_1) }));
    expect(network.nodes.map(({ name }) => name)).toEqual(['relu_2']);
  });

  it('leaves out what no output needs, parameters too', () => {
    const network = defineNetwork({ x: float32('batch', 'time', 4) }, ({ x }) => {
      const { output } = lstm('lstm', x, { hiddenSize: 3 });
      relu(linear('unused', output, 7));
      return { y: linear('fc', output.at(-1), 2) };
    });
    expect(network.nodes.map(({ name }) => name)).toEqual(['lstm', 'at_1', 'fc']);
    expect([...initParameters(network, 1).keys()].filter((name) => name.startsWith('unused'))).toEqual([]);
  });

  it('shows an input or one value under several names', () => {
    const network = defineNetwork({ x: features }, ({ x }) => {
      const y = relu(x);
      return { same: x, y, again: y };
    });
    expect(network.outputs.same.from).toBe('x');
    expect(network.outputs.again).toEqual(network.outputs.y);
  });

  it.each([
    [
      'two ops of one name',
      () =>
        defineNetwork({ x: features }, ({ x }) => ({
          a: linear('fc', x, 2),
          b: linear('fc', x, 2),
        })),
      "The network has two things called 'fc'; give each input and op a name of its own, or call the layer again in a function made by shared.",
    ],
    [
      'an op named like an input',
      () => defineNetwork({ x: features }, ({ x }) => ({ y: linear('x', x, 2) })),
      "The network has two things called 'x'; give each input and op a name of its own, or call the layer again in a function made by shared.",
    ],
  ])('refuses %s', (_, define, message) => {
    expect(failureOf(define)).toMatchObject({ code: 'E_DUPLICATE_NAME', message });
  });

  it.each(['', 'f c', '1st', 'fc.', 'a..b', 'fc:output', 'größe'])('refuses %j as a name', (name) => {
    const failure = failureOf(() => defineNetwork({ x: features }, ({ x }) => ({ y: linear(name, x, 2) })));
    expect(failure).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: `${JSON.stringify(name)} is not a name: use letters, digits and _, starting with a letter; dots nest.`,
    });
  });

  it('nests names by dots, as PyTorch modules do', () => {
    const network = defineNetwork({ x: features }, ({ x }) => ({ y: linear('head.fc', x, 2) }));
    expect(parameterSpecs(network).map(({ name }) => name)).toEqual(['head.fc.weight', 'head.fc.bias']);
  });

  it('refuses a network without outputs', () => {
    expect(failureOf(() => defineNetwork({ x: features }, () => ({})))).toMatchObject({
      code: 'E_MISSING_NAME',
      message: 'The network has no outputs; return at least one by name.',
    });
  });

  it('refuses values of another network, as output and as input of an op', () => {
    let foreign: SymbolicTensor<'float32', readonly ['batch', 4]> | undefined;
    defineNetwork({ x: features }, ({ x }) => {
      foreign = x;
      return { y: relu(x) };
    });
    expect(failureOf(() => defineNetwork({ x: features }, () => ({ y: foreign! })))).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: "Output 'y' does not belong to this network.",
    });
    expect(
      failureOf(() => defineNetwork({ x: features }, ({ x }) => ({ y: concat([x, foreign!]) }))),
    ).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: "concat_1: 'x' belongs to another network; use values of this definition only.",
    });
  });

  it('is not changed by ops applied after it was closed', () => {
    let kept: SymbolicTensor<'float32', readonly ['batch', 4]> | undefined;
    const network = defineNetwork({ x: features }, ({ x }) => {
      kept = x;
      return { y: relu(x) };
    });
    tanh(kept!);
    expect(network.nodes.map(({ name }) => name)).toEqual(['relu_1']);
  });

  it.each([[0], [-1], [1.5], [Number.NaN], [2 ** 60], ['a b'], [''], [null], [undefined]])(
    'refuses %j as a dimension',
    (dim) => {
      const failure = failureOf(() => int32('batch', dim as number));
      expect(failure.code).toBe('E_INVALID_OPTION');
      expect(failure.message).toContain("neither a positive integer nor a name such as 'batch'");
    },
  );
});

describe('checkParameters', () => {
  const parameters = new Map(initParameters(simpleLSTM, 1));

  it('takes the parameters of the network', () => {
    expect(() => checkParameters(simpleLSTM, parameters)).not.toThrow();
  });

  it('names every difference at once', () => {
    const changed: StateDict = new Map([
      ...[...parameters].filter(([name]) => name !== 'fc.bias'),
      ['fc.weight', { shape: [64, 10], data: new Float32Array(640) }],
      ['lstm.bias_ih_l0', { shape: [256], data: new Float32Array(255) }],
      ['fc.scale', { shape: [1], data: new Float32Array(1) }],
    ]);
    expect(failureOf(() => checkParameters(simpleLSTM, changed))).toMatchObject({
      code: 'E_SHAPE_MISMATCH',
      message:
        "The parameters do not fit the network: 'lstm.bias_ih_l0' holds 255 numbers; " +
        "'fc.weight' is [64, 10], expected [10, 64]; 'fc.bias' [10] is missing; 'fc.scale' is not expected.",
    });
  });
});
