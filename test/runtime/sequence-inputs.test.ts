import { expect, it } from 'vitest';
import { sequenceInputs } from '../../src/runtime/sequence-inputs.js';
import { int, model, node, value } from '../export/broken-models.js';

it('finds the inputs that a recurrent layer reads, through the nodes between', () => {
  const { graph } = model(
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
  expect(sequenceInputs(graph)).toEqual(new Set(['ids', 'left', 'right']));
});

it('ends where nodes go round in a circle', () => {
  const { graph } = model(
    [node('Relu', ['b'], ['a']), node('Relu', ['a'], ['b']), node('LSTM', ['a'], ['y'])],
    {
      inputs: [value('x', [null])],
    },
  );
  expect(sequenceInputs(graph)).toEqual(new Set());
});
