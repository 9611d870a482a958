/** Layers of an ONNX file whose weights are the same initializers share their parameters, and are written so. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defineNetwork, type Network } from '../../src/builder/network.js';
import { relu } from '../../src/builder/ops/activations.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { gru } from '../../src/builder/ops/gru.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { batchNorm } from '../../src/builder/ops/normalization.js';
import { unsqueeze } from '../../src/builder/ops/unsqueeze.js';
import { initParameters, parameterSpecs, type StateDict } from '../../src/builder/parameters.js';
import { shared, tie } from '../../src/builder/shared.js';
import { float32, int32, type Value } from '../../src/builder/tensor.js';
import { unroll } from '../../src/builder/unroll.js';
import { exportOnnx, toOnnxModel } from '../../src/export/export.js';
import { importModel } from '../../src/import/import-model.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import { model, node, value } from '../onnx/broken-models.js';
import { weights } from './onnx-models.js';
import '../matcher.js';

type Row = Value<'float32', readonly ['batch', 4]>;

const decoder = (projSize: number | undefined) =>
  defineNetwork({ x: float32('batch', 4), h: float32(1, 'batch', 3), c: float32(1, 'batch', 5) }, (given) => {
    const { outputs } = unroll(3, given, ({ x, h, c }) => {
      const sizes = { hiddenSize: 5, projSize } as const;
      const next = lstm('decoder', unsqueeze(x, 1), { ...sizes, initialState: { h, c } as never });
      return {
        x: linear('fc', next.output.at(0, 1), 4) as Row,
        h: next.h as typeof h,
        c: next.c as typeof c,
      };
    });
    return { y: outputs.x };
  });

const networks: Readonly<Record<string, Network>> = {
  'a loop of cells': defineNetwork({ x: float32('batch', 4), h: float32(1, 'batch', 4) }, (given) => {
    const { last } = unroll(3, given, ({ x, h }) => {
      const next = gru('decoder', unsqueeze(x, 1), { hiddenSize: 4, initialState: { h } });
      const seen = linear('fc', next.output.at(0, 1), 4);
      return { x: batchNorm('norm', seen) as typeof seen, h: next.h };
    });
    return { y: last.x };
  }),
  'a loop of projected cells': decoder(3),
  'a layer on rows and on sequences': defineNetwork(
    { row: float32('batch', 4), steps: float32('batch', 'time', 4) },
    ({ row, steps }) => {
      const call = shared((x: Value<'float32'>) => linear('fc', x as never, 4));
      return { a: call(steps), b: call(row), c: call(relu(steps)) };
    },
  ),
  'a tied embedding': defineNetwork({ ids: int32('batch', 'time') }, ({ ids }) => {
    const logits = linear('decoder', embedding('encoder', ids, { numEmbeddings: 9, embeddingDim: 4 }), 9);
    tie('decoder.weight', 'encoder.weight');
    return { logits };
  }),
};

/** Parameters none of whose tensors is all ones or zeros. */
function distinct(network: Network): StateDict {
  const drawn = initParameters(network, 3);
  return new Map(
    [...drawn].map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((number, i) => number + 0.01 * (i + 1)) },
    ]),
  );
}

describe.each(Object.entries(networks))('%s', (name, network) => {
  const parameters = distinct(network);
  const isProjected = name.includes('projected');

  it('has each parameter once in its ONNX file', () => {
    const { initializers } = toOnnxModel(network, parameters).graph;
    const count = (all: Iterable<{ readonly data?: { readonly length: number } | undefined }>) =>
      [...all].reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
    const floats = initializers.filter(({ dtype }) => dtype === 'float32');
    // A projection is folded into the recurrent weights, and is there for the way back.
    if (isProjected) expect(floats.map((tensor) => tensor.name)).toHaveLength(7);
    else expect(count(floats)).toBe(count(parameters.values()));
  });

  it.skipIf(isProjected)('is read back with its parameters, each once', async () => {
    const read = await importModel(exportOnnx(network, parameters));
    expect(read.parameters).toBeCloseToArray(parameters as never); // tolerance 0
    const sharing = ({ nodes }: Network) =>
      nodes
        .filter(({ module, tied }) => module ?? tied)
        .map(({ op, module, tied }) => ({ op, module, tied }));
    expect(sharing(read.network)).toEqual(sharing(network));
    expect(sharing(network).length).toBeGreaterThan(0);
    const again = await importModel(exportOnnx(read.network, read.parameters));
    expect(again.parameters).toEqual(read.parameters);
  });
});

