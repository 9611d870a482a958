import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineNetwork, type Network } from '../../src/builder/network.js';
import { networkFromJson, networkToJson } from '../../src/builder/network-json.js';
import { logSoftmax, relu, softmax } from '../../src/builder/ops/activations.js';
import { last } from '../../src/builder/ops/at.js';
import { concat } from '../../src/builder/ops/concat.js';
import { dropout } from '../../src/builder/ops/dropout.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { mean } from '../../src/builder/ops/reduce.js';
import { rnn } from '../../src/builder/ops/rnn.js';
import { stepCount } from '../../src/builder/ops/step-count.js';
import { float32, int32 } from '../../src/builder/tensor.js';
import { randomNetwork } from '../export/random-networks.js';
import { simpleLSTM } from '../parity/networks.js';
import { altered, everything, type Json, refused } from './network-json.js';

/** The network as version 1 of the format has it, which listed inputs. */
function inVersion1(network: Network): string {
  const json: Json = JSON.parse(networkToJson(network));
  const nodes = json.nodes.map((node) => ({ ...node, inputs: Object.values(Object(node.inputs)) }));
  return JSON.stringify({ ...json, version: 1, nodes });
}

function prototypeKey(object: object, value: unknown): void {
  Object.defineProperty(object, '__proto__', { value, enumerable: true });
}

describe('networkToJson', () => {
  it('refuses what would not be let in again', () => {
    const network = defineNetwork({ x: float32('batch', 'time', 1) }, ({ x }) => {
      const lower = rnn('lower', x, { hiddenSize: 1, numLayers: 600 });
      return { y: rnn('upper', lower.output, { hiddenSize: 1, numLayers: 600 }).output };
    });
    expect(() => networkToJson(network)).toThrow(refused('E_INVALID_OPTION', /1200 recurrent layers; files/));
  });
});

describe('networkFromJson reads version 1 of the format', () => {
  const steps = float32('batch', 'time', 4);
  const states = { h0: float32(1, 'batch', 3), c0: float32(1, 'batch', 3) };
  const lengths = int32('batch');

  it.each<[string, Network]>([
    ['the reference example', simpleLSTM],
    ['several inputs, states, lists', everything],
    [
      'lengths',
      defineNetwork({ x: steps, lengths }, ({ x, lengths }) => ({
        y: last(lstm('lstm', x, { hiddenSize: 3, lengths }).output),
        m: mean(lstm('other', x, { hiddenSize: 3, lengths }).output),
      })),
    ],
    [
      'lengths and states',
      defineNetwork({ x: steps, ...states, lengths }, ({ x, h0, c0, lengths }) =>
        lstm('lstm', x, { hiddenSize: 3, lengths, initialState: { h: h0, c: c0 } }),
      ),
    ],
  ])('%s', (_, network) => {
    expect(networkFromJson(inVersion1(network))).toEqual(network);
  });

  it('and says in errors which place in a list is meant', () => {
    const json: Json = JSON.parse(inVersion1(simpleLSTM));
    json.nodes[0]!.inputs = ['x', 'x'];
    expect(() => networkFromJson(JSON.stringify(json))).toThrow(
      refused(
        'E_DTYPE_MISMATCH',
        /lengths.*\(Inputs are a list in version 1 of the format: 1\. 'x' is x, 2\. 'x' is lengths\.\)$/,
      ),
    );
  });
});

describe('a network as JSON', () => {
  it.each([
    ['the reference example', simpleLSTM],
    ['every kind of option', everything],
  ])('comes back as it was: %s', (_, network) => {
    const json = networkToJson(network);
    expect(networkFromJson(json)).toEqual(network);
    expect(networkToJson(networkFromJson(json))).toBe(json);
  });

  it('comes back as it was, whatever the network', () => {
    fc.assert(
      fc.property(randomNetwork, ({ network }) => {
        expect(networkFromJson(networkToJson(network))).toEqual(network);
      }),
      { numRuns: 200 },
    );
  });

  it('has the defaults of code where it leaves out options', () => {
    const network = defineNetwork({ x: float32('batch', 'time', 3) }, ({ x }) => {
      const { output, h } = lstm('lstm', dropout(x), { hiddenSize: 4, lengths: stepCount(x) });
      return { y: logSoftmax(softmax(relu(linear('fc', concat([output, output]), 2)))), h };
    });
    const said = new Set(['hiddenSize', 'batchFirst', 'outFeatures']);
    const json: Json = JSON.parse(networkToJson(network));
    for (const node of json.nodes as Partial<Json['nodes'][number]>[]) {
      const kept = Object.entries(node.options!).filter(([key]) => said.has(key));
      if (kept.length > 0) node.options = Object.fromEntries(kept);
      else delete node.options;
    }
    const text = JSON.stringify(json);
    expect(text).not.toMatch(/numLayers|bias|axis|padding|"p"|"options":\{\}/);
    expect(networkToJson(networkFromJson(text))).toBe(networkToJson(network));
  });

  it('holds no types of values in between, since they follow', () => {
    const json: Json = JSON.parse(networkToJson(simpleLSTM));
    expect(json.outputs).toEqual({ logits: 'fc:output' });
    expect(Object.keys(json.nodes[0]!)).toEqual(['name', 'op', 'inputs', 'options']);
  });
});

