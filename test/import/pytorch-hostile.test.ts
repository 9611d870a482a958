/** Pickles that no torch.save writes: broken, contradictory, or made to exhaust time or memory. */
import { describe, expect, it } from 'vitest';
import { readPyTorch } from '../../src/import/pytorch/read-pytorch.js';
import { failureOf } from '../data/failure.js';
import { bytesOf, dict, global, int, pickleOf, tensor, text, torchZipOf, tuple, zipOf } from './archives.js';

const fourFloats = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);

/** A file of the given pickle, with storage '0' of four floats. */
function file(...parts: readonly (string | ArrayLike<number>)[]): Uint8Array {
  return torchZipOf(pickleOf(...parts), { 0: fourFloats });
}

function expectFailure(bytes: Uint8Array, code: string, message: RegExp): void {
  const failure = failureOf(() => readPyTorch(bytes));
  expect(failure.message).toMatch(message);
  expect(failure.code).toBe(code);
}

function repeated(part: ArrayLike<number>, times: number): Uint8Array {
  const bytes = new Uint8Array(part.length * times);
  for (let at = 0; at < bytes.length; at += part.length) bytes.set(part, at);
  return bytes;
}

describe('readPyTorch', () => {
  it('reads what these tests build on', () => {
    const { parameters: weights } = readPyTorch(
      file(dict({ w: tensor({}), t: tensor({ strides: [1, 2] }) })),
    );
    expect([...weights]).toEqual([
      ['w', { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
      ['t', { shape: [2, 2], data: Float32Array.of(1, 3, 2, 4) }],
    ]);
  });

  it.each<[string, Parameters<typeof tensor>[0], RegExp]>([
    [
      'reaches past its storage',
      { offset: 1 },
      /"w" of shape \[2, 2\] reaches up to element 4 of a storage that has 4/,
    ],
    ['strides past its storage', { strides: [4, 1] }, /reaches up to element 5/],
    ['has fewer strides than dimensions', { strides: [1] }, /has 2 dimensions and 1 stride/],
    ['has a negative stride', { strides: [-1, 1] }, /the number -1 stands where a tensor's strides/],
    ['has a negative offset', { offset: -1 }, /-1 stands where a tensor's offset/],
    ['has a negative dimension', { shape: [-2, 2] }, /-2 stands where a tensor's dimensions/],
    ['has 33 dimensions', { shape: Array(33).fill(1), strides: Array(33).fill(1) }, /at most 32/],
    [
      'has more elements than can be counted',
      { shape: [2 ** 31 - 1, 2 ** 31 - 1], strides: [0, 0] },
      /counted/,
    ],
    [
      'declares another size than its storage has',
      { elements: 5 },
      /"0" has 16 bytes, and its pickle says 5/,
    ],
    ['has another type than its storage has room for', { storage: 'DoubleStorage' }, /4 elements of float64/],
    ['names a storage that is not there', { key: '../0' }, /"\.\.\/0" is not there/],
  ])('refuses a tensor that %s', (_, options, message) => {
    expectFailure(file(dict({ w: tensor(options) })), 'E_INVALID_FILE', message);
  });

  it('refuses tensors that repeat a small storage into more than twice the file and 64 MiB', () => {
    const huge = tensor({ shape: [30_000, 30_000], strides: [0, 0] });
    expectFailure(file(dict({ w: huge })), 'E_INVALID_FILE', /the tensor "w" would take the memory/);
    const large = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [
        `w${index}`,
        tensor({ shape: [2000, 1000], strides: [0, 0] }),
      ]),
    );
    expectFailure(file(dict(large)), 'E_INVALID_FILE', /the tensor "w8" would take the memory/);
  });

  it('refuses an unknown storage class', () => {
    const w = tensor({ storage: 'StrangeStorage' });
    expectFailure(file(dict({ w })), 'E_UNSUPPORTED', /as a "torch\.StrangeStorage"/);
  });

  it.each<[string, readonly (string | readonly number[])[], RegExp]>([
    ['a call of a value that is no function', [int(1), tuple(), 'R'], /the number 1 is called/],
    [
      'arguments that are no tuple',
      [global('collections', 'OrderedDict'), int(1), 'R'],
      /the number 1 for arguments/,
    ],
    ['attributes of a number', [int(1), '}b'], /attributes are given to the number 1/],
    ['items added to a tuple', [')', int(1), 'a'], /items are added to a tuple of 0/],
    ['items set in a list', [']', int(1), int(2), 's'], /items are set in a list of 0/],
    ['a key without a value', ['}(', int(1), 'u'], /a key comes without a value/],
    ['a missing mark', [int(1), 't'], /comes without its beginning/],
    ['a value taken from below a mark', ['](', 'R'], /a value is used where none is/],
    ['nothing to stop with', [], /a value is used where none is/],
    ['a value left over', ['NN'], /1 value left over/],
    ['a mark left open', ['(N'], /a value is used|left over|where none/],
    ['a memo place that is empty', ['h\x07'], /nothing was kept at the memo's place 7/],
    ['a memo place that is absurd', ['N', [0x72, 255, 255, 255, 255]], /memo's place 4294967295/],
    ['a string longer than the file', [[0x58, 255, 255, 255, 255]], /declares 4294967295 bytes/],
    ['bytes longer than 2^53', [[0x8e, ...Array(8).fill(255)]], /a length of 18446744073709551615/],
    ['an integer of megabytes', [[0x8b, 0, 0, 16, 0]], /an integer has 1048576 bytes/],
    ['a name that is no UTF-8', [[0x58, 1, 0, 0, 0, 0xff]], /not UTF-8/],
    ['a global without an end', ['c', 'x'.repeat(5000)], /no name of at most 1024 bytes/],
    ['a global named by numbers', [int(1), int(2), [0x93]], /something else than strings/],
    ['a storage that is named by a number alone', [int(1), 'Q'], /refers to the number 1 outside/],
    [
      'a tensor of no storage',
      [global('torch._utils', '_rebuild_tensor_v2'), tuple(int(1)), 'R'],
      /made of the number 1/,
    ],
    [
      'a dict of no pairs',
      [global('collections', 'OrderedDict'), tuple([0x5d, ...int(1), 0x61]), 'R'],
      /instead of pairs/,
    ],
  ])('refuses a pickle with %s, and says where', (_, parts, message) => {
    expectFailure(file(...parts), 'E_INVALID_FILE', message);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['protocol 1', Uint8Array.from([0x80, 1, 0x4e, 0x2e]), /protocol 1; protocols 2 to 5/],
    ['protocol 6', Uint8Array.from([0x80, 6, 0x4e, 0x2e]), /protocol 6/],
    ['an opcode of protocol 0', pickleOf('I1\n'), /opcode 0x49/],
    ['an extension code', pickleOf([0x82, 1]), /opcode 0x82/],
    ['a buffer outside of the file', pickleOf([0x97]), /opcode 0x97/],
  ])('refuses %s as unsupported', (_, pickle, message) => {
    expectFailure(torchZipOf(pickle), 'E_UNSUPPORTED', message);
  });

  it.each(['eval', 'exec', 'getattr', '__import__', 'open', 'compile'])(
    'refuses a pickle that names builtins.%s',
    (name) => {
      const call = [...new TextEncoder().encode(global('builtins', name)), ...tuple(text('1')), 0x52];
      expectFailure(
        file(dict({ w: tensor({}), x: call })),
        'E_UNSUPPORTED',
        new RegExp(`"builtins\\.${name}"`),
      );
    },
  );

  it('keeps names such as __proto__ as names and touches no prototype', () => {
    const { parameters: weights } = readPyTorch(
      file(dict({ ['__proto__']: tensor({}), constructor: tensor({}) })),
    );
    expect([...weights.keys()]).toEqual(['__proto__', 'constructor']);
    const polluting = [0x7d, ...text('__proto__'), ...dict({ polluted: tensor({}) }), 0x73];
    expect([...readPyTorch(file(polluting, tuple(), 'b')).parameters.keys()]).toEqual(['polluted']);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect('polluted' in {} || 'shape' in {}).toBe(false);
  });

  it('takes nesting of 200,000 without recursion', () => {
    const depth = 200_000;
    expectFailure(file(repeated([0x5d], depth), repeated([0x61], depth - 1)), 'E_UNSUPPORTED', /a list of 1/);
  });

  it('takes a dict that contains itself', () => {
    const cyclic = [0x7d, 0x71, 0, ...text('model'), 0x68, 0, 0x73];
    expectFailure(file(cyclic), 'E_UNSUPPORTED', /model: a dict of 1/);
  });

  it.each<[string, number[], number]>([
    ['empty dicts', [0x7d, 0x30], 500_000],
    ['memo entries', [0x4e, 0x94], 1_500_000],
    ['marks', [0x28], 6_000_000],
    ['calls', [0x68, 0, 0x29, 0x52, 0x30], 800_000],
  ])('stops at millions of %s before they take the memory', (_, opcodes, times) => {
    const pickle = pickleOf(global('numpy', 'dtype'), [0x71, 0], repeated(opcodes, times));
    expectFailure(torchZipOf(pickle), 'E_INVALID_FILE', /a pickle would take the memory/);
  });

  it('counts the copies of one list that many dicts are made of', () => {
    const pairs = bytesOf(
      [0x5d, 0x28],
      repeated([...int(1), ...int(2), 0x86], 20_000),
      [0x65, 0x85, 0x71, 0],
    );
    const dicts = bytesOf(
      global('collections', 'OrderedDict'),
      [0x71, 1],
      repeated([0x68, 1, 0x68, 0, 0x52, 0x30], 5000),
    );
    expectFailure(file(pairs, dicts), 'E_INVALID_FILE', /a pickle would take the memory/);
  });

  it('refuses a zip archive that is no PyTorch file, and says what is in it', () => {
    expectFailure(zipOf({ 'config.json': fourFloats }), 'E_UNSUPPORTED', /no data\.pkl, but "config\.json"/);
  });

  describe('in the legacy format', () => {
    const magic = pickleOf([0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]);
    const version = pickleOf(int(1001));
    const machine = pickleOf(dict({ little_endian: [0x88] }));
    const weights = pickleOf(dict({ w: tensor({}) }));
    const keys = pickleOf([0x5d, ...text('0'), 0x61]);
    const count = (elements: number) => new Uint8Array(BigInt64Array.of(BigInt(elements)).buffer);
    const legacy = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

    it('reads what these tests build on', () => {
      const bytes = legacy(magic, version, machine, weights, keys, count(4), fourFloats);
      expect(readPyTorch(bytes).parameters.get('w')?.data).toEqual(Float32Array.of(1, 2, 3, 4));
    });

    it('reads a view of a storage, as PyTorch before 0.4 wrote them', () => {
      const id = tuple(
        text('storage'),
        global('torch', 'FloatStorage'),
        text('0'),
        text('cpu'),
        int(4),
        tuple(text('v'), int(1), int(2)),
      );
      const args = tuple([...id, 0x51], int(0), tuple(int(2)), tuple(int(1)));
      const view = pickleOf(
        dict({ w: [...new TextEncoder().encode(global('torch._utils', '_rebuild_tensor')), ...args, 0x52] }),
      );
      const bytes = legacy(magic, version, machine, view, keys, count(4), fourFloats);
      expect(readPyTorch(bytes).parameters.get('w')?.data).toEqual(Float32Array.of(2, 3));
    });

    it.each<[string, Uint8Array[], string, RegExp]>([
      [
        'another magic number',
        [pickleOf(int(1))],
        'E_UNSUPPORTED',
        /a pickle of the number 1, not one that torch\.save/,
      ],
      ['another version', [magic, pickleOf(int(1000))], 'E_UNSUPPORTED', /version the number 1000/],
      [
        'big-endian storages',
        [magic, version, pickleOf(dict({ little_endian: [0x89] }))],
        'E_UNSUPPORTED',
        /big-endian/,
      ],
      ['no byte order', [magic, version, pickleOf('N')], 'E_INVALID_FILE', /byte order/],
      [
        'a list of storages that is none',
        [magic, version, machine, weights, pickleOf('N')],
        'E_INVALID_FILE',
        /list of storages is None/,
      ],
      [
        'a storage that no tensor has',
        [magic, version, machine, weights, pickleOf([0x5d, ...text('1'), 0x61])],
        'E_INVALID_FILE',
        /no tensor has/,
      ],
      [
        'a storage too few',
        [magic, version, machine, weights, pickleOf(']')],
        'E_INVALID_FILE',
        /"0" is not among those listed/,
      ],
      [
        'another count',
        [magic, version, machine, weights, keys, count(5), fourFloats],
        'E_INVALID_FILE',
        /"0" has 5 elements, and its pickle says 4/,
      ],
      [
        'a storage cut short',
        [magic, version, machine, weights, keys, count(4), fourFloats.subarray(1)],
        'E_INVALID_FILE',
        /declares 16 bytes and has 15 left/,
      ],
      [
        'a count past 2^53',
        [magic, version, machine, weights, keys, count(-1)],
        'E_INVALID_FILE',
        /a length of/,
      ],
    ])('refuses %s', (_, parts, code, message) => {
      expectFailure(legacy(...parts), code, message);
    });
  });
});
