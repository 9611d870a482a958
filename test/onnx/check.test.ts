import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cellOf, recurrentNames } from '../../src/builder/recurrent/cells.js';
import { LstmOnnxError } from '../../src/errors.js';
import { checkModel } from '../../src/onnx/check.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import type { OnnxAttribute, OnnxDim, OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/graph.js';
import { inferTypes } from '../../src/onnx/infer.js';
import { onnxRecurrentOperators } from '../../src/onnx/recurrent-operators.js';
import { irVersionFor } from '../../src/onnx/releases.js';
import { cpuMilliseconds } from '../cpu-time.js';
import {
  brokenModels,
  floats,
  graph,
  int64s,
  lstmModel,
  model,
  node,
  validModels,
  value,
} from './broken-models.js';

const int = (number: number): OnnxAttribute => ({ type: 'int', value: number });

function problemsOf(candidate: OnnxModel): string {
  try {
    checkModel(candidate);
    return '';
  } catch (error) {
    if (error instanceof LstmOnnxError && error.code === 'E_INVALID_GRAPH') return error.message;
    throw error;
  }
}

describe('checkModel', () => {
  it.each(Object.entries(validModels))('takes %s', (_, valid) => {
    expect(problemsOf(valid)).toBe('');
  });

  it.each(['attributes', 'beyond', 'described', 'raw-data', 'subgraph', 'typed-fields'])(
    'takes %s.onnx, which Python wrote',
    (name) => {
      expect(problemsOf(decodeModel(readFileSync(`fixtures/onnx/${name}.onnx`)))).toBe('');
    },
  );

  it.each(brokenModels.map((broken) => [broken.rule, broken] as const))('holds: %s', (_, broken) => {
    const problems = problemsOf(broken.model);
    expect(problems).toMatch(broken.says);
    // Nothing but the broken rule: a second complaint would be a false one (an LSTM's three weights aside).
    const count = broken.rule === 'LSTM has weights for both directions' ? 3 : 1;
    expect(problems.split('\n- ')).toHaveLength(count + 1);
  });

  it('lists every problem, not only the first', () => {
    const nodes = [node('Add', ['x', 'nowhere'], ['y']), node('Softmax', ['x'], ['y'], { axis: int(9) })];
    const problems = problemsOf(model(nodes, { name: '' }));
    for (const part of ['4 rules', 'no name', '"nowhere"', 'assigns "y"', 'axis 9']) {
      expect(problems).toContain(part);
    }
  });

  it('counts the problems past the first hundred', () => {
    const nodes = Array.from({ length: 150 }, (_, i) => node('Relu', ['nowhere'], [`y${i}`]));
    expect(problemsOf(model(nodes, { outputs: [] }))).toMatch(/breaks 150 rules(.|\n)*- and 50 more$/);
  });

  it('takes an operator it has no rule for, and an old version of one it knows', () => {
    expect(problemsOf(model([node('Unheard', ['x'], ['y'], { of: int(1) })]))).toBe('');
    const squeeze = node('Squeeze', ['x'], ['y'], { axes: { type: 'ints', value: [0] } });
    const shapes = { inputs: [value('x', [1, 4])], outputs: [value('y', [4])] };
    expect(problemsOf(model([squeeze], shapes, { opsets: new Map([['', 11]]), irVersion: 6 }))).toBe('');
    expect(problemsOf(model([squeeze], shapes))).toContain('attribute "axes"');
  });

  it('takes an output with other names for its dimensions, since two names may be one size', () => {
    const renamed = model([node('Relu', ['x'], ['y'])], { outputs: [value('y', ['n', null])] });
    expect(problemsOf(renamed)).toBe('');
  });
});

/** The type of y where `nodes` compute it from x. */
function typeOfY(nodes: readonly OnnxNode[], x: readonly OnnxDim[], initializers: readonly OnnxTensor[]) {
  const candidate = model(nodes, { inputs: [value('x', x)], outputs: [], initializers });
  expect(problemsOf(candidate)).toBe('');
  const types = inferTypes(candidate);
  const y = types.get('y');
  return y && [y.dtype, y.shape];
}

