/** The fixtures of nn.GRU and nn.RNN: what they hold is what their names, cases and PyTorch's definitions say. */
import { describe, expect, it } from 'vitest';
import { Generator } from '../src/builder/random.js';
import { epochOrder } from '../src/builder/train/batches.js';
import { sizeOf } from '../src/nd-array.js';
import {
  type FloatTensors,
  type GruRnnCase,
  type GruRnnTraining,
  listFixtures,
  loadFixture,
} from './fixtures.js';
import { runByDefinition } from './recurrent-by-definition.js';
import './matcher.js';

const layers = listFixtures('gru-rnn/layers');
const trainings = listFixtures('gru-rnn/training');

type Shapes = Record<string, readonly number[]>;
type LayerSizes = Pick<GruRnnCase, 'kind' | 'inputSize' | 'hiddenSize'> &
  Partial<Pick<GruRnnCase, 'numLayers' | 'bidirectional' | 'bias'>>;

/** The parameters of a layer in PyTorch's order. */
function layerShapes({
  kind,
  inputSize,
  hiddenSize,
  numLayers = 1,
  bidirectional = false,
  bias = true,
}: LayerSizes): Shapes {
  const rows = hiddenSize * (kind === 'gru' ? 3 : 1);
  const ends = bidirectional ? ['', '_reverse'] : [''];
  const shapes: [string, readonly number[]][] = [];
  for (let layer = 0; layer < numLayers; layer++) {
    const columns = layer === 0 ? inputSize : hiddenSize * ends.length;
    for (const end of ends) {
      const suffix = `_l${layer}${end}`;
      shapes.push([`${kind}.weight_ih${suffix}`, [rows, columns]]);
      shapes.push([`${kind}.weight_hh${suffix}`, [rows, hiddenSize]]);
      for (const name of bias ? ['bias_ih', 'bias_hh'] : [])
        shapes.push([`${kind}.${name}${suffix}`, [rows]]);
    }
  }
  return Object.fromEntries(shapes);
}

const shapesOf = (tensors: ReadonlyMap<string, { shape: readonly number[] }>): Shapes =>
  Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]));

const sameNumbers = (one: { data: Float32Array }, other: { data: Float32Array }) =>
  one.data.every((value, index) => value === other.data[index]);

describe.each(layers)('%s', (name) => {
  const fixture = loadFixture<GruRnnCase>(name);
  const { case: config, inputs, outputs } = fixture;
  const { batch, time, batchFirst, hiddenSize, numLayers, bidirectional } = config;

  it('has every tensor that its case says, in float32, and a gradient of each', () => {
    const directions = bidirectional ? 2 : 1;
    const steps = batchFirst ? [batch, time] : [time, batch];
    const state = [numLayers * directions, batch, hiddenSize];
    expect(shapesOf(fixture.params)).toEqual(layerShapes(config));
    expect(shapesOf(fixture.grads)).toEqual(shapesOf(fixture.params));
    const floats = { x: [...steps, config.inputSize], ...(config.states ? { h0: state } : {}) };
    expect(shapesOf(inputs)).toEqual({ ...floats, ...(config.lengths ? { lengths: [batch] } : {}) });
    expect(shapesOf(fixture.inputGrads)).toEqual(floats);
    const last = config.lengths ? { last: [batch, hiddenSize * directions] } : {};
    expect(shapesOf(outputs)).toEqual({ output: [...steps, hiddenSize * directions], hn: state, ...last });
    expect(shapesOf(fixture.cotangents)).toEqual(shapesOf(outputs));
    if (config.lengths) expect(inputs.get('lengths')?.dtype).toBe('int32');
    for (const [key, { data, shape }] of fixture.tensors) {
      expect(data, key).toHaveLength(sizeOf(shape));
      expect(Array.from(data as Float32Array).every(Number.isFinite), key).toBe(true);
    }
  });

  it('has the outputs and last states of the definition', () => {
    for (const [key, numbers] of runByDefinition(fixture))
      expect(numbers, key).toBeCloseToArray(outputs.get(key)!.data, { atol: 1e-6 });
  });
});

