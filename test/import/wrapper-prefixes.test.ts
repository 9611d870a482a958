import { describe, expect, it } from 'vitest';
import { encodeCheckpoint } from '../../src/builder/checkpoint.js';
import { encodeSafetensors } from '../../src/data/safetensors.js';
import { readStateDict } from '../../src/import/state-dict.js';
import { withoutWrapperPrefixes } from '../../src/import/wrapper-prefixes.js';
import { defineNetwork, float32, initParameters, linear } from '../../src/index.js';

const value = { shape: [1], data: Float32Array.of(1) };

function namesWithout(...names: string[]): string[] {
  return [...withoutWrapperPrefixes(new Map(names.map((name) => [name, value]))).keys()];
}

describe('withoutWrapperPrefixes', () => {
  it('takes off a prefix that every name has, and then the next', () => {
    expect(namesWithout('module.lstm.weight_ih_l0', 'module.fc.bias')).toEqual([
      'lstm.weight_ih_l0',
      'fc.bias',
    ]);
    expect(namesWithout('_orig_mod.module.model.fc.weight')).toEqual(['fc.weight']);
  });

  it('keeps a prefix that one name does not have', () => {
    const names = ['module.fc.weight', 'fc.bias'];
    expect(namesWithout(...names)).toEqual(names);
  });

  it('keeps model. where it is the name of a layer, and takes off module. even there', () => {
    expect(namesWithout('model.weight_ih_l0', 'model.weight_hh_l0')).toEqual([
      'model.weight_ih_l0',
      'model.weight_hh_l0',
    ]);
    expect(namesWithout('module.weight_ih_l0')).toEqual(['weight_ih_l0']);
  });

  it('never leaves a name empty', () => {
    expect(namesWithout('module.')).toEqual(['module.']);
    expect(namesWithout()).toEqual([]);
  });
});

describe('readStateDict of safetensors', () => {
  it('takes off prefixes and leaves out integers', () => {
    const bytes = encodeSafetensors(
      new Map([
        ['module.fc.weight', { dtype: 'float64', shape: [1], data: Float64Array.of(0.1) }],
        ['module.steps', { dtype: 'int32', shape: [1], data: Int32Array.of(1) }],
      ]),
    );
    expect([...readStateDict(bytes)]).toEqual([['fc.weight', { shape: [1], data: Float32Array.of(0.1) }]]);
  });

  it('keeps the names of a network in a checkpoint of our own', () => {
    const network = defineNetwork({ x: float32('batch', 2) }, ({ x }) => ({ y: linear('module.fc', x, 1) }));
    const parameters = initParameters(network, 1);
    expect([...readStateDict(encodeCheckpoint({ network, parameters })).keys()]).toEqual([
      ...parameters.keys(),
    ]);
  });
});
