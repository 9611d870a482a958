import { expect, it } from 'vitest';
import { sequenceInputs } from '../../src/runtime/sequence-inputs.js';
import { graph, int, model, node, value } from '../onnx/broken-models.js';

it('finds the inputs that a recurrent layer reads, through the nodes between', () => {
  const { graph: whole } = model(
    [
      node('Gather', ['table', 'ids'], ['embedded']),
      node('Transpose', ['embedded'], ['turned']),
      node('LSTM', ['turned', 'w', 'r', '', '', 'h0'], ['y']),
      node('Concat', ['cache', 'frame'], ['frames'], { axis: int(0) }),
      node('GRU', ['frames', 'w', 'r'], ['z']),
      node('Slice', ['left', 'starts', 'ends'], ['part']),
      node('Concat', ['part', 'right'], ['both'], { axis: int(-1) }),
      node('RNN', ['both', 'w', 'r'], ['v']),
      node('ReduceSum', ['items'], ['sums']),
      node('LSTM', ['sums', 'w', 'r'], ['s']),
      node('Relu', ['other'], ['u']),
    ],
    {
      inputs: ['ids', 'h0', 'cache', 'frame', 'left', 'starts', 'ends', 'right', 'items', 'other'].map(
        (name) => value(name, [null]),
      ),
    },
  );
  // A cache may be empty at first, since what is joined to it is read; and a sum of nothing is 0.
  expect(sequenceInputs(whole)).toEqual(new Set(['ids', 'left', 'right']));
});

it('ends where nodes go round in a circle', () => {
  const { graph: whole } = model(
    [node('Relu', ['b'], ['a']), node('Relu', ['a'], ['b']), node('LSTM', ['a'], ['y'])],
    {
      inputs: [value('x', [null])],
    },
  );
  expect(sequenceInputs(whole)).toEqual(new Set());
});

it.each([
  [node('Abs', ['x'], ['s'])],
  [node('Expand', ['x', 'shape'], ['s'])],
  [node('Tile', ['x', 'repeats'], ['s'])],
  [node('Where', ['which', 'x', 'x'], ['s'])],
  [node('Split', ['x', 'sizes'], ['s', 'rest'])],
])('goes through $opType, behind which onnxruntime-node would end the process', (before) => {
  const of = model([before, node('LSTM', ['s', 'w', 'r'], ['y'])], { inputs: [value('x', [null])] });
  expect(sequenceInputs(of.graph)).toEqual(new Set(['x']));
});

it('looks into the bodies of nodes', () => {
  const branch = {
    type: 'graph',
    value: graph([node('LSTM', ['x', 'w', 'r'], ['y'])], { inputs: [] }),
  } as const;
  const of = model([node('If', ['c'], ['z'], { then_branch: branch })], { inputs: [value('x', [null])] });
  expect(sequenceInputs(of.graph)).toEqual(new Set(['x']));
});
