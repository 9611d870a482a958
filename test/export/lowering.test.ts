import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { logSoftmax, relu, softmax } from '../../src/builder/ops/activations.js';
import { concat } from '../../src/builder/ops/concat.js';
import { dropout } from '../../src/builder/ops/dropout.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { reshape } from '../../src/builder/ops/reshape.js';
import { transpose } from '../../src/builder/ops/transpose.js';
import { float32, int32 } from '../../src/builder/tensor.js';
import type { OnnxModel } from '../../src/onnx/graph.js';
import { expectSameNumbers, opTypes } from './running.js';

const sequence = float32('batch', 'time', 4);

/** What a node of the given operator has as attributes, as plain values. */
function attributesOf({ graph }: OnnxModel, opType: string) {
  const node = graph.nodes.find((candidate) => candidate.opType === opType);
  return Object.fromEntries(
    [...node!.attributes].map(([name, attribute]) => [name, 'value' in attribute && attribute.value]),
  );
}

/** The int64 constant that a node of the given operator reads as its second input; undefined where it is computed. */
function constantOf({ graph }: OnnxModel, opType: string) {
  const name = graph.nodes.find((candidate) => candidate.opType === opType)?.inputs[1];
  const constant = graph.initializers.find((tensor) => tensor.name === name);
  return constant?.data && Array.from(constant.data, Number);
}

describe('the last step of an LSTM', () => {
  it('is gathered from the output where two directions are joined', async () => {
    const network = defineNetwork({ x: sequence }, ({ x }) => {
      const { output } = lstm('lstm', x, { hiddenSize: 3, numLayers: 2, bidirectional: true });
      return { y: output.at(-1) };
    });
    const model = await expectSameNumbers(network);
    expect(opTypes(model)).toEqual([
      'Transpose',
      'LSTM',
      'Transpose',
      'Reshape',
      'LSTM',
      'Transpose',
      'Reshape',
      'Gather',
    ]);
    expect(constantOf(model, 'Gather')).toEqual([-1]);
  });

  it('is Y_h of the last of several layers', async () => {
    const network = defineNetwork({ x: sequence }, ({ x }) => ({
      y: lstm('lstm', x, { hiddenSize: 3, numLayers: 3 }).output.at(-1),
    }));
    const model = await expectSameNumbers(network);
    expect(opTypes(model)).toEqual(['Transpose', 'LSTM', 'Squeeze', 'LSTM', 'Squeeze', 'LSTM', 'Squeeze']);
    const recurrent = model.graph.nodes.filter(({ opType }) => opType === 'LSTM');
    expect(recurrent.map(({ outputs }) => outputs.length)).toEqual([1, 1, 2]);
  });

  it('is Y_h also behind a dropout, and where the time comes first', async () => {
    const network = defineNetwork({ x: float32('time', 'batch', 4) }, ({ x }) => ({
      y: dropout(lstm('lstm', x, { hiddenSize: 3 }).output).at(-1),
    }));
    expect(opTypes(await expectSameNumbers(network))).toEqual(['LSTM', 'Squeeze']);
  });

  it('is gathered where something was computed from the output', async () => {
    const network = defineNetwork({ x: sequence }, ({ x }) => ({
      y: relu(lstm('lstm', x, { hiddenSize: 3 }).output).at(-1),
    }));
    expect(opTypes(await expectSameNumbers(network))).toContain('Gather');
  });

  it.each([
    ['the first step', 0, 1],
    ['the last entry of the batch', -1, 0],
    ['the last feature', -1, 2],
  ])('is not mistaken for %s', async (_, index, axis) => {
    const network = defineNetwork({ x: sequence }, ({ x }) => ({
      y: lstm('lstm', x, { hiddenSize: 3 }).output.at(index, axis),
    }));
    const model = await expectSameNumbers(network);
    expect(attributesOf(model, 'Gather')).toEqual({ axis });
    expect(constantOf(model, 'Gather')).toEqual([index]);
  });
});

