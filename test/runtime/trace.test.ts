import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/builder/network.js';
import { exportOnnx } from '../../src/export/export.js';
import { Model } from '../../src/runtime/node.js';
import type { LstmTrace, RecurrentTrace, TraceOf } from '../../src/runtime/recurrent-trace.js';
import { openSimdSession } from '../../src/runtime/simd/session.js';
import { runningEngine } from '../engine.js';
import {
  type CellCase,
  type Fixture,
  type GruRnnCase,
  type LstmCase,
  listFixtures,
  loadFixture,
} from '../fixtures.js';
import { feedsOf } from '../parity/exported.js';
import { cellNetwork, lstmNetwork, recurrentNetwork } from '../parity/networks.js';
import { failure, load } from './models.js';
import { referenceTraces } from './trace-reference.js';
import '../matcher.js';

const CLOSE = { atol: 1e-5 };

async function traced(network: Network, fixture: Fixture<unknown>, threads: number) {
  const bytes = exportOnnx(network, fixture.params);
  const sessionOptions = { intraOpNumThreads: threads };
  await using model = await Model.load(bytes, { providers: ['simd'], sessionOptions });
  return {
    traces: await model.trace(feedsOf(network, fixture)),
    results: await model.run(feedsOf(network, fixture)),
  };
}

/** The gates, cells and states of a fixture, held to double precision, and those to PyTorch's output. */
async function expectGates(network: Network, fixture: Fixture<unknown>): Promise<void> {
  const { hiddenSize, batch, time, batchFirst = true, projSize = 0 } = fixture.case as LstmCase;
  const expected = referenceTraces(fixture);
  for (const threads of [1, 2]) {
    const { traces, results } = await traced(network, fixture, threads);
    expect(traces.map(({ layer, direction }) => [layer, direction])).toEqual(
      expected.map(({ layer, direction }) => [layer, direction]),
    );
    for (const [i, { name, op, layer, direction, dims, ...steps }] of traces.entries()) {
      expect(name).toMatch(projSize > 0 ? /^lstm/ : layer === 0 ? /^lstm$/ : `lstm_l${layer}`);
      expect(op).toBe('lstm');
      expect(dims).toEqual([time, batch, hiddenSize]);
      expect(new Map(Object.entries(steps))).toBeCloseToArray(
        new Map(Object.entries(expected[i]!.steps)),
        CLOSE,
      );
    }
    // Tracing leaves runs as they are.
    expect(results.output).toBeCloseToArray(fixture.outputs.get('output')!, CLOSE);
    if (projSize > 0) continue;
    const last = traces.filter(({ layer }) => layer === traces.at(-1)!.layer);
    expect(outputOf(last, batchFirst)).toBeCloseToArray(fixture.outputs.get('output')!.data, CLOSE);
  }
}

/** The hidden states of a layer's directions side by side, in the order of the output. */
function outputOf(layers: readonly RecurrentTrace[], batchFirst: boolean): Float32Array {
  const [time, batch] = layers[0]!.dims;
  const order = batchFirst
    ? Array.from({ length: batch * time }, (_, i) => (i % time) * batch + Math.floor(i / time))
    : Array.from({ length: batch * time }, (_, i) => i);
  const rows = order.flatMap((place) =>
    layers.flatMap(({ hidden }) => {
      const size = hidden.length / (time * batch);
      return [...hidden.subarray(place * size, (place + 1) * size)];
    }),
  );
  return Float32Array.from(rows);
}

/** Whether a step, `t * batch + row`, is within its sequence. */
function isWithin({ case: { batch }, inputs }: Fixture<GruRnnCase>, place: number): boolean {
  const lengths = inputs.get('lengths')?.data;
  return lengths === undefined || Math.floor(place / batch) < Number(lengths[place % batch]);
}

/** The hidden number that came before the one at a place of the trace; from h0 where none did. */
function stateBefore(trace: TraceOf<'gru'>, fixture: Fixture<GruRnnCase>, direction: number) {
  const { hiddenSize, batch, time } = fixture.case;
  const row = batch * hiddenSize;
  const h0 = fixture.inputs.get('h0')?.data;
  const isReverse = trace.direction === 'reverse';
  return (i: number): number => {
    const t = Math.floor(i / row) + (isReverse ? 1 : -1);
    const place = t * batch + Math.floor((i % row) / hiddenSize);
    const isFirst = isReverse ? t === time || !isWithin(fixture, place) : t < 0;
    return isFirst ? Number(h0?.[direction * row + (i % row)] ?? 0) : trace.hidden[t * row + (i % row)]!;
  };
}

