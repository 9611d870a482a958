/** nn.GRU and nn.RNN by their definitions, one number at a time: what names and shapes of their fixtures mean. */
import type { NdArray } from '../src/nd-array.js';
import type { Fixture, FloatTensors, GruRnnCase } from './fixtures.js';

type Numbers = readonly number[];
/** By batch, then time. */
type Sequences = readonly (readonly Numbers[])[];

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** `weight` [rows, columns] times x, plus the bias where there is one. */
function affine({ shape, data }: NdArray<'float32'>, bias: NdArray<'float32'> | undefined, x: Numbers) {
  const [rows = 0, columns = 0] = shape;
  return Array.from({ length: rows }, (_, row) => {
    const weights = data.subarray(row * columns, (row + 1) * columns);
    return x.reduce((sum, value, column) => sum + value * weights[column]!, bias?.data[row] ?? 0);
  });
}

/** One step: the next h. `suffix` follows the names of the parameters, as in `_l0_reverse`; a cell has none. */
export function recurrentStep(
  { kind, nonlinearity }: Pick<GruRnnCase, 'kind' | 'nonlinearity'>,
  params: FloatTensors,
  [prefix, suffix]: readonly [string, string],
  x: Numbers,
  h: Numbers,
): number[] {
  const named = (name: string) => params.get(`${prefix}${name}${suffix}`);
  const own = affine(named('weight_ih')!, named('bias_ih'), x);
  const past = affine(named('weight_hh')!, named('bias_hh'), h);
  if (kind === 'rnn') {
    const activation = nonlinearity === 'relu' ? (value: number) => Math.max(0, value) : Math.tanh;
    return own.map((value, i) => activation(value + past[i]!));
  }
  const size = h.length;
  return h.map((previous, i) => {
    const [r, z, n] = [i, size + i, 2 * size + i]; // the rows of the three gates
    const reset = sigmoid(own[r]! + past[r]!);
    const update = sigmoid(own[z]! + past[z]!);
    return (1 - update) * Math.tanh(own[n]! + reset * past[n]!) + update * previous;
  });
}

function runDirection(
  fixture: Fixture<GruRnnCase>,
  sequences: Sequences,
  place: { layer: number; reverse: boolean },
) {
  const { case: config, inputs, params } = fixture;
  const { kind, hiddenSize, batch, bidirectional } = config;
  const { layer, reverse } = place;
  const row = layer * (bidirectional ? 2 : 1) + Number(reverse);
  const names = [`${kind}.`, `_l${layer}${reverse ? '_reverse' : ''}`] as const;
  const h0 = Array.from(inputs.get('h0')?.data ?? [], Number);
  const last: number[][] = [];
  const outputs = sequences.map((steps, index) => {
    const start = (row * batch + index) * hiddenSize;
    let h = config.states ? h0.slice(start, start + hiddenSize) : Array<number>(hiddenSize).fill(0);
    const length = Number(inputs.get('lengths')?.data[index] ?? steps.length);
    const output = steps.map(() => Array<number>(hiddenSize).fill(0));
    for (let step = 0; step < length; step++) {
      const t = reverse ? length - 1 - step : step;
      h = recurrentStep(config, params, names, steps[t]!, h);
      output[t] = h;
    }
    last.push(h);
    return output;
  });
  return { outputs, last };
}

/** `output` and `hn` of a fixture in `gru-rnn/layers`, in its layout. */
export function runByDefinition(fixture: Fixture<GruRnnCase>): Map<string, number[]> {
  const { numLayers, bidirectional, batch, time, inputSize, batchFirst } = fixture.case;
  const x = Array.from(fixture.inputs.get('x')!.data, Number);
  let sequences: Sequences = Array.from({ length: batch }, (_, b) =>
    Array.from({ length: time }, (_, t) => {
      const place = batchFirst ? b * time + t : t * batch + b;
      return x.slice(place * inputSize, (place + 1) * inputSize);
    }),
  );
  const hn: Numbers[] = [];
  for (let layer = 0; layer < numLayers; layer++) {
    const directions = (bidirectional ? [false, true] : [false]).map((reverse) =>
      runDirection(fixture, sequences, { layer, reverse }),
    );
    hn.push(...directions.flatMap(({ last }) => last));
    sequences = sequences.map((steps, b) =>
      steps.map((_, t) => directions.flatMap(({ outputs }) => outputs[b]![t]!)),
    );
  }
  const output = batchFirst
    ? sequences.flat(2)
    : Array.from({ length: time }, (_, t) => sequences.flatMap((steps) => steps[t]!)).flat();
  return new Map([
    ['output', output],
    ['hn', hn.flat()],
  ]);
}