describe('an LSTM', () => {
  it.each([false, true])(
    'that is time-first has no Transpose of its input (bidirectional: %s)',
    async (bidirectional) => {
      const network = defineNetwork({ x: float32('time', 'batch', 4) }, ({ x }) => {
        const { output, h, c } = lstm('lstm', x, { hiddenSize: 3, numLayers: 2, bidirectional });
        return { output, h, c };
      });
      const model = await expectSameNumbers(network, { batch: 2, time: 6 });
      expect(model.graph.nodes[0]).toMatchObject({ opType: 'LSTM', inputs: expect.arrayContaining(['x']) });
      expect(model.graph.outputs.map(({ shape }) => shape)).toEqual([
        ['time', 'batch', bidirectional ? 6 : 3],
        [bidirectional ? 4 : 2, 'batch', 3],
        [bidirectional ? 4 : 2, 'batch', 3],
      ]);
    },
  );

  it('without bias has no B', async () => {
    const network = defineNetwork({ x: sequence }, ({ x }) => ({
      y: lstm('lstm', x, { hiddenSize: 3, bias: false }).output.at(-1),
    }));
    const model = await expectSameNumbers(network);
    expect(model.graph.nodes[1]?.inputs).toHaveLength(3);
  });

  it('starts from the states of another one', async () => {
    const network = defineNetwork({ x: sequence, y: float32('batch', 'steps', 2) }, ({ x, y }) => {
      const encoder = lstm('encoder', x, { hiddenSize: 3, numLayers: 2, bidirectional: true });
      const decoder = lstm('decoder', y, {
        hiddenSize: 3,
        numLayers: 2,
        bidirectional: true,
        initialState: encoder,
      });
      return { output: decoder.output };
    });
    await expectSameNumbers(network, { batch: 2, time: 4, steps: 3 });
  });

  it('of fixed sizes keeps them', async () => {
    const network = defineNetwork({ x: float32(2, 3, 4) }, ({ x }) => ({
      y: lstm('lstm', x, { hiddenSize: 3 }).output.at(-1, 1),
    }));
    const model = await expectSameNumbers(network, {});
    expect(model.graph.outputs[0]?.shape).toEqual([2, 3]);
    expect(opTypes(model)).toEqual(['Transpose', 'LSTM', 'Squeeze']);
  });
});

describe('a linear layer', () => {
  it('is a Gemm on matrices', async () => {
    const network = defineNetwork({ x: float32('batch', 4) }, ({ x }) => ({
      y: linear('fc', x, 3),
      z: linear('raw', x, 3, { bias: false }),
    }));
    const model = await expectSameNumbers(network);
    expect(opTypes(model)).toEqual(['Gemm', 'Gemm']);
    expect(attributesOf(model, 'Gemm')).toEqual({ transB: 1 });
  });

  it.each([
    ['a vector', float32(4), {}],
    ['a sequence', float32('batch', 'time', 4), { batch: 2, time: 3 }],
    ['rank 4', float32('batch', 2, 'time', 4), { batch: 2, time: 3 }],
  ])('is MatMul and Add on %s', async (_, x, sizes) => {
    const network = defineNetwork({ x }, (inputs) => ({
      y: linear('fc', inputs.x as Parameters<typeof linear>[1], 3),
      z: linear('raw', inputs.x as Parameters<typeof linear>[1], 3, { bias: false }),
    }));
    const model = await expectSameNumbers(network, sizes);
    expect(opTypes(model)).toEqual(['MatMul', 'Add', 'MatMul']);
  });
});