describe('a trace', () => {
  it.each(listFixtures('lstm'))(
    'has the gates, cells and states behind PyTorch’s output: %s',
    async (name) => {
      const fixture = loadFixture<LstmCase>(name);
      await expectGates(lstmNetwork(fixture.case), fixture);
    },
  );

  it.each(listFixtures('cells'))('has those of the cells that ONNX adds: %s', async (name) => {
    const fixture = loadFixture<CellCase>(name);
    await expectGates(cellNetwork(fixture.case), fixture);
  });

  it.each(listFixtures('gru-rnn/layers').filter((name) => name.includes('/gru-')))(
    'of a GRU has gates that make each hidden state of the one before: %s',
    async (fixtureName) => {
      const fixture = loadFixture<GruRnnCase>(fixtureName);
      const { hiddenSize, batch, time, batchFirst, numLayers, bidirectional } = fixture.case;
      const { traces, results } = await traced(recurrentNetwork(fixture.case), fixture, 1);
      expect(results.output).toBeCloseToArray(fixture.outputs.get('output')!, CLOSE);
      const top = traces.filter(({ layer }) => layer === numLayers - 1);
      expect(outputOf(top, batchFirst)).toBeCloseToArray(fixture.outputs.get('output')!.data, CLOSE);
      for (const [row, trace] of (traces as TraceOf<'gru'>[]).entries()) {
        expect(trace).toMatchObject({ op: 'gru', dims: [time, batch, hiddenSize] });
        expect(trace.layer).toBe(Math.floor(row / (bidirectional ? 2 : 1)));
        const before = stateBefore(trace, fixture, row);
        const made = trace.hidden.map((_, i) => {
          const isStep = isWithin(fixture, Math.floor(i / hiddenSize));
          const z = trace.updateGate[i]!;
          return isStep ? (1 - z) * trace.candidate[i]! + z * before(i) : 0;
        });
        expect(trace.hidden).toBeCloseToArray(made, CLOSE);
        expect(trace.resetGate.every((r) => r >= 0 && r <= 1)).toBe(true);
      }
    },
  );

  it('leaves no memory of the engine taken, and stays when the model has gone', async () => {
    const fixture = loadFixture<LstmCase>('lstm/both-l2-bi-b4-t5');
    const network = lstmNetwork(fixture.case);
    const engine = await runningEngine({ threads: 1 });
    const { taken } = engine;
    const session = openSimdSession(exportOnnx(network, fixture.params), engine);
    const feeds = Object.fromEntries(
      Object.entries(feedsOf(network, fixture)).map(([name, { data, dims }]) => [
        name,
        { type: name === 'lengths' ? ('int32' as const) : ('float32' as const), data, dims },
      ]),
    );
    await session.run(feeds);
    const loaded = engine.taken;
    const [first] = ((await session.trace?.(feeds)) ?? []) as LstmTrace[];
    const gates = first!.forgetGate.slice();
    expect(engine.taken).toBe(loaded);
    await session.trace?.(feeds);
    await session.release();
    expect(engine.taken).toBe(taken);
    expect(first!.forgetGate).toEqual(gates);
    expect(first!.forgetGate.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it('is checked like a run, and refused after release', async () => {
    const fixture = loadFixture<LstmCase>('lstm/projected-l1-uni-b3-t4');
    const network = lstmNetwork(fixture.case);
    const model = await Model.load(exportOnnx(network, fixture.params), { providers: ['simd'] });
    expect(await failure(() => model.trace({}))).toMatch(/^E_MISSING_NAME: /);
    await model.release();
    expect(await failure(() => model.trace(feedsOf(network, fixture)))).toMatch(/^E_RUN_FAILED: .*released/);
  });

  it('is for the provider simd, which others name', async () => {
    await using model = await load('lstm');
    expect(await failure(() => model.trace({}))).toMatch(
      /^E_UNSUPPORTED: The provider cpu does not .*providers: \['simd'\]/,
    );
  });
});
