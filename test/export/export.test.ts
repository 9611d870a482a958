import { beforeAll, describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { relu } from '../../src/builder/ops/activations.js';
import { dropout } from '../../src/builder/ops/dropout.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { initParameters } from '../../src/builder/parameters.js';
import { float32 } from '../../src/builder/tensor.js';
import { exportOnnx, toOnnxModel } from '../../src/export/export.js';
import { checkModel } from '../../src/onnx/check.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import type { OnnxModel, OnnxNode } from '../../src/onnx/graph.js';
import { version } from '../../src/version.js';
import { simpleLSTM } from '../parity/networks.js';
import { expectSameNumbers, normal, opTypes, runOnnx } from './running.js';

const parameters = initParameters(simpleLSTM, 1);
const opsets = [14, 15, 16, 17, 18, 19, 20, 21, 22];

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'LstmOnnxError', code, message: expect.stringMatching(message) });

/** Every value between a graph's inputs and outputs has a whole type beside it. */
function expectAllTyped({ graph }: OnnxModel) {
  const typed = new Map([...graph.valueInfo, ...graph.outputs].map((value) => [value.name, value]));
  const values = graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== '');
  expect(values.length).toBeGreaterThan(0);
  for (const name of values) {
    const { dtype, shape } = typed.get(name) ?? {};
    expect({ name, dtype, shape }).toEqual({
      name,
      dtype: expect.stringMatching(/^(float32|int32|int64)$/),
      shape: expect.any(Array),
    });
    expect(shape).not.toContain(null);
  }
}

describe('the export of simpleLSTM', () => {
  const model = decodeModel(exportOnnx(simpleLSTM, parameters));
  const [transpose, recurrent, squeeze, gemm] = model.graph.nodes as [OnnxNode, OnnxNode, OnnxNode, OnnxNode];

  it('is Transpose, LSTM, Squeeze, Gemm, and nothing else', () => {
    expect(opTypes(model)).toEqual(['Transpose', 'LSTM', 'Squeeze', 'Gemm']);
  });

  it('takes the last step from Y_h and leaves Y and Y_c out', () => {
    expect(recurrent.outputs).toEqual(['', expect.stringMatching(/Y_h/)]);
    expect(squeeze.inputs[0]).toBe(recurrent.outputs[1]);
    expect(gemm.inputs[0]).toBe(squeeze.outputs[0]);
    expect(recurrent.inputs[0]).toBe(transpose.outputs[0]);
  });

  it('has dynamic batch and time in its inputs and outputs', () => {
    expect(model.graph.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: ['batch', 'time', 28] }]);
    expect(model.graph.outputs).toEqual([{ name: 'logits', dtype: 'float32', shape: ['batch', 10] }]);
  });

  it('has the weights once, in the shapes of the LSTM operator, and PyTorch’s linear weight as it is', () => {
    const shapes = model.graph.initializers
      .filter(({ dtype }) => dtype === 'float32')
      .map(({ name, shape }) => [name, shape]);
    expect(shapes).toEqual([
      ['lstm.l0.W', [1, 256, 28]],
      ['lstm.l0.R', [1, 256, 64]],
      ['lstm.l0.B', [1, 512]],
      ['fc.weight', [10, 64]],
      ['fc.bias', [10]],
    ]);
    const weight = model.graph.initializers.find(({ name }) => name === 'fc.weight');
    expect(weight?.data).toEqual(parameters.get('fc.weight')?.data);
  });

  it('has PyTorch’s gates i, f, g, o as ONNX’s i, o, f, c', () => {
    const w = model.graph.initializers.find(({ name }) => name === 'lstm.l0.W')?.data as Float32Array;
    const weightIh = parameters.get('lstm.weight_ih_l0')!.data;
    const block = 64 * 28;
    const gate = (data: Float32Array, at: number) => data.slice(at * block, (at + 1) * block);
    const [i, f, g, o] = [0, 1, 2, 3].map((at) => gate(weightIh, at));
    expect([0, 1, 2, 3].map((at) => gate(w, at))).toEqual([i, o, f, g]);
  });

  it('states the type of every value', () => {
    expectAllTyped(model);
  });

  it('leaves the states’ metadata out, since none are shown', () => {
    expect([...model.metadata.keys()]).toEqual(['producer']);
  });

  it('says who made it, and describes the network to viewers', () => {
    expect(model).toMatchObject({ producerName: 'lstm-onnx', producerVersion: version });
    expect(model.metadata.get('producer')).toBe(`lstm-onnx ${version}`);
    expect(model.docString).toMatch(/lstm\(hiddenSize=64/);
    expect(recurrent.docString).toMatch(/weight_ih_l0/);
  });

  it('is the same bytes every time', () => {
    expect(Buffer.compare(exportOnnx(simpleLSTM, parameters), exportOnnx(simpleLSTM, parameters))).toBe(0);
  });
});

describe('the opset', () => {
  const x = { x: normal([3, 6, 28]) };
  let expected: Float32Array;
  beforeAll(async () => {
    const { logits } = await runOnnx(exportOnnx(simpleLSTM, parameters), x);
    expected = logits!.data as Float32Array;
  });

  it('is 17 unless told otherwise', () => {
    expect(toOnnxModel(simpleLSTM, parameters).opsets).toEqual(new Map([['', 17]]));
  });

  it.each(opsets)(
    '%i has its own file format version, passes the checker and gives equal numbers',
    async (opset) => {
      const bytes = exportOnnx(simpleLSTM, parameters, { opset });
      const model = decodeModel(bytes);
      expect(model.opsets).toEqual(new Map([['', opset]]));
      // Versioning.md of the ONNX project
      expect(model.irVersion).toBe(opset >= 21 ? 10 : opset >= 19 ? 9 : opset >= 15 ? 8 : 7);
      checkModel(model);
      const { logits } = await runOnnx(bytes, x);
      expect(logits?.data).toEqual(expected);
    },
  );

  it.each([13, 23, 1.5, Number.NaN, 0, -1])('%d is refused with the ones that are not', (opset) => {
    expect(() => exportOnnx(simpleLSTM, parameters, { opset })).toThrow(
      refused('E_UNSUPPORTED', /Opset .* give one from 14 to 22/),
    );
  });
});

