/** Layers that share parameters: what a network keeps of them. Their numbers are in test/parity/sharing.test.ts. */
import { describe, expect, it } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/builder/checkpoint.js';
import { defineNetwork, type Network } from '../../src/builder/network.js';
import { networkFromJson, networkToJson } from '../../src/builder/network-json.js';
import { relu } from '../../src/builder/ops/activations.js';
import { add } from '../../src/builder/ops/arithmetic.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { batchNorm } from '../../src/builder/ops/normalization.js';
import { parameter } from '../../src/builder/ops/parameter.js';
import { unsqueeze } from '../../src/builder/ops/unsqueeze.js';
import { initParameters, parameterSpecs } from '../../src/builder/parameters.js';
import { shared, tie } from '../../src/builder/shared.js';
import { summary } from '../../src/builder/summary.js';
import { float32, int32, type Value } from '../../src/builder/tensor.js';
import { frozenParameters } from '../../src/builder/train/frozen.js';
import { unroll } from '../../src/builder/unroll.js';
import { failureOf } from '../data/failure.js';

type Row = Value<'float32', readonly ['batch', 4]>;
const rows = float32('batch', 4);
const namesOf = (network: Network) => parameterSpecs(network).map(({ name }) => name);
const nodesOf = (network: Network) => network.nodes.map(({ name }) => name);
const fc = (x: Row) => linear('fc', x, 4);
const words = { numEmbeddings: 9, embeddingDim: 4 };

const decoder = defineNetwork({ x: rows, h: float32(1, 'batch', 3), c: float32(1, 'batch', 3) }, (given) => {
  const { outputs, last } = unroll(3, given, ({ x, h, c }) => {
    const next = lstm('decoder', unsqueeze(x, 1), { hiddenSize: 3, initialState: { h, c } });
    return { x: linear('fc', next.output.at(0, 1), 4), h: next.h, c: next.c };
  });
  return { y: outputs.x, h: last.h };
});

const tied = defineNetwork({ ids: int32('batch', 'time') }, ({ ids }) => {
  const logits = linear('decoder', embedding('encoder', ids, words), 9);
  tie('decoder.weight', 'encoder.weight');
  return { logits };
});

describe('a shared layer', () => {
  it('is a node for each call, and has its parameters once', () => {
    const network = defineNetwork({ a: rows, b: rows }, ({ a, b }) => {
      const encode = shared(fc);
      return { y: add(encode(a), encode(b)) };
    });
    expect(nodesOf(network)).toEqual(['fc', 'fc__1', 'add_1']);
    expect(network.nodes[1]).toMatchObject({ module: 'fc', inputs: { x: 'b' } });
    expect(namesOf(network)).toEqual(['fc.weight', 'fc.bias']);
  });

  it('keeps its parameters where no output needs its first call', () => {
    const network = defineNetwork({ x: rows }, ({ x }) => {
      const encode = shared(fc);
      encode(x);
      return { y: encode(relu(x)) };
    });
    expect(nodesOf(network)).toEqual(['relu_1', 'fc__1']);
    expect(namesOf(network)).toEqual(['fc.weight', 'fc.bias']);
    expect(networkFromJson(networkToJson(network))).toEqual(network);
  });

  it('may be called by other functions that share, and have layers that only one call has', () => {
    const network = defineNetwork({ x: rows }, ({ x }) => {
      const inner = shared(fc);
      const outer = shared((y: Row, more: boolean) => inner(more ? linear('more', inner(y), 4) : inner(y)));
      return { y: outer(outer(inner(x), false), true) };
    });
    expect(namesOf(network)).toEqual(['fc.weight', 'fc.bias', 'more.weight', 'more.bias']);
    expect(nodesOf(network).filter((name) => name.startsWith('fc'))).toHaveLength(5);
  });

  it('is one in a loop within a loop', () => {
    const network = defineNetwork({ x: rows }, (given) => {
      const step = ({ x }: { x: Row }) => ({ x: fc(x) });
      return { y: unroll(2, given, (state) => unroll(2, state, step).last).last.x };
    });
    expect(nodesOf(network)).toEqual(['fc', 'fc__1', 'fc__2', 'fc__3']);
    expect(namesOf(network)).toEqual(['fc.weight', 'fc.bias']);
  });

  it('may be a tensor in no layer', () => {
    const network = defineNetwork({ x: rows }, ({ x }) => {
      const scaled = shared((y: Row) => add(y, parameter('w', [4])));
      return { y: scaled(scaled(x)) };
    });
    expect(namesOf(network)).toEqual(['w']);
  });

  it('is not shared with another definition', () => {
    const encode = shared(fc);
    const once = () => defineNetwork({ x: rows }, ({ x }) => ({ y: encode(x) }));
    expect(once()).toEqual(once());
    expect(() => defineNetwork({ x: rows }, ({ x }) => ({ y: encode(fc(x)) }))).toThrow(
      /two things called 'fc'/,
    );
  });

  it.each<[string, () => unknown, string, RegExp]>([
    [
      'two layers of one name in one call',
      () => defineNetwork({ x: rows }, ({ x }) => ({ y: shared((y: Row) => fc(fc(y)))(x) })),
      'E_DUPLICATE_NAME',
      /two things called 'fc'; .* or call the layer again in a function made by shared\.$/,
    ],
    [
      'another layer of the name outside',
      () => defineNetwork({ x: rows }, ({ x }) => ({ y: fc(shared(fc)(x)) })),
      'E_DUPLICATE_NAME',
      /two things called 'fc'/,
    ],
    [
      'other sizes',
      () =>
        defineNetwork({ x: rows }, ({ x }) => {
          const sized = shared((y: Row, size: number) => linear('fc', y, size));
          return { a: sized(x, 3), b: sized(x, 5) };
        }),
      'E_SHAPE_MISMATCH',
      /^fc__1 is another call of the layer 'fc', with linear: weight \[5, 4\], bias \[5\]; its first call has linear: weight \[3, 4\], bias \[3\]\./,
    ],
    ['what is no function', () => shared(3 as never), 'E_INVALID_OPTION', /^shared got the number 3/],
    [
      'a call outside of a definition',
      () => shared(() => 1)(),
      'E_INVALID_OPTION',
      /^A function of shared is called where no network is being defined/,
    ],
  ])('refuses %s', (_, define, code, message) => {
    const failure = failureOf(define);
    expect(failure).toMatchObject({ code });
    expect((failure as Error).message).toMatch(message);
  });
});