describe('inferTypes', () => {
  const step = (opType: string, inputs: string[], attributes: Record<string, OnnxAttribute> = {}) =>
    [node(opType, inputs, ['y'], attributes)] as const;

  it.each<[string, readonly OnnxNode[], OnnxDim[], OnnxTensor[], [string, OnnxDim[]]]>([
    ['broadcasts', step('Add', ['x', 'w']), ['b', 1], [floats('w', 3)], ['float32', ['b', 3]]],
    ['keeps a comparison bool', step('Less', ['x', 'w']), ['b'], [floats('w')], ['bool', ['b']]],
    [
      'multiplies a batch',
      step('MatMul', ['x', 'w']),
      ['b', 't', 4],
      [floats('w', 4, 5)],
      ['float32', ['b', 't', 5]],
    ],
    ['multiplies a vector', step('MatMul', ['x', 'w']), [4], [floats('w', 4, 5)], ['float32', [5]]],
    [
      'transposes in Gemm',
      step('Gemm', ['x', 'w', 'c'], { transA: int(1), transB: int(1) }),
      [4, 'b'],
      [floats('w', 5, 4), floats('c', 5)],
      ['float32', ['b', 5]],
    ],
    ['reverses axes by default', step('Transpose', ['x']), ['a', 'b', 3], [], ['float32', [3, 'b', 'a']]],
    [
      'squeezes',
      step('Squeeze', ['x', 'a']),
      ['t', 1, 'b', 2],
      [int64s('a', -3)],
      ['float32', ['t', 'b', 2]],
    ],
    [
      'unsqueezes',
      step('Unsqueeze', ['x', 'a']),
      ['b', 2],
      [int64s('a', 0, -1)],
      ['float32', [1, 'b', 2, 1]],
    ],
    ['reshapes with 0', step('Reshape', ['x', 's']), ['b', 2, 3], [int64s('s', 0, 6)], ['float32', ['b', 6]]],
    [
      'reshapes with -1',
      step('Reshape', ['x', 's']),
      ['b', 2, 3],
      [int64s('s', -1, 6)],
      ['float32', ['b', 6]],
    ],
    [
      'reshapes two names to unknown',
      step('Reshape', ['x', 's']),
      ['b', 't', 3],
      [int64s('s', -1, 3)],
      ['float32', [null, 3]],
    ],
    ['flattens', step('Flatten', ['x']), ['b', 2, 3], [], ['float32', ['b', 6]]],
    [
      'adds up what is joined',
      step('Concat', ['x', 'x'], { axis: int(-1) }),
      ['b', 3],
      [],
      ['float32', ['b', 6]],
    ],
    [
      'does not add names',
      step('Concat', ['x', 'x'], { axis: int(0) }),
      ['b', 3],
      [],
      ['float32', [null, 3]],
    ],
    [
      'slices',
      step('Slice', ['x', 's', 'e', 'a', 'p']),
      ['b', 10, 5],
      [int64s('s', 1, -1), int64s('e', 8, -9), int64s('a', 1, 2), int64s('p', 3, -2)],
      ['float32', ['b', 3, 3]],
    ],
    [
      'keeps the name of what is not cut',
      step('Slice', ['x', 's', 'e']),
      ['b', 10],
      [int64s('s', 0, 1), int64s('e', 2 ** 31 - 1, 2 ** 53 - 1)],
      ['float32', ['b', 9]],
    ],
    [
      'gathers rows',
      step('Gather', ['w', 'i']),
      ['b'],
      [floats('w', 9, 3), int64s('i', 1, 2)],
      ['float32', [2, 3]],
    ],
    ['casts', step('Cast', ['x'], { to: int(7) }), ['b'], [], ['int64', ['b']]],
    ['tells a shape', step('Shape', ['x'], { start: int(-2) }), ['b', 't', 3], [], ['int64', [2]]],
    ['expands', step('Expand', ['x', 's']), ['b', 1], [int64s('s', 7, 1, 5)], ['float32', [7, 'b', 5]]],
    ['clips', step('Clip', ['x', '', 'm']), ['b'], [floats('m')], ['float32', ['b']]],
    [
      'squashes hard',
      step('HardSigmoid', ['x'], { alpha: { type: 'float', value: 0.2 } }),
      ['b'],
      [],
      ['float32', ['b']],
    ],
  ])('%s', (_, nodes, x, initializers, [dtype, shape]) => {
    expect(typeOfY(nodes, x, initializers)).toEqual([dtype, shape]);
  });

  it('follows a shape that the graph computes, by name', () => {
    const nodes = [
      node('Shape', ['x'], ['shape']),
      node('Gather', ['shape', 'one'], ['batch']),
      node('Unsqueeze', ['batch', 'zero'], ['batch1']),
      node('Constant', [], ['units'], { value_ints: { type: 'ints', value: [5] } }),
      node('Concat', ['zero1', 'batch1', 'units'], ['target'], { axis: int(0) }),
      node('ConstantOfShape', ['target'], ['y']),
    ];
    const constants: OnnxTensor[] = [
      { name: 'one', dtype: 'int64', shape: [], data: BigInt64Array.of(1n) },
      int64s('zero', 0),
      int64s('zero1', 2),
    ];
    expect(typeOfY(nodes, ['t', 'b', 3], constants)).toEqual(['float32', [2, 'b', 5]]);
  });

  it('splits evenly, by sizes, and from version 18 on with a smaller last part', () => {
    const outputs = (nodes: readonly OnnxNode[], opset: number, constants: OnnxTensor[] = []) => {
      const parts = {
        inputs: [value('x', [7, 6])],
        outputs: [value('a', [null, null])],
        initializers: constants,
      };
      const candidate = model(nodes, parts, { opsets: new Map([['', opset]]), irVersion: 10 });
      expect(problemsOf(candidate)).toBe('');
      return ['a', 'b'].map((name) => inferTypes(candidate).get(name)?.shape);
    };
    const names = ['a', 'b'];
    expect(outputs([node('Split', ['x'], names, { axis: int(1) })], 17)).toEqual([
      [7, 3],
      [7, 3],
    ]);
    expect(outputs([node('Split', ['x', 's'], names)], 17, [int64s('s', 5, 2)])).toEqual([
      [5, 6],
      [2, 6],
    ]);
    expect(outputs([node('Split', ['x'], names, { num_outputs: int(2) })], 18)).toEqual([
      [4, 6],
      [3, 6],
    ]);
  });

  it('gives the three outputs of an LSTM in both layouts', () => {
    const shapes = (layout: number, x: OnnxDim[]) => {
      const attributes = {
        hidden_size: int(2),
        layout: int(layout),
        direction: { type: 'string', value: 'bidirectional' } as const,
      };
      const candidate = model([node('LSTM', ['x', 'W', 'R', '', 'n'], ['y', 'h', 'c'], attributes)], {
        inputs: [value('x', x), value('n', ['b'], 'int32')],
        outputs: [value('y', [null, null, null, null])],
        initializers: [floats('W', 2, 8, 4), floats('R', 2, 8, 2)],
      });
      expect(problemsOf(candidate)).toBe('');
      return ['y', 'h', 'c'].map((name) => inferTypes(candidate).get(name)?.shape);
    };
    expect(shapes(0, ['t', 'b', 4])).toEqual([
      ['t', 2, 'b', 2],
      [2, 'b', 2],
      [2, 'b', 2],
    ]);
    expect(shapes(1, ['b', 't', 4])).toEqual([
      ['b', 't', 2, 2],
      ['b', 2, 2],
      ['b', 2, 2],
    ]);
  });

  it('finds the hidden size in R where the attribute is left out', () => {
    const { graph: whole, ...rest } = lstmModel();
    const bare = node('LSTM', ['x', 'W', 'R', 'B'], ['y']);
    const types = inferTypes({ ...rest, graph: { ...whole, nodes: [bare] } });
    expect(types.get('y')?.shape).toEqual(['time', 1, 'batch', 2]);
  });

  it('knows nothing after an unknown operator but what the file declares', () => {
    const nodes = [
      node('Unheard', ['x'], ['a', 'b']),
      node('Relu', ['a'], ['y']),
      node('Relu', ['b'], ['z']),
    ];
    const types = inferTypes(model(nodes, { outputs: [], valueInfo: [value('a', [3])] }));
    expect(types.get('y')).toEqual(value('y', [3]));
    expect([...types.keys()]).toEqual(['x', 'a', 'y']);
  });

  it('does not take the default of an input for a constant', () => {
    const nodes = [node('Reshape', ['x', 's'], ['y'])];
    const parts = {
      inputs: [value('x', ['b', 6]), value('s', [2], 'int64')],
      initializers: [int64s('s', 0, 6)],
    };
    expect(inferTypes(model(nodes, { ...parts, outputs: [] })).get('y')?.shape).toEqual([null, null]);
  });

  it('checks bodies with the types of the graph around them', () => {
    const inner = graph([node('Add', ['x', 'w'], ['s'])], {
      inputs: [],
      outputs: [value('s', ['batch', 4])],
      initializers: [floats('w', 3)],
    });
    const branch: OnnxAttribute = { type: 'graph', value: inner };
    const other: OnnxAttribute = {
      type: 'graph',
      value: { ...inner, nodes: [node('Relu', ['x'], ['r'])], outputs: [value('r', ['batch', 4])] },
    };
    const nodes = [node('If', ['c'], ['y'], { then_branch: branch, else_branch: other })];
    const inputs = [value('c', [], 'bool'), value('x', ['batch', 4])];
    expect(problemsOf(model(nodes, { inputs }))).toMatch(
      /\[batch, 4\] and input 1 "w" \[3\] do not broadcast/,
    );
  });

  it('stays small where a chain of nodes doubles a rank or a shape vector at every step', () => {
    const names = Array.from({ length: 200 }, (_, i) => `v${i}`);
    const doubling = (opType: string, attributes: Record<string, OnnxAttribute>) =>
      names.slice(1).map((name, i) => node(opType, [names[i]!, names[i]!], [name], attributes));
    const start = { inputs: [], outputs: [], initializers: [{ ...int64s('v0', 0, 1), shape: [2] }] };
    for (const nodes of [doubling('Gather', {}), doubling('Concat', { axis: int(0) })]) {
      expect(cpuMilliseconds(() => inferTypes(model(nodes, start)))).toBeLessThan(1000);
    }
  });
});

describe('irVersionFor', () => {
  it('follows the table of ONNX releases', () => {
    const table = [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25].map(irVersionFor);
    expect(table).toEqual([3, 4, 5, 6, 7, 7, 7, 8, 8, 8, 8, 9, 9, 10, 10, 11, 12, 13]);
  });

  it.each([0, 29, 17.5, Number.NaN])('refuses operator set %d', (opset) => {
    expect(() => irVersionFor(opset)).toThrow(expect.objectContaining({ code: 'E_INVALID_OPTION' }));
  });
});

describe('the recurrent operators', () => {
  it('have those of every cell', () => {
    const operators = recurrentNames.map((name) => cellOf(name).onnx.operator);
    expect([...onnxRecurrentOperators]).toEqual(expect.arrayContaining(operators));
  });
});