describe('the fixtures of GRU and RNN', () => {
  const cases = layers.map((name) => loadFixture<GruRnnCase>(name).case);

  it('cover every kind with 1 to 3 layers, directions and bias, and each with all else', () => {
    const kindOf = ({ kind, nonlinearity }: GruRnnCase) => nonlinearity ?? kind;
    const main = (c: GruRnnCase) => `${kindOf(c)} ${c.numLayers} ${c.bidirectional} ${c.bias}`;
    expect(new Set(cases.map(main)).size).toBe(3 * 3 * 2 * 2);
    for (const key of ['states', 'lengths', 'batchFirst'] as const) {
      for (const other of [
        'numLayers',
        'bidirectional',
        'bias',
        'states',
        'lengths',
        'batchFirst',
      ] as const) {
        const counts = other === 'numLayers' ? 3 : 2;
        const pairs = new Set(cases.map((c) => `${c[key]} ${c[other]}`));
        expect(pairs.size, `${key} with ${other}`).toBe(key === other ? 2 : 2 * counts);
      }
      expect(new Set(cases.map((c) => `${kindOf(c)} ${c[key]}`)).size, key).toBe(6);
    }
  });

  /** Every parameter of a GRU or RNN is uniform within 1 / sqrt(hiddenSize), of a linear layer within 1 / sqrt(inputs). */
  function expectDrawn(generator: Generator, params: FloatTensors, bounds: Record<string, number>) {
    for (const [name, { data }] of params) {
      const bound = bounds[name.split('.')[0]!]!;
      expect(generator.uniform(data.length, -bound, bound), name).toEqual(data);
    }
  }

  it.each(trainings)('begin training with what the seed draws, in its order: %s', (name) => {
    const fixture = loadFixture<GruRnnTraining>(name);
    const { kind, hiddenSize, seed, steps, epochs, inputSize, numClasses, bidirectional } = fixture.case;
    const start = fixture.withPrefix('param@0.');
    const features = hiddenSize * (bidirectional ? 2 : 1);
    const head = { 'fc.weight': [numClasses, features], 'fc.bias': [numClasses] };
    expect(shapesOf(start)).toEqual({ ...layerShapes(fixture.case), ...head });
    const generator = new Generator(seed);
    const inOrder = Object.keys({ ...layerShapes(fixture.case), ...head });
    expectDrawn(generator, new Map(inOrder.map((key) => [key, start.get(key)!])), {
      [kind]: 1 / Math.sqrt(hiddenSize),
      fc: 1 / Math.sqrt(features),
    });
    const [samples = 0, , size] = fixture.inputs.get('x')!.shape;
    expect(size).toBe(inputSize);
    for (let epoch = 0; epoch < epochs; epoch++)
      expect(epochOrder(generator, samples, true)).toEqual(fixture.tensors.get(`order.${epoch}`)?.data);

    const losses = Array.from(fixture.outputs.get('losses')!.data);
    expect(losses).toHaveLength(steps);
    const sum = (numbers: number[]) => numbers.reduce((total, value) => total + value, 0);
    expect(sum(losses.slice(-5))).toBeLessThan(sum(losses.slice(0, 5)));
    const end = fixture.withPrefix(`param@${steps}.`);
    expect(shapesOf(end)).toEqual(shapesOf(start));
    // The reverse direction is at the last step after one step from zero, where its weight of h has no part.
    const idle = bidirectional ? ['gru.weight_hh_l1_reverse'] : [];
    const same = [...end.keys()].filter((key) => sameNumbers(end.get(key)!, start.get(key)!));
    expect(same).toEqual(idle);
  });

  it('have initial parameters of both kinds after a seed', () => {
    const { params, case: config } = loadFixture<{ seed: number; order: string[] }>(
      'gru-rnn/init/embedding-gru-rnn-linear',
    );
    expect(config.order).toEqual(['embedding', 'gru', 'rnn', 'fc']);
    const gru = layerShapes({ kind: 'gru', inputSize: 5, hiddenSize: 7, numLayers: 2, bidirectional: true });
    const rnn = layerShapes({ kind: 'rnn', inputSize: 14, hiddenSize: 6, numLayers: 2, bias: false });
    const shapes = { 'embedding.weight': [11, 5], ...gru, ...rnn, 'fc.weight': [3, 6], 'fc.bias': [3] };
    expect(shapesOf(params)).toEqual(shapes);
    const generator = new Generator(config.seed);
    expect(generator.normal(55, 0, 1)).toBeCloseToArray(params.get('embedding.weight')!.data, { atol: 1e-6 });
    const uniform = Object.keys(shapes).filter((key) => key !== 'embedding.weight');
    const bounds = { gru: 1 / Math.sqrt(7), rnn: 1 / Math.sqrt(6), fc: 1 / Math.sqrt(6) };
    expectDrawn(generator, new Map(uniform.map((key) => [key, params.get(key)!])), bounds);
  });
});
