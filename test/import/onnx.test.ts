import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { networkToJson } from '../../src/builder/network-json.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { initParameters } from '../../src/builder/parameters.js';
import { predict } from '../../src/builder/predict.js';
import { float32 } from '../../src/builder/tensor.js';
import { parseSafetensors } from '../../src/data/safetensors.js';
import { exportOnnx } from '../../src/export/export.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import type { NdArray } from '../../src/nd-array.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import { Model } from '../../src/runtime/node.js';
import { randomNetwork } from '../export/random-networks.js';
import { type Fixture, type LstmCase, listFixtures, loadFixture } from '../fixtures.js';
import { model, node, value } from '../onnx/broken-models.js';
import { lstmNetwork, simpleLSTM } from '../parity/networks.js';
import { type OpCase, opNetwork } from '../parity/op-networks.js';
import { CLOSE, exported, feedsFor, run } from './onnx-models.js';
import '../matcher.js';

const FOLDER = new URL('../../fixtures/data/onnx-imports/', import.meta.url);
const bytesOf = (file: string) => new Uint8Array(readFileSync(new URL(file, FOLDER)));
const files = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.onnx'))
  .map((file) => file.slice(0, -'.onnx'.length));

/** `both-script-opset9` has the numbers of `both`. */
function numbersOf(file: string): Map<string, Map<string, NdArray>> {
  const name = file.replace(/-(script|dynamo|tf2onnx).*$/, '');
  const cases = new Map<string, Map<string, NdArray>>();
  for (const [key, tensor] of parseSafetensors(bytesOf(`${name}.safetensors`)).tensors) {
    const [label = '', ...rest] = key.split('.');
    cases.set(label, (cases.get(label) ?? new Map()).set(rest.join('.'), tensor));
  }
  return cases;
}

function withPrefix(tensors: ReadonlyMap<string, NdArray>, prefix: string): [string, NdArray][] {
  return [...tensors].flatMap(([key, tensor]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), tensor] as [string, NdArray]] : [],
  );
}

/** The exporter made the time of its example, 6, the only one. */
const FROZEN = ['time-first-dynamo', 'two-layers-both-dynamo'];

describe('a model that another tool exported, imported and exported again', () => {
  it.each(files)('computes what PyTorch does: %s', async (file) => {
    const imported = readOnnx(bytesOf(`${file}.onnx`));
    for (const opset of [14, 22]) {
      await using model = await Model.load(exported(imported, { opset }), { providers: ['cpu'] });
      const cases = [...numbersOf(file)].filter(([label]) => !FROZEN.includes(file) || label.endsWith('t6'));
      expect(cases.length).toBeGreaterThanOrEqual(FROZEN.includes(file) ? 1 : 3);
      for (const [, tensors] of cases) {
        const fed = withPrefix(tensors, 'input.').map(([name, { data, shape }]) => [
          name,
          { data, dims: shape },
        ]);
        const results = await model.run(Object.fromEntries(fed));
        const expected = new Map(
          withPrefix(tensors, 'output.').map(([k, { data, shape }]) => [k, { data, shape }]),
        );
        expect(new Map(Object.entries(results))).toBeCloseToArray(expected as never, CLOSE); // all are float32
      }
    }
  });

  it.each(files)('computes it on tfjs, too, where it can be trained: %s', async (file) => {
    const { network, parameters } = readOnnx(bytesOf(`${file}.onnx`));
    const tensors = numbersOf(file).get('b1t6')!;
    const results = await predict(
      network,
      parameters,
      Object.fromEntries(withPrefix(tensors, 'input.')) as never,
    ); // float32 or int32
    const expected = new Map(
      withPrefix(tensors, 'output.').map(([k, { data, shape }]) => [k, { data, shape }]),
    );
    expect(new Map(Object.entries(results))).toBeCloseToArray(expected as never, CLOSE); // all are float32
  });

  it.each(FROZEN)('has the one time that its exporter left it: %s', (file) => {
    expect(readOnnx(bytesOf(`${file}.onnx`)).network.inputs.x?.shape[0]).toBe(6);
  });

  it.each([
    ['forward-script', 'x,lstm,at_1,fc'],
    ['forward-dynamo', 'x,lstm,at_1,fc'],
    ['embedding-script', 'x,embedding,lstm,at_1,fc'],
    ['two-layers-script', 'x,lstm,lstm_1,at_1,fc'],
    ['keras-steps-tf2onnx', 'lstm_input,sequential.lstm,sequential.dense'],
    ['learned-script', 'x,lstm,at_1,at_2,concat_1,head.0,relu_1,head.3,softmax_1'],
  ])('is as small as it was written in Python: %s', (file, names) => {
    const { network } = readOnnx(bytesOf(`${file}.onnx`));
    expect([...Object.keys(network.inputs), ...network.nodes.map(({ name }) => name)].join(',')).toBe(names);
  });

  it("has PyTorch's names for its parameters where the file kept them", () => {
    const { parameters } = readOnnx(bytesOf('both-script-unfolded.onnx'));
    const ends = ['l0', 'l0_reverse'].flatMap((end) =>
      ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((p) => `${p}_${end}`),
    );
    expect([...parameters.keys()]).toEqual([...ends.map((end) => `lstm.${end}`), 'fc.weight', 'fc.bias']);
  });

  it('has the same parameters from both exporters', () => {
    const [script, dynamo] = ['both-script', 'both-dynamo'].map(
      (file) => readOnnx(bytesOf(`${file}.onnx`)).parameters,
    );
    expect(dynamo).toEqual(script);
  });
});

