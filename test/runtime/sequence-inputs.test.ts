import { expect, it } from 'vitest';
import { sequenceInputs } from '../../src/runtime/sequence-inputs.js';
import { model, node, value } from '../export/broken-models.js';

it('finds the inputs that a recurrent layer reads, through the nodes between', () => {
  const { graph } = model(
    [
      node('Gather', ['table', 'ids'], ['embedded']),
      node('Transpose', ['embedded'], ['turned']),
      node('LSTM', ['turned', 'w', 'r', '', '', 'h0'], ['y']),
      node('Concat', ['cache', 'frame'], ['frames']),
      node('GRU', ['frames', 'w', 'r'], ['z']),
      node('Relu', ['other'], ['u']),
    ],
    { inputs: ['ids', 'h0', 'cache', 'frame', 'other'].map((name) => value(name, [null])) },
  );
  // A cache may be empty at first; what is joined to it is read.
  expect(sequenceInputs(graph)).toEqual(new Set(['ids']));
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