describe('a file of torch.onnx.export', () => {
  it('has one decoder, though the loop is unrolled', async () => {
    const file = new URL('../../fixtures/data/coverage/A37.onnx', import.meta.url);
    const { network, parameters } = await importModel(readFileSync(file));
    expect([...parameters.keys()]).toEqual([
      ...['encoder', 'decoder'].flatMap((layer) =>
        ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((own) => `${layer}.${own}_l0`),
      ),
      'linear.weight',
      'linear.bias',
    ]);
    expect(network.nodes.filter(({ module }) => module === 'decoder')).toHaveLength(2);
  });
});

describe('cells that are called step by step from zeros', () => {
  it.each(['lstm', 'gru', 'rnn'])('have the weights of their %s once', async (kind) => {
    const file = new URL(`../../fixtures/data/onnx-layout/steps-${kind}-script.onnx`, import.meta.url);
    const { network, parameters } = await importModel(readFileSync(file));
    expect([...parameters.keys()]).toEqual(['cell.weight', 'cell.bias', 'cell_1.weight', 'cell_1.bias']);
    expect(parameterSpecs(network).some(({ trained }) => trained === false)).toBe(false);
  });
});

describe('a tied embedding in a file of torch.onnx.export, which stores its weight twice,', () => {
  it('is read as one tensor, with a note', async () => {
    const file = new URL('../../fixtures/data/coverage/A38.onnx', import.meta.url);
    const { network, parameters, notes } = await importModel(readFileSync(file));
    expect(network.nodes.at(-1)).toMatchObject({ op: 'linear', tied: { weight: 'encoder.weight' } });
    expect([...parameters.keys()].filter((name) => !name.startsWith('rnns'))).toEqual([
      'encoder.weight',
      'decoder.bias',
    ]);
    expect(notes.map(({ text }) => text)).toEqual([
      expect.stringContaining('int64'),
      '"encoder.weight" and "decoder.weight" have the same numbers and are read as one tensor, which training moves as one.',
    ]);
  });
});

describe('layers of the same constants', () => {
  const read = (nodes: Parameters<typeof model>[0], initializers: ReturnType<typeof weights>[]) => {
    const x = value('x', ['batch', 4]);
    const bytes = encodeModel(
      model(nodes, { initializers, inputs: [x], outputs: [value('y', ['batch', 4])] }),
    );
    return readOnnx(bytes);
  };
  const gemm = (x: string, w: string, b: string, y: string) => node('Gemm', [x, w, b], [y]);

  it('are several where the constants are all one number, which exporters store once', () => {
    const same = (name: string, number: number) => {
      const { data, ...tensor } = weights(name, 4);
      return { ...tensor, data: new Float32Array(data?.length ?? 0).fill(number) };
    };
    const norm = (x: string, y: string) =>
      node('BatchNormalization', [x, 'n.weight', 'n.bias', 'n.bias', 'n.weight'], [y]);
    const { network, parameters } = read(
      [norm('x', 'n'), norm('n', 'y')],
      [same('n.weight', 1), same('n.bias', 0)],
    );
    expect(network.nodes.map(({ module, tied }) => module ?? tied)).toEqual([undefined, undefined]);
    expect(parameters.size).toBe(8);
  });

  it('are tied where one of their constants is the same', () => {
    const initializers = [weights('a.weight', 4, 4), weights('a.bias', 4), weights('b.bias', 4)];
    const { network, parameters } = read(
      [gemm('x', 'a.weight', 'a.bias', 'h'), gemm('h', 'a.weight', 'b.bias', 'y')],
      initializers,
    );
    expect(network.nodes[1]).toMatchObject({ tied: { weight: 'a.weight' } });
    expect([...parameters.keys()]).toEqual(['a.weight', 'a.bias', 'b.bias']);
  });

  it('are two where one takes its weight transposed', () => {
    const turned = node('Transpose', ['a.weight'], ['t']);
    const { network, parameters } = read(
      [gemm('x', 'a.weight', 'a.bias', 'h'), turned, gemm('h', 't', 'a.bias', 'y')],
      [weights('a.weight', 4, 4), weights('a.bias', 4)],
    );
    expect(network.nodes[1]).toMatchObject({ tied: { bias: 'a.bias' } });
    expect(parameters.size).toBe(3);
  });
});