describe('a tied parameter', () => {
  it('is one tensor, under the name that it is tied to', () => {
    expect(namesOf(tied)).toEqual(['encoder.weight', 'decoder.bias']);
    expect(tied.nodes[1]).toMatchObject({ name: 'decoder', tied: { weight: 'encoder.weight' } });
  });

  it('begins as the tensor that it is tied to, whichever layer comes first', () => {
    const network = defineNetwork({ ids: int32('batch', 'time') }, ({ ids }) => {
      const logits = linear('decoder', embedding('encoder', ids, words), 9);
      tie('encoder.weight', 'decoder.weight');
      return { logits };
    });
    const plain = defineNetwork({ ids: int32('batch', 'time') }, ({ ids }) => ({
      logits: linear('decoder', embedding('encoder', ids, words), 9),
    }));
    const drawn = initParameters(plain, 3);
    expect([...initParameters(network, 3)].sort()).toEqual([...drawn].slice(1).sort());
    expect([...initParameters(tied, 3).values()]).toEqual([
      drawn.get('encoder.weight'),
      drawn.get('decoder.bias'),
    ]);
  });

  it('follows where its tensor is tied further, and in every call of a shared layer', () => {
    const network = defineNetwork({ x: rows }, ({ x }) => {
      const call = shared((y: Row) => linear('a', linear('b', y, 4), 4));
      const first = call(x);
      tie('a.weight', 'b.weight');
      const other = linear('c', first, 4);
      tie('b.weight', 'c.weight');
      tie('b.weight', 'c.weight');
      return { y: call(other) };
    });
    expect(namesOf(network)).toEqual(['c.weight', 'b.bias', 'a.bias', 'c.bias']);
    expect(network.nodes.filter(({ tied }) => tied?.weight === 'c.weight')).toHaveLength(4);
  });

  it.each<[string, (x: Row) => void, string, RegExp]>([
    [
      'a name that no layer has',
      () => tie('cf.weight', 'fc.bias'),
      'E_UNKNOWN_NAME',
      /'cf.weight'; near it .*fc\.weight/,
    ],
    [
      'other shapes',
      () => tie('fc.weight', 'fc.bias'),
      'E_SHAPE_MISMATCH',
      /'fc.weight' \[4, 4\] cannot be 'fc.bias' \[4\]/,
    ],
    [
      'statistics and what is trained',
      (x) => {
        batchNorm('norm', x);
        tie('norm.running_mean', 'fc.bias');
      },
      'E_SHAPE_MISMATCH',
      /'norm.running_mean' \[4\], which is not trained, cannot be 'fc.bias' \[4\]/,
    ],
    [
      'a tensor of the name that is tied',
      (x) => {
        tie('fc.weight', 'other.weight');
        add(x, parameter('fc.bias', [4]));
      },
      'E_DUPLICATE_NAME',
      /two parameters called 'fc.bias'/,
    ],
    ['what is no name', () => tie(1 as never, 'fc.weight'), 'E_INVALID_OPTION', /^tie got the number 1/],
  ])('refuses %s', (_, define, code, message) => {
    const failure = failureOf(() =>
      defineNetwork({ x: rows }, ({ x }) => {
        const y = linear('other', fc(x), 4);
        define(x);
        return { y };
      }),
    );
    expect(failure).toMatchObject({ code });
    expect((failure as Error).message).toMatch(message);
  });
});

