import { afterEach, describe, expect, it, vi } from 'vitest';
import { LstmOnnxError } from '../../src/errors.js';
import { Dims } from '../../src/import/onnx/dims.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxNode } from '../../src/onnx/graph.js';
import { int64s, model, node, value } from '../onnx/broken-models.js';
import { int, ints, weights } from './onnx-models.js';

afterEach(() => vi.restoreAllMocks());

type Parts = NonNullable<Parameters<typeof model>[1]>;

function failure(nodes: readonly OnnxNode[], parts: Parts): string {
  try {
    readOnnx(encodeModel(model([...nodes], parts)));
  } catch (error) {
    if (error instanceof LstmOnnxError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'no error';
}

/** Reads the nodes once for each of 63 dimensions without a common name, and once more. */
function readAgain(nodes: readonly OnnxNode[], last: string, parts: Parts = {}): string {
  const joined = Array.from({ length: 63 }, (_, i) => `z${i}`);
  return failure([...nodes, node('Concat', [last, ...joined], ['y'], { axis: int(1) })], {
    ...parts,
    inputs: [value('x', ['batch', 3]), ...joined.map((name) => value(name, [`${name}_batch`, 3]))],
  });
}

function relus(count: number): OnnxNode[] {
  return Array.from({ length: count }, (_, i) => node('Relu', [i === 0 ? 'x' : `v${i - 1}`], [`v${i}`]));
}

describe('reading an ONNX graph keeps to a limit of work', () => {
  it('where the graph is read again for every two dimensions that turn out to be one', () => {
    expect(readAgain(relus(1_000), 'v999')).toMatch(
      /E_UNSUPPORTED: .*takes more than 300000 steps; name dimensions of one size alike/,
    );
  });

  it('but for a graph of some hundred nodes', () => {
    expect(readAgain(relus(400), 'v399')).toBe('no error');
  });

  it('where its constants are put in another order at every reading', () => {
    const large = node('Concat', Array(100).fill('w'), ['w0'], { axis: int(1) });
    const turned = Array.from({ length: 2 }, (_, i) => node('Transpose', [`w${i}`], [`w${i + 1}`]));
    const product = [node('MatMul', ['x', 'w2'], ['v']), node('Slice', ['v', 's', 'e', 'a'], ['three'])];
    const initializers = [weights('w', 3, 10_000), int64s('s', 0), int64s('e', 3), int64s('a', 1)];
    expect(readAgain([large, ...turned, ...product], 'three', { initializers })).toMatch(
      /E_UNSUPPORTED: .*takes more than \d+ numbers moved/,
    );
  });

  it('where few nodes stand for many ops', () => {
    const axes = [1, 2, 3, 4, 5, 6, 7];
    const slices = Array.from({ length: 6_000 }, (_, i) => node('Slice', ['x', 's', 'e', 'a'], [`v${i}`]));
    const outputs = [node('Concat', ['v0', 'v1'], ['y'], { axis: int(0) })];
    const all = slices.map((_, i) => `v${i}`);
    expect(
      failure([...slices, ...outputs, node('Concat', all, ['z'], { axis: int(1) })], {
        inputs: [value('x', ['batch', ...axes.map(() => 17)])],
        outputs: [value('z')],
        initializers: [
          int64s('s', ...axes.map(() => 0)),
          int64s('e', ...axes.map(() => 16)),
          int64s('a', ...axes),
        ],
      }),
    ).toMatch(/E_UNSUPPORTED: Slice .*The graph has 40001 ops; at most 40000 are read/);
  });

  it('where a slice names an axis twice, which onnxruntime refuses', () => {
    const twice = {
      inputs: [value('x', [4, 4])],
      initializers: [int64s('s', 0, 0), int64s('e', 3, 2), int64s('a', 0, -2)],
    };
    expect(failure([node('Slice', ['x', 's', 'e', 'a'], ['y'])], twice)).toMatch(
      /E_INVALID_FILE: Slice .*it names an axis twice/,
    );
  });

  it.each(['w', 's', 'x'])('where the value %s gets more dimensions than are read', (name) => {
    const more = node('Unsqueeze', [name], ['u'], { axes: ints(...Array.from({ length: 40 }, (_, i) => i)) });
    expect(
      failure([more, node('Transpose', ['u'], ['y'])], {
        inputs: [value('x', ['batch', 3])],
        initializers: [weights('w', 3, 4), int64s('s', 1)],
      }),
    ).toMatch(/E_UNSUPPORTED: Unsqueeze .*has a value of 4[12] dimensions; at most 8/);
  });

  it('where the names of dimensions are alike for as far as they are kept', () => {
    const looked = [Set.prototype, Map.prototype].map((kind) => vi.spyOn(kind as Set<unknown>, 'has'));
    const dims = new Dims();
    const names = Array.from({ length: 500 }, (_, i) => dims.named(`${'d'.repeat(100)}${i}`));
    const count = looked.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    expect(new Set(names).size).toBe(500);
    // Looking from 2 on for every name is 125,000 times.
    expect(count).toBeLessThan(5_000);
  });
});