describe('networkFromJson refuses', () => {
  it.each([
    ['', /not JSON/],
    ['{"version":1', /not JSON/],
    ['null', /format: expected object/],
    ['[]', /format: expected object/],
    ['{}', /version: .*; inputs: .*; nodes: .*; outputs/],
  ])('text that is not such JSON: %s', (text, message) => {
    expect(() => networkFromJson(text)).toThrow(refused('E_INVALID_FILE', message));
  });

  it.each<[string, (json: Json) => unknown, string, RegExp]>([
    ['another version', (json) => (json.version = 3), 'E_INVALID_FILE', /version/],
    ['keys it does not know', (json) => Object.assign(json, { pickle: 1 }), 'E_INVALID_FILE', /pickle/],
    [
      'an input of another type',
      (json) => (json.inputs.x = { dtype: 'float64', shape: [1] }),
      'E_INVALID_FILE',
      /inputs\.x\.dtype/,
    ],
    [
      'an input of no shape',
      (json) => (json.inputs.x = { dtype: 'float32' }),
      'E_INVALID_FILE',
      /inputs\.x\.shape/,
    ],
    [
      'a dimension of 0',
      (json) => (json.inputs.x = { dtype: 'float32', shape: ['batch', 'time', 0] }),
      'E_INVALID_OPTION',
      /Input 'x'.*dimension 0/,
    ],
    [
      'a dimension that is no name',
      (json) => (json.inputs.x = { dtype: 'float32', shape: ['a b', 'time', 28] }),
      'E_INVALID_OPTION',
      /"a b"/,
    ],
    [
      'an input that is no name',
      (json) => (json.inputs['a:b'] = { dtype: 'float32', shape: [1] }),
      'E_INVALID_OPTION',
      /"a:b" is not a name/,
    ],
    [
      'an op it does not know',
      (json) => (json.nodes[0]!.op = 'mamba'),
      'E_UNSUPPORTED',
      /op 'mamba'; this version knows activation, .*lstm/,
    ],
    [
      'an op from the prototype',
      (json) => (json.nodes[0]!.op = 'constructor'),
      'E_UNSUPPORTED',
      /op 'constructor'/,
    ],
    [
      'an op called __proto__',
      (json) => (json.nodes[0]!.op = '__proto__'),
      'E_UNSUPPORTED',
      /op '__proto__'/,
    ],
    [
      'an option it does not know',
      (json) => (json.nodes[0]!.options.zoneout = 3),
      'E_INVALID_OPTION',
      /lstm .*zoneout/,
    ],
    [
      'an option that is missing',
      (json) => delete json.nodes[0]!.options.hiddenSize,
      'E_INVALID_OPTION',
      /^lstm \(lstm\): hiddenSize: expected number, but it is missing\.$/,
    ],
    [
      'an option of another type',
      (json) => (json.nodes[0]!.options.bias = 'yes'),
      'E_INVALID_OPTION',
      /^lstm \(lstm\): bias is yes: expected boolean, received string\.$/,
    ],
    [
      'a hidden size of 0',
      (json) => (json.nodes[0]!.options.hiddenSize = 0),
      'E_INVALID_OPTION',
      /hiddenSize/,
    ],
    [
      'a hidden size that is not exact',
      (json) => (json.nodes[0]!.options.hiddenSize = 1e20),
      'E_INVALID_OPTION',
      /hiddenSize/,
    ],
    [
      'a node that reads itself',
      (json) => (json.nodes[1]!.inputs = { x: 'at_1:output' }),
      'E_INVALID_FILE',
      /node 'at_1' reads 'at_1:output', which nothing before it computes/,
    ],
    [
      'nodes in a circle',
      (json) => (json.nodes[0]!.inputs = { x: 'fc:output' }),
      'E_INVALID_FILE',
      /node 'lstm' reads 'fc:output'/,
    ],
    [
      'a node that reads by another spelling, saying what there is',
      (json) => (json.nodes[1]!.inputs = { x: 'lstm.output' }),
      'E_INVALID_FILE',
      /'lstm\.output'.* or NODE:PORT; those before it are x, lstm:output, lstm:h, lstm:c\.$/,
    ],
    [
      'a node that reads what is not there, listing only the last of many',
      (json) => {
        const names = Array.from({ length: 30 }, (_, i) => `relu_${i}`);
        json.nodes = names.map((name) => ({ name, op: 'relu', inputs: { x: 'x' }, options: {} }));
        json.outputs = { y: 'relu' };
      },
      'E_INVALID_FILE',
      /those before it are relu_18:output, .*, relu_29:output and 19 before them\.$/,
    ],
    ['nodes in the wrong order', (json) => json.nodes.reverse(), 'E_INVALID_FILE', /nothing before it/],
    [
      'an output that nothing computes',
      (json) => (json.outputs.y = 'fc:h'),
      'E_INVALID_FILE',
      /output 'y' reads 'fc:h'/,
    ],
    [
      'an output from the prototype',
      (json) => (json.outputs.y = '__proto__'),
      'E_INVALID_FILE',
      /reads '__proto__'/,
    ],
    ['no outputs', (json) => (json.outputs = {}), 'E_MISSING_NAME', /no outputs/],
    [
      'a node without inputs',
      (json) => (json.nodes[0]!.inputs = {}),
      'E_MISSING_NAME',
      /^lstm \(lstm\) has the inputs none; it takes x, h0, c0, lengths\.$/,
    ],
    [
      'an LSTM whose lengths are no whole numbers',
      (json) => (json.nodes[0]!.inputs = { x: 'x', lengths: 'x' }),
      'E_DTYPE_MISMATCH',
      /lstm: lengths/,
    ],
    [
      'an entry with lengths that is not the last step',
      (json) => {
        json.inputs.n = { dtype: 'int32', shape: ['batch'] };
        json.nodes[1]!.inputs = { x: 'lstm:output', lengths: 'n' };
        json.nodes[1]!.options = { index: 0, axis: 1 };
      },
      'E_INVALID_OPTION',
      /lengths are for the last step, index -1; got index 0/,
    ],
    [
      'an LSTM with an input that it does not have',
      (json) => (json.nodes[0]!.inputs = { x: 'x', state: 'x' }),
      'E_MISSING_NAME',
      /lstm \(lstm\) has the inputs x, state; it takes x, h0, c0, lengths/,
    ],
    [
      'a concatenation whose inputs are not numbered',
      (json) =>
        (json.nodes = [{ name: 'c', op: 'concat', inputs: { x1: 'x', x3: 'x' }, options: { axis: 0 } }]),
      'E_MISSING_NAME',
      /c \(concat\) has the inputs x1, x3; give x1, x2 and so on/,
    ],
    [
      'a list of inputs, as version 1 has them',
      (json) => (json.nodes[0]!.inputs = ['x']),
      'E_INVALID_FILE',
      /nodes\.0\.inputs: expected record, received array/,
    ],
    [
      'inputs by name in version 1',
      (json) => (json.version = 1),
      'E_INVALID_FILE',
      /nodes\.0\.inputs: expected array, received object/,
    ],
    [
      'two nodes of one name',
      (json) => (json.nodes[1]!.name = 'lstm'),
      'E_DUPLICATE_NAME',
      /two things called 'lstm'/,
    ],
    [
      'a node called like an input',
      (json) => (json.nodes[1]!.name = 'x'),
      'E_DUPLICATE_NAME',
      /two things called 'x'/,
    ],
    [
      'a node that is no name',
      (json) => (json.nodes[1]!.name = '../../etc'),
      'E_INVALID_OPTION',
      /"..\/..\/etc" is not a name/,
    ],
    [
      'shapes that do not fit',
      (json) => (json.inputs.x = { dtype: 'float32', shape: ['batch', 28] }),
      'E_SHAPE_MISMATCH',
      /lstm.*rank 3/,
    ],
    [
      'ids where numbers are needed',
      (json) => (json.inputs.x = { dtype: 'int32', shape: ['batch', 'time', 28] }),
      'E_DTYPE_MISMATCH',
      /lstm.*int32/,
    ],
  ])('%s', (_, change, code, message) => {
    expect(() => networkFromJson(altered(change))).toThrow(refused(code, message));
  });

  it.each<[string, (json: Json) => void]>([
    ['inputs', ({ inputs }) => prototypeKey(inputs, { dtype: 'float32', shape: [] })],
    ['inputs', ({ nodes }) => prototypeKey(Object(nodes[0]!.inputs), 'x')],
    ['options', ({ nodes }) => prototypeKey(Object(nodes[0]!.options), { polluted: 1 })],
    ['outputs', ({ outputs }) => prototypeKey(outputs, 'x')],
  ])('a key that objects do not keep, in %s', (where, change) => {
    expect(() => networkFromJson(altered(change))).toThrow(
      refused('E_INVALID_FILE', new RegExp(`has the key '__proto__' in ${where}`)),
    );
    expect({}).not.toHaveProperty('polluted');
  });
});
