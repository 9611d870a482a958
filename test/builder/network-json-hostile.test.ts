import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkFromJson, networkToJson } from '../../src/builder/network-json.js';
import { severalInputs } from '../../src/builder/ops/op-inputs.js';
import { LstmOnnxError } from '../../src/errors.js';
import { throwUnlessMeant } from '../import/damage.js';
import { simpleLSTM } from '../parity/networks.js';
import { altered, everything, refused } from './network-json.js';

describe('networkFromJson keeps to its limits', () => {
  const node = (name: string, op: string, inputs: string[], options: object) => ({
    name,
    op,
    inputs: op === 'concat' ? severalInputs(inputs) : { x: inputs[0] },
    options,
  });
  const graph = (nodes: { name: string }[]) =>
    JSON.stringify({
      version: 2,
      inputs: { x: { dtype: 'float32', shape: ['batch', 'time', 4] } },
      nodes,
      outputs: { y: `${nodes.at(-1)!.name}:output` },
    });
  const recurrent = (name: string, numLayers: number, input = 'x') =>
    node(name, 'lstm', [input], {
      hiddenSize: 4,
      numLayers,
      bidirectional: false,
      bias: true,
      dropout: 0,
      batchFirst: true,
    });

  it('in the layers of all LSTMs together', () => {
    expect(networkFromJson(graph([recurrent('a', 500), recurrent('b', 500, 'a:output')])).nodes).toHaveLength(
      2,
    );
    const read = (first: number, second: number) => () =>
      networkFromJson(graph([recurrent('a', first), recurrent('b', second, 'a:output')]));
    expect(read(1, 1e9)).toThrow(refused('E_INVALID_OPTION', /numLayers is 1000000000/));
    expect(read(1e15, 1)).toThrow(refused('E_INVALID_OPTION', /numLayers is/));
    expect(read(501, 500)).toThrow(refused('E_INVALID_FILE', /recurrent layers; the limit is 1000/));
  });

  it('in names of dimensions that double at every join', () => {
    const joins = Array.from({ length: 60 }, (_, i) => {
      const previous = i === 0 ? 'x' : `join${i - 1}:output`;
      return node(`join${i}`, 'concat', [previous, previous], { axis: 0 });
    });
    expect(() => networkFromJson(graph(joins))).toThrow(
      refused('E_INVALID_FILE', /'join7' has a dimension's name of 1535 characters; the limit is 1000/),
    );
  });

  it('in fixed dimensions that double at every join', () => {
    const joins = Array.from({ length: 1100 }, (_, i) => {
      const previous = i === 0 ? 'x' : `join${i - 1}:output`;
      return node(`join${i}`, 'concat', [previous, previous], { axis: 2 });
    });
    expect(() => networkFromJson(graph(joins))).toThrow(
      refused('E_INVALID_FILE', /'join50' has a dimension of 9007199254740992; the limit is/),
    );
  });

  it('in the rank, in inputs and in values', () => {
    const shape = Array(20_000).fill(1);
    expect(() =>
      networkFromJson(graph([node('wide', 'reshape', ['x'], { shape: ['batch', 'time', 4, ...shape] })])),
    ).toThrow(refused('E_INVALID_FILE', /'wide' has 20003 dimensions; the limit is 8/));
    expect(() => networkFromJson(altered((json) => (json.inputs.x = { dtype: 'float32', shape })))).toThrow(
      refused('E_INVALID_FILE', /inputs\.x\.shape: .*8/),
    );
  });

  it('in nodes, in inputs of a node, and in the text', () => {
    const many = Array.from({ length: 10_001 }, (_, i) => node(`n${i}`, 'relu', ['x'], {}));
    expect(() => networkFromJson('[]')).toThrow(
      refused('E_INVALID_FILE', /not in this format: expected object, received array\.$/),
    );
    expect(() => networkFromJson(graph(many))).toThrow(refused('E_INVALID_FILE', /nodes: .*10000/));
    const joined = node('join', 'concat', Array(10_001).fill('x'), { axis: 2 });
    expect(() => networkFromJson(graph([joined]))).toThrow(
      refused('E_INVALID_FILE', /nodes\.0\.inputs: .*10000/),
    );
    expect(() => networkFromJson(' '.repeat(5_000_000))).toThrow(
      refused('E_INVALID_FILE', /5000000 characters; the limit is 4194304/),
    );
  });

  it('in nesting and in its message', () => {
    expect(() => networkFromJson('['.repeat(2_000_000))).toThrow(refused('E_INVALID_FILE', /nested deeper/));
    const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`;
    expect(() => networkFromJson(deep)).toThrow(refused('E_INVALID_FILE', /nested deeper/));
    const wrong = altered((json) => (json.nodes[0]!.inputs = severalInputs(Array(9_000).fill(0))));
    expect(() => networkFromJson(wrong)).toThrow(refused('E_INVALID_FILE', /and 8990 more\.$/));
    const strange = altered((json) => {
      for (let i = 0; i < 50_000; i++) Object.assign(json, { [`key${i}`]: 0 });
    });
    expect(() => networkFromJson(strange)).toThrow(refused('E_INVALID_FILE', /^.{1,400}$/));
  });
});

describe('networkFromJson on anything', () => {
  const reads = (text: string) => {
    try {
      const network = networkFromJson(text);
      expect(networkFromJson(networkToJson(network))).toEqual(network);
    } catch (error) {
      throwUnlessMeant(error);
    }
  };

  it('gives a network or a typed error for JSON with anything in any place', () => {
    const text = networkToJson(everything);
    const places = [...text.matchAll(/"[^"]*"|-?\d+(?:\.\d+)?|true|false|\[[^[\]]*\]/g)];
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('', 'x', 'lstm', 'lstm:h', '__proto__', 'constructor', 'batch', 'time', 'concat', 'at'),
      fc.constantFrom(0, -1, 1, 2, 0.5, 1e9, 1e15, 1e308, -0),
      fc.constantFrom(...places.map(([value]) => JSON.parse(value))),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(places.length - 1), anything), { minLength: 1, maxLength: 3 }),
        (changes) => {
          let changed = text;
          for (const [index, value] of changes.toSorted(([a], [b]) => b - a)) {
            const { 0: old, index: at } = places[index]!;
            if (at + old.length <= changed.length) {
              changed = changed.slice(0, at) + JSON.stringify(value) + changed.slice(at + old.length);
            }
          }
          reads(changed);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('gives a typed error for every truncation', () => {
    const text = networkToJson(simpleLSTM);
    for (let length = 0; length < text.length; length++) {
      expect(() => networkFromJson(text.slice(0, length))).toThrow(LstmOnnxError);
    }
  });
});
