/** A weight that PyTorch's state dict has under two names is one tensor of the network. */
import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { gru } from '../../src/builder/ops/gru.js';
import { linear } from '../../src/builder/ops/linear.js';
import { initParameters, type Parameter, type StateDict } from '../../src/builder/parameters.js';
import { tie } from '../../src/builder/shared.js';
import { int32 } from '../../src/builder/tensor.js';
import { encodeSafetensors } from '../../src/data/safetensors.js';
import { networkFromStateDict } from '../../src/import/architecture.js';
import { importModel } from '../../src/import/import-model.js';
import { rejectionOf } from '../files/rejection.js';

const define = (isTied: boolean) =>
  defineNetwork({ x: int32('batch', 'time') }, ({ x }) => {
    const words = embedding('embed', x, { numEmbeddings: 9, embeddingDim: 5 });
    const logits = linear('decoder', gru('rnn', words, { hiddenSize: 5 }).output, 9);
    if (isTied) tie('decoder.weight', 'embed.weight');
    return { logits };
  });
const network = define(true);
const parameters = initParameters(network, 1);
const weight = parameters.get('embed.weight') as Parameter;
/** As PyTorch lists them. */
const both: StateDict = new Map([...parameters, ['decoder.weight', weight]]);
const other = { shape: weight.shape, data: weight.data.with(3, 7) };

const zeros = { shape: [9, 5], data: new Float32Array(45) };

const fileOf = (state: StateDict) =>
  encodeSafetensors(new Map([...state].map(([name, array]) => [name, { dtype: 'float32', ...array }])));

describe('a tied weight in a state dict', () => {
  it.each<[string, StateDict]>([
    ['both of its names', both],
    ['the name of the tensor', parameters],
    ['the name that is tied', new Map([...both].filter(([name]) => name !== 'embed.weight'))],
  ])('is one tensor of the network, under %s', async (_, state) => {
    const read = await importModel(fileOf(state), { network });
    expect(read).toEqual({ network, parameters, notes: [], isInferred: false });
  });

  it('is refused where its names have other numbers, or another shape', async () => {
    const changed = fileOf(new Map([...both, ['decoder.weight', other]]));
    expect(await rejectionOf(importModel(changed, { network }))).toMatchObject({
      code: 'E_SHAPE_MISMATCH',
      message:
        "'embed.weight' and 'decoder.weight' are one tensor in the network, which ties them, but have other numbers in the state " +
        'dict; leave out the tie, or give weights that were trained with it.',
    });
    const turned = fileOf(new Map([...both, ['decoder.weight', { ...weight, shape: [5, 9] }]]));
    expect((await rejectionOf(importModel(turned, { network }))).message).toMatch(
      /are \[9, 5\] and \[5, 9\] in the state dict/,
    );
  });

  it('is read as one where the network is inferred, with a note', () => {
    const inferred = networkFromStateDict(both, { pool: 'all' });
    expect(inferred).toMatchObject({ network, parameters });
    expect(inferred.notes.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(
        /^the weights of 'embed' and 'decoder' have the same numbers and are read as one tensor/,
      ),
    );
  });

  it.each<[string, Parameter, Parameter]>([
    ['have other numbers', weight, other],
    ['are all zeros', zeros, zeros],
  ])('is two tensors of an inferred network where they %s', (_, one, two) => {
    const state = new Map([...both, ['embed.weight', one], ['decoder.weight', two]] as const);
    const inferred = networkFromStateDict(state, { pool: 'all' });
    expect(inferred.network).toEqual(define(false));
  });
});