describe('a network that this library exported comes back', () => {
  const roundTrip = (network: Parameters<typeof exportOnnx>[0], options = {}) =>
    readOnnx(exportOnnx(network, initParameters(network, 3), options));

  it('as it was defined', () => {
    const { network, parameters } = roundTrip(simpleLSTM);
    expect(networkToJson(network)).toBe(networkToJson(simpleLSTM));
    expect(parameters).toEqual(initParameters(simpleLSTM, 3));
  });

  it('with its labels and preprocessing', () => {
    const info = { labels: [...'0123456789'], preprocessing: 'pixel / 255' };
    expect(roundTrip(simpleLSTM, info).info).toEqual(info);
  });

  it('without labels that mean something else', () => {
    for (const labels of ['a,b', '["a"]', '{"0": "a"}', '[1, 2]']) {
      expect(roundTrip(simpleLSTM, { metadata: { labels } })).not.toHaveProperty('info');
    }
  });

  it('the same from every operator set', () => {
    const json = networkToJson(simpleLSTM);
    for (let opset = 14; opset <= 22; opset++) {
      expect(networkToJson(roundTrip(simpleLSTM, { opset }).network)).toBe(json);
    }
  });

  it.each([false, true])(
    'with lengths, whose last steps are picked, both directions: %s',
    async (bidirectional) => {
      const network = defineNetwork({ x: float32('batch', 'time', 3) }, ({ x }) => {
        const first = lstm('first', x, { hiddenSize: 4, bidirectional });
        const second = lstm('second', first.output, { hiddenSize: 4, bidirectional });
        return { logits: linear('fc', second.output.at(-1), 2) };
      });
      const bytes = exportOnnx(network, initParameters(network, 3), { lengths: true });
      const imported = readOnnx(bytes);
      const feeds = feedsFor(decodeModel(bytes), { batch: 3, time: 4 });
      expect(feeds).toHaveProperty('lengths');
      expect(await run(exported(imported), feeds)).toBeCloseToArray(await run(bytes, feeds), CLOSE);
      const picks = imported.network.nodes.filter(({ op }) => op === 'at');
      expect(picks.map(({ inputs }) => inputs)).toEqual([{ x: 'second:output', lengths: 'lengths' }]);
    },
  );

  it('the same the second time as the first', () => {
    for (const file of files) {
      const first = readOnnx(bytesOf(`${file}.onnx`));
      const second = readOnnx(exported(first));
      const third = readOnnx(exported(second));
      expect([...third.parameters.keys()], file).toEqual([...second.parameters.keys()]);
      expect(third.network, file).toEqual(second.network);
    }
  });

  async function expectOutputs(
    network: Parameters<typeof exportOnnx>[0],
    { params, inputs, outputs }: Fixture<unknown>,
  ) {
    const imported = readOnnx(exportOnnx(network, params));
    await using model = await Model.load(exported(imported), { providers: ['cpu'] });
    const fed = [...inputs].filter(([name]) => Object.hasOwn(network.inputs, name));
    const feeds = fed.map(([name, { data, shape }]) => [name, { data, dims: shape }] as const);
    const expected = new Map([...outputs].filter(([name]) => Object.hasOwn(network.outputs, name)));
    expect(new Map(Object.entries(await model.run(Object.fromEntries(feeds))))).toBeCloseToArray(
      expected,
      CLOSE,
    );
  }

  it.each(listFixtures('lstm'))("with PyTorch's outputs and states: %s", async (name) => {
    const fixture = loadFixture<LstmCase>(name);
    await expectOutputs(lstmNetwork(fixture.case), fixture);
  });

  it.each(listFixtures('ops'))("with PyTorch's result of an op: %s", async (name) => {
    const fixture = loadFixture<OpCase>(name);
    await expectOutputs(opNetwork(fixture), fixture);
  });
});

