import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { initParameters } from '../../src/builder/parameters.js';
import { cellOf, type RecurrentName, recurrentNames } from '../../src/builder/recurrent/cells.js';
import { float32, type Value } from '../../src/builder/tensor.js';
import { exportOnnx } from '../../src/export/export.js';
import { Model } from '../../src/runtime/node.js';
import { FORWARD, normal, numbersOf } from './running.js';

const features = 5;
const hiddenSize = 7;
const time = 9;

function tagger(cell: RecurrentName, numLayers: number) {
  const network = defineNetwork({ x: float32('batch', 'time', features) }, ({ x }) => {
    const sizes = { hiddenSize, numLayers, bidirectional: false, bias: true, dropout: 0, batchFirst: true };
    const { output } = x.graph.add(cell as 'lstm', cell, { x }, sizes);
    const steps = output as unknown as Value<'float32', readonly ['batch', 'time', typeof hiddenSize]>;
    return { tags: linear('fc', steps, 3) };
  });
  return exportOnnx(network, initParameters(network, 1), { states: true });
}

/** Steps `from` to `to` of x [batch, time, features]. */
function piece(x: Float32Array, batch: number, from: number, to: number) {
  const rows = Array.from({ length: batch }, (_, row) =>
    x.subarray((row * time + from) * features, (row * time + to) * features),
  );
  return { data: Float32Array.from(rows.flatMap((row) => [...row])), dims: [batch, to - from, features] };
}

function zeroStates(cell: RecurrentName, numLayers: number, batch: number) {
  const zeros = {
    data: new Float32Array(numLayers * batch * hiddenSize),
    dims: [numLayers, batch, hiddenSize],
  };
  return Object.fromEntries(cellOf(cell).states.map(({ input }) => [input, zeros]));
}

const configurations = (['cpu', 'simd'] as const).flatMap((provider) =>
  recurrentNames.flatMap((cell) =>
    [1, 2, 3].flatMap((numLayers) => [1, 3].map((batch) => ({ provider, cell, numLayers, batch }))),
  ),
);

describe.each(configurations)(
  'on $provider an exported $cell of $numLayers layers at batch $batch',
  ({ provider, cell, numLayers, batch }) => {
    const { data } = normal([batch, time, features]);

    it('gives step by step what it gives for the whole sequence, states and all', async () => {
      await using model = await Model.load(tagger(cell, numLayers), { providers: [provider] });
      const whole = await model.run({
        x: piece(data, batch, 0, time),
        ...zeroStates(cell, numLayers, batch),
      });
      const stream = model.stream();
      const tags = whole.tags!.data as Float32Array;
      for (let step = 0; step < time; step++) {
        const results = await stream.run({ x: piece(data, batch, step, step + 1) });
        expect(Object.keys(results)).toEqual(['tags']);
        const expected = Array.from({ length: batch }, (_, row) => [
          ...tags.subarray((row * time + step) * 3, (row * time + step + 1) * 3),
        ]).flat();
        expect(results.tags!.data).toBeCloseToArray(expected, FORWARD);
      }
      for (const { input, output } of cellOf(cell).states) {
        expect(numbersOf(stream.state[input])).toBeCloseToArray(numbersOf(whole[output]), FORWARD);
      }
    });

    it('gives the same in uneven pieces, and two streams at once keep apart', async () => {
      await using model = await Model.load(tagger(cell, numLayers), { providers: [provider] });
      const other = normal([batch, time, features], 2).data;
      const states = zeroStates(cell, numLayers, batch);
      const expected = await Promise.all(
        [data, other].map((x) => model.run({ x: piece(x, batch, 0, time), ...states })),
      );
      const streams = [data, other].map((x) => ({ x, stream: model.stream() }));
      for (const [from, to] of [
        [0, 2],
        [2, 3],
        [3, time],
      ] as const) {
        await Promise.all(streams.map(({ x, stream }) => stream.run({ x: piece(x, batch, from, to) })));
      }
      for (const [i, { stream }] of streams.entries()) {
        for (const { input, output } of cellOf(cell).states) {
          expect(numbersOf(stream.state[input])).toBeCloseToArray(numbersOf(expected[i]![output]), FORWARD);
        }
      }
      expect(numbersOf(streams[0]!.stream.state.h0)).not.toBeCloseToArray(numbersOf(expected[1]!.hn), {
        atol: 1e-3,
      });
    });
  },
);

describe('a network of several LSTMs', () => {
  it('streams with a state for each', async () => {
    const network = defineNetwork({ x: float32('batch', 'time', features) }, ({ x }) => {
      const { output } = lstm('lower', x, { hiddenSize: 4 });
      return { last: lstm('upper', output, { hiddenSize: 3, numLayers: 2 }).output.at(-1) };
    });
    const parameters = initParameters(network, 3);
    const { data } = normal([2, time, features]);
    await using plain = await Model.load(exportOnnx(network, parameters), { providers: ['cpu'] });
    await using model = await Model.load(exportOnnx(network, parameters, { states: true }), {
      providers: ['cpu'],
    });
    const stream = model.stream();
    await stream.run({ x: piece(data, 2, 0, 4) });
    const { last } = await stream.run({ x: piece(data, 2, 4, time) });
    const whole = await plain.run({ x: piece(data, 2, 0, time) });
    expect(Object.keys(stream.state).sort()).toEqual(['lower_c0', 'lower_h0', 'upper_c0', 'upper_h0']);
    expect(numbersOf(last)).toBeCloseToArray(numbersOf(whole.last), FORWARD);
  });

  it('does not stream a state that both start from: nothing could carry it', async () => {
    const state = float32(1, 'batch', 3);
    const network = defineNetwork(
      { x: float32('batch', 'time', features), h0: state, c0: state },
      ({ x, h0, c0 }) => {
        const initialState = { h: h0, c: c0 };
        const first = lstm('first', x, { hiddenSize: 3, initialState });
        const second = lstm('second', first.output, { hiddenSize: 3, initialState });
        return { y: second.output, hn: second.h, cn: second.c };
      },
    );
    const bytes = exportOnnx(network, initParameters(network, 3));
    await using model = await Model.load(bytes, { providers: ['cpu'] });
    expect(() => model.stream()).toThrow(expect.objectContaining({ code: 'E_STATE_NOT_CARRIED' }));
  });
});