describe('an unrolled loop', () => {
  it('is the ops of each step, with one set of parameters', () => {
    expect(nodesOf(decoder).filter((name) => /^(decoder|fc)/.test(name))).toEqual([
      ...['decoder', 'fc', 'decoder__1', 'fc__1', 'decoder__2', 'fc__2'],
    ]);
    expect(namesOf(decoder)).toHaveLength(6);
    expect(decoder.outputs).toMatchObject({ y: { shape: [3, 'batch', 4] }, h: { shape: [1, 'batch', 3] } });
  });

  it('gives what is no state, too, along the axis that is asked for', () => {
    const network = defineNetwork({ x: rows }, ({ x }) => {
      const { outputs } = unroll(2, { x }, ({ x }) => ({ x: fc(x), y: linear('y', x, 2) }), 1);
      return outputs;
    });
    expect(network.outputs).toMatchObject({ x: { shape: ['batch', 2, 4] }, y: { shape: ['batch', 2, 2] } });
  });

  it.each<[string, (x: Row) => unknown, string, RegExp]>([
    [
      'no steps',
      (x) => unroll(0, { x }, (state) => state),
      'E_INVALID_OPTION',
      /^unroll: steps got the number 0; expected a whole number from 1 to 10000\.$/,
    ],
    [
      'a state of another shape',
      (x) => unroll(2, { x }, ({ x }) => ({ x: linear('fc', x, 3) as never })),
      'E_SHAPE_MISMATCH',
      /^unroll: step 0 gave 'x' as float32 \[batch, 3\]; expected 'x' float32 \[batch, 4\]/,
    ],
    [
      'a state that is left out',
      (x) => unroll(2, { x }, ({ x }) => ({ y: x }) as never),
      'E_MISSING_NAME',
      /^unroll: step 0 gave only y; expected 'x'/,
    ],
    [
      'a result that one step leaves out',
      (x) => unroll(2, { x }, ({ x }, i) => (i === 0 ? { x, y: x } : { x }) as never),
      'E_MISSING_NAME',
      /^unroll: step 1 gave only x; expected 'y' .* as in the step before/,
    ],
    [
      'a single value',
      (x) => unroll(2, x as never, (state) => state),
      'E_INVALID_OPTION',
      /^unroll: the initial state is a single value; give values by name/,
    ],
  ])('refuses %s', (_, define, code, message) => {
    const failure = failureOf(() => defineNetwork({ x: rows }, ({ x }) => define(x) as never));
    expect(failure).toMatchObject({ code });
    expect((failure as Error).message).toMatch(message);
  });
});

describe('a network with shared parameters', () => {
  it.each([decoder, tied])('goes through JSON and a checkpoint, which has each parameter once', (network) => {
    expect(networkFromJson(networkToJson(network))).toEqual(network);
    const parameters = initParameters(network, 1);
    const read = decodeCheckpoint(encodeCheckpoint({ network, parameters }));
    expect(read).toMatchObject({ network, parameters });
    expect([...read.parameters.keys()]).toEqual(namesOf(network));
  });

  it('counts them once in its summary, and says where they are from', () => {
    expect(summary(tied)).toMatch(
      /\ndecoder +linear\(outFeatures=9, bias\) with weight is encoder\.weight .* 9\n/,
    );
    expect(summary(tied)).toMatch(/parameters: 45$/);
    expect(summary(decoder)).toMatch(/\nfc__2 +linear\(outFeatures=4, bias\) of fc .* 0\n/);
    expect(summary(decoder)).toMatch(/parameters: 124$/);
  });

  it('is frozen by either name of a tensor', () => {
    expect([...frozenParameters(tied, ['encoder'])]).toEqual(['encoder.weight']);
    expect([...frozenParameters(tied, ['decoder.weight'])]).toEqual(['encoder.weight']);
  });

  it.each<[string, (nodes: Record<string, unknown>[]) => void, string, RegExp]>([
    [
      'a layer of another op',
      (nodes) => Object.assign(nodes[1]!, { module: 'encoder' }),
      'E_SHAPE_MISMATCH',
      /decoder is another call of the layer 'encoder'/,
    ],
    [
      'a tie of what a layer does not have',
      (nodes) => Object.assign(nodes[1]!, { tied: { wieght: 'encoder.weight' } }),
      'E_INVALID_OPTION',
      /decoder \(linear\) ties 'wieght', which it does not have/,
    ],
    [
      'a tie to what is tied',
      (nodes) => Object.assign(nodes[0]!, { tied: { weight: 'decoder.weight' } }),
      'E_INVALID_OPTION',
      /is a tensor in one place and tied to another/,
    ],
    [
      'a name that is none',
      (nodes) => Object.assign(nodes[1]!, { module: 'a b' }),
      'E_INVALID_OPTION',
      /"a b" is not a name/,
    ],
    [
      'a layer without parameters',
      (nodes) => Object.assign(nodes[1]!, { op: 'relu', options: {}, tied: undefined, module: 'encoder' }),
      'E_INVALID_OPTION',
      /decoder \(relu\) has no parameters to share/,
    ],
  ])('refuses in JSON %s', (_, change, code, message) => {
    const json = JSON.parse(networkToJson(tied));
    change(json.nodes);
    const failure = failureOf(() => networkFromJson(JSON.stringify(json)));
    expect(failure).toMatchObject({ code });
    expect((failure as Error).message).toMatch(message);
  });
});