describe('a random network, exported, imported and exported again', () => {
  it('computes what it did', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(randomNetwork, async ({ network, sizes }) => {
        const bytes = exportOnnx(network, initParameters(network, 5));
        const feeds = feedsFor(decodeModel(bytes), sizes);
        const again = exported(readOnnx(bytes));
        expect(await run(again, feeds)).toBeCloseToArray(await run(bytes, feeds), CLOSE);
        count++;
      }),
      { numRuns: 200, seed: 1 },
    );
    expect(count).toBe(200);
  });
});

describe('outputs that the exporter numbered', () => {
  const relus = (names: readonly string[], inputs: readonly string[] = ['x']) =>
    model(
      names.map((name, i) => node(['Relu', 'Tanh', 'Sigmoid'][i % 3] ?? '', [inputs[0] ?? ''], [name])),
      {
        inputs: inputs.map((name) => value(name, ['batch', 4])),
        outputs: names.map((name) => value(name, ['batch', 4])),
      },
    );

  it('stay in the order of the file', async () => {
    const bytes = encodeModel(relus(['78', '71', '72']));
    const imported = readOnnx(bytes);
    expect(Object.keys(imported.network.outputs)).toEqual(['_78', '_71', '_72']);
    const again = exported(imported);
    expect(decodeModel(again).graph.outputs.map(({ name }) => name)).toEqual(['_78', '_71', '_72']);
    const feeds = feedsFor(decodeModel(bytes), { batch: 2 });
    const [before, after] = [await run(bytes, feeds), await run(again, feeds)];
    for (const name of ['78', '71', '72']) expect(after.get(`_${name}`)).toEqual(before.get(name));
  });

  it('get names that no other output and no input has', () => {
    const { outputs } = readOnnx(encodeModel(relus(['7', '_7', '70', '7_0'], ['x', '_70']))).network;
    expect(Object.keys(outputs)).toEqual(['_7_1', '_7', '_70_1', '7_0']);
  });
});

describe('files of every age', () => {
  it('from ir_version 3, whose constants are inputs too', () => {
    const model = decodeModel(bytesOf('forward-script-opset9.onnx'));
    expect(model.irVersion).toBeLessThan(5);
    expect(Object.keys(readOnnx(bytesOf('forward-script-opset9.onnx')).network.inputs)).toEqual(['x']);
  });
});