describe('a reshape', () => {
  it('copies named dimensions that stay in their place', async () => {
    const network = defineNetwork({ x: float32('batch', 'time', 12) }, ({ x }) => ({
      y: reshape(x, ['batch', 'time', 3, 4]),
    }));
    const model = await expectSameNumbers(network);
    expect(constantOf(model, 'Reshape')).toEqual([0, 0, 3, 4]);
  });

  it('leaves one dimension to be worked out: a -1, or a name in another place', async () => {
    const swallowed = defineNetwork({ x: sequence }, ({ x }) => ({ y: reshape(x, [-1, 4]) }));
    expect(constantOf(await expectSameNumbers(swallowed), 'Reshape')).toEqual([-1, 4]);
    const fixed = defineNetwork({ x: sequence }, ({ x }) => ({ y: reshape(x, ['batch', 'time', 2, -1]) }));
    expect(constantOf(await expectSameNumbers(fixed), 'Reshape')).toEqual([0, 0, 2, -1]);
    const moved = defineNetwork({ x: float32('batch', 4) }, ({ x }) => ({ y: reshape(x, [2, 'batch', 2]) }));
    expect(constantOf(await expectSameNumbers(moved), 'Reshape')).toEqual([2, -1, 2]);
  });

  it('reads the sizes from the input’s shape where two names move', async () => {
    const network = defineNetwork({ x: sequence }, ({ x }) => ({ y: reshape(x, ['time', 'batch', 2, -1]) }));
    const model = await expectSameNumbers(network);
    expect(opTypes(model)).toEqual(['Shape', 'Gather', 'Gather', 'Concat', 'Reshape']);
    expect(model.graph.outputs[0]?.shape).toEqual(['time', 'batch', 2, 2]);
    const computed = model.graph.valueInfo.find(({ name }) => name === 'reshape_1.shape');
    expect(computed).toMatchObject({ dtype: 'int64', shape: [4] });
  });
});

describe('softmax', () => {
  it.each([0, 1, -1, -3])('goes along axis %i', async (axis) => {
    const network = defineNetwork({ x: sequence }, ({ x }) => ({
      probabilities: softmax(x, axis),
      logarithms: logSoftmax(x, axis),
    }));
    const model = await expectSameNumbers(network);
    expect(attributesOf(model, 'Softmax')).toEqual({ axis });
    expect(attributesOf(model, 'LogSoftmax')).toEqual({ axis });
  });
});

describe('an embedding', () => {
  it('feeds an LSTM and a layer over every step', async () => {
    const network = defineNetwork({ ids: int32('batch', 'time') }, ({ ids }) => {
      const vectors = embedding('embedding', ids, { numEmbeddings: 5, embeddingDim: 4 });
      const { output } = lstm('lstm', vectors, { hiddenSize: 6 });
      return { tags: softmax(linear('fc', output, 3)) };
    });
    const model = await expectSameNumbers(network);
    expect(model.graph.inputs).toEqual([{ name: 'ids', dtype: 'int32', shape: ['batch', 'time'] }]);
    expect(opTypes(model)).toEqual([
      'Gather',
      'Transpose',
      'LSTM',
      'Squeeze',
      'Transpose',
      'MatMul',
      'Add',
      'Softmax',
    ]);
    expect(model.graph.outputs[0]?.shape).toEqual(['batch', 'time', 3]);
  });

  it('takes ids that were joined and turned around', async () => {
    const network = defineNetwork({ a: int32('batch', 3), b: int32('batch', 2) }, ({ a, b }) => ({
      y: embedding('embedding', transpose(concat([a, b]), [1, 0]), { numEmbeddings: 3, embeddingDim: 2 }),
      ids: concat([b, a], 1),
    }));
    await expectSameNumbers(network);
  });
});

describe('concat', () => {
  it('joins named dimensions, too', async () => {
    const network = defineNetwork({ a: sequence, b: float32('batch', 'more', 4) }, ({ a, b }) => ({
      y: concat([a, b, a], 1),
    }));
    const model = await expectSameNumbers(network, { batch: 2, time: 3, more: 2 });
    expect(model.graph.outputs[0]?.shape).toEqual(['batch', 'time+more+time', 4]);
  });
});

describe('what no output needs', () => {
  it('is left out: the joined states, their initializers, and the output of a layer', async () => {
    const network = defineNetwork({ x: sequence }, ({ x }) => {
      const { output, c } = lstm('lstm', x, { hiddenSize: 3, numLayers: 2 });
      linear('unused', output, 2);
      return { c };
    });
    const model = await expectSameNumbers(network);
    expect(opTypes(model)).toEqual(['Transpose', 'LSTM', 'Squeeze', 'LSTM', 'Concat']);
    const used = new Set(model.graph.nodes.flatMap(({ inputs }) => inputs));
    for (const { name } of model.graph.initializers) expect(used).toContain(name);
    expect(model.graph.nodes.filter(({ opType }) => opType === 'LSTM').map(({ outputs }) => outputs)).toEqual(
      [
        ['lstm.l0.Y', '', 'lstm.l0.Y_c'],
        ['', '', 'lstm.l1.Y_c'],
      ],
    );
  });
});