describe('the metadata', () => {
  it('carries labels, preprocessing and entries of the caller’s', async () => {
    const labels = ['zero', 'ünö "1"', ...'23456789'];
    const bytes = exportOnnx(simpleLSTM, parameters, {
      labels,
      preprocessing: 'pixel / 255',
      metadata: { author: 'somebody', '': 'empty key' },
    });
    const { metadata } = decodeModel(bytes);
    expect(JSON.parse(metadata.get('labels')!)).toEqual(labels);
    expect(metadata.get('preprocessing')).toBe('pixel / 255');
    expect(metadata.get('author')).toBe('somebody');
    expect(metadata.get('')).toBe('empty key');
  });

  it('says which output carries which state', () => {
    const { metadata } = toOnnxModel(simpleLSTM, parameters, { states: true });
    expect(JSON.parse(metadata.get('lstm_onnx.states')!)).toEqual({ h0: 'hn', c0: 'cn' });
  });
});

describe('outputs', () => {
  const x = float32('batch', 4);

  it('may show the same value twice', async () => {
    const network = defineNetwork({ x }, (inputs) => {
      const y = relu(inputs.x);
      return { first: y, second: y };
    });
    expect(opTypes(await expectSameNumbers(network))).toEqual(['Relu', 'Identity']);
  });

  it('may show the same last step twice, once through another node', async () => {
    const network = defineNetwork({ x: float32('batch', 'time', 3) }, (inputs) => {
      const { output, h } = lstm('lstm', inputs.x, { hiddenSize: 4 });
      return { sequence: output, h, last: output.at(-1), again: output.at(-1) };
    });
    const model = await expectSameNumbers(network);
    expect(opTypes(model)).toEqual(['Transpose', 'LSTM', 'Squeeze', 'Transpose', 'Squeeze', 'Identity']);
  });

  it('may be inputs', async () => {
    const network = defineNetwork({ x }, (inputs) => ({ same: inputs.x, y: relu(inputs.x) }));
    expect(opTypes(await expectSameNumbers(network))).toEqual(['Relu', 'Identity']);
  });

  it('may be dropouts, which are gone', async () => {
    const network = defineNetwork({ x }, (inputs) => ({
      kept: dropout(relu(inputs.x), 0.9),
      untouched: dropout(inputs.x, 0.9),
    }));
    expect(opTypes(await expectSameNumbers(network))).toEqual(['Relu', 'Identity']);
  });

  it('may be values that other nodes go on with', async () => {
    const network = defineNetwork({ x }, (inputs) => {
      const hidden = relu(linear('fc1', inputs.x, 5));
      return { logits: linear('fc2', hidden, 2), hidden };
    });
    expect(opTypes(await expectSameNumbers(network))).toEqual(['Gemm', 'Relu', 'Gemm']);
  });

  it('may have any name that ONNX allows', async () => {
    const network = defineNetwork({ x }, (inputs) => ({ 'p(y | x), ünïcode': relu(inputs.x) }));
    await expectSameNumbers(network);
  });

  it('are refused under the name of an input, with the remedy', () => {
    const network = defineNetwork({ x }, (inputs) => ({ x: relu(inputs.x) }));
    expect(() => exportOnnx(network, new Map())).toThrow(
      refused('E_DUPLICATE_NAME', /input and an output called 'x'.* rename one/),
    );
  });
});

describe('names', () => {
  it('of inputs, outputs, ops and parameters that are the same do not meet', async () => {
    const network = defineNetwork(
      {
        'fc.weight': float32('batch', 'time', 3),
        'lstm.l0.W': float32('batch', 4),
        const_0: float32('batch', 4),
      },
      (inputs) => {
        const { output, h } = lstm('lstm', inputs['fc.weight'], { hiddenSize: 4 });
        const hidden = linear('fc', output.at(-1), 4);
        const other = linear('lstm.l0', inputs['lstm.l0.W'], 4);
        const deep = linear('lstm.output', inputs.const_0, 4);
        return { 'fc.bias': hidden, 'lstm.l0.Y_h': other, 'lstm.h': deep, 'lstm.l0.R': h, const_1: output };
      },
    );
    const model = await expectSameNumbers(network);
    const names = [
      ...model.graph.inputs.map(({ name }) => name),
      ...model.graph.initializers.map(({ name }) => name),
      ...model.graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== ''),
    ];
    expect(new Set(names).size).toBe(names.length);
    expectAllTyped(model);
  });
});

describe('parameters', () => {
  it.each([
    ['missing', new Map([...parameters].slice(1)), /lstm\.weight_ih_l0' .* is missing/],
    ['too many', new Map([...parameters, ['extra', parameters.get('fc.bias')!]]), /'extra' is not expected/],
    [
      'of another shape',
      new Map([...parameters, ['fc.bias', { shape: [9], data: new Float32Array(9) }]]),
      /'fc\.bias' is \[9\], expected \[10\]/,
    ],
  ])('%s are refused by name', (_, wrong, message) => {
    expect(() => exportOnnx(simpleLSTM, wrong)).toThrow(refused('E_SHAPE_MISMATCH', message));
  });
});
