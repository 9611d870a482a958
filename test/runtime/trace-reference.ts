/** Every step of an LSTM in double precision, written for clarity: what traces are compared with. */
import type { Activation } from '../../src/builder/activations.js';
import type { LstmSteps } from '../../src/runtime/recurrent-trace.js';
import { scalarOf } from '../../src/runtime/simd/activations.js';
import type { CellCase, Fixture, LstmCase } from '../fixtures.js';

export interface ReferenceTrace {
  readonly layer: number;
  readonly direction: 'forward' | 'reverse';
  readonly steps: Readonly<Record<keyof LstmSteps, Float64Array>>;
}

/** A case of either kind, with the options that it may have. */
type Case = Pick<CellCase, 'hiddenSize' | 'numLayers' | 'batch' | 'time'> &
  Partial<Omit<CellCase, 'lengths'> & Pick<LstmCase, 'batchFirst' | 'projSize'>>;

const names = ['inputGate', 'forgetGate', 'candidate', 'outputGate', 'cell', 'hidden'] as const;

function activationOf(name: unknown, fallback: Activation['name']): (x: number) => number {
  return scalarOf(
    typeof name === 'string' ? ({ name } as Activation) : ((name as Activation) ?? { name: fallback }),
  );
}

export function referenceTraces(fixture: Fixture<unknown>): ReferenceTrace[] {
  const config = fixture.case as Case;
  const { hiddenSize, numLayers = 1, bidirectional, batch, time, batchFirst = true, projSize = 0 } = config;
  const { clip = Number.POSITIVE_INFINITY, inputForget, activations } = config;
  const gate = activationOf(activations?.gates, 'sigmoid');
  const squash = activationOf(activations?.cell, 'tanh');
  const show = activationOf(activations?.hidden, 'tanh');
  const clipped = (x: number) => Math.min(Math.max(x, -clip), clip);
  const stateSize = projSize || hiddenSize;
  const directions = bidirectional ? [false, true] : [config.reverse === true];
  const lengths = fixture.inputs.get('lengths')?.data;
  const x = fixture.inputs.get('x')!;

  /** The layer's input at `[t][b]`. */
  let sequence = Array.from({ length: time }, (_, t) =>
    Array.from({ length: batch }, (_, b) => {
      const width = x.shape[2]!;
      const at = (batchFirst ? b * time + t : t * batch + b) * width;
      return Array.from({ length: width }, (_, k) => Number(x.data[at + k]));
    }),
  );
  const traces: ReferenceTrace[] = [];
  for (let layer = 0; layer < numLayers; layer++) {
    const outputs = sequence.map((rows) => rows.map((): number[] => []));
    directions.forEach((reverse, d) => {
      const suffix = `_l${layer}${reverse && bidirectional ? '_reverse' : ''}`;
      const parameter = (name: string) => fixture.params.get(`lstm.${name}${suffix}`)?.data;
      const [weightIh, weightHh, weightHr] = ['weight_ih', 'weight_hh', 'weight_hr'].map(parameter);
      const [biasIh, biasHh, peephole] = ['bias_ih', 'bias_hh', 'weight_peephole'].map(parameter);
      const before = (name: 'h0' | 'c0', b: number, size: number) => {
        const given = fixture.inputs.get(name)?.data;
        const learned = fixture.params.get(`lstm.${name}`)?.data;
        const index = layer * directions.length + d;
        return Array.from({ length: size }, (_, k) =>
          Number(given?.[(index * batch + b) * size + k] ?? learned?.[index * size + k] ?? 0),
        );
      };
      const steps = Object.fromEntries(
        names.map((name) => [name, new Float64Array(time * batch * hiddenSize)]),
      ) as ReferenceTrace['steps'];
      for (let b = 0; b < batch; b++) {
        let h = before('h0', b, stateSize);
        let c = before('c0', b, hiddenSize);
        const length = Number(lengths?.[b] ?? time);
        for (let read = 0; read < length; read++) {
          const t = reverse ? length - 1 - read : read;
          const input = sequence[t]![b]!;
          const z = (index: number, k: number) => {
            const row = index * hiddenSize + k;
            let sum = (biasIh?.[row] ?? 0) + (biasHh?.[row] ?? 0);
            for (const [j, value] of input.entries()) sum += weightIh![row * input.length + j]! * value;
            for (const [j, value] of h.entries()) sum += weightHh![row * stateSize + j]! * value;
            return sum;
          };
          const seen = (index: number, k: number, cell: number) =>
            (peephole?.[index * hiddenSize + k] ?? 0) * cell;
          const units = c.map((cell, k) => {
            const i = gate(clipped(z(0, k) + seen(0, k, cell)));
            const f = inputForget ? 1 - i : gate(clipped(z(1, k) + seen(1, k, cell)));
            const g = squash(clipped(z(2, k)));
            const after = f * cell + i * g;
            const o = gate(clipped(z(3, k) + seen(2, k, after)));
            return { i, f, g, o, after, shown: o * show(after) };
          });
          c = units.map(({ after }) => after);
          const full = units.map(({ shown }) => shown);
          h = weightHr
            ? h.map((_, p) => full.reduce((sum, value, k) => sum + weightHr[p * hiddenSize + k]! * value, 0))
            : full;
          const place = t * batch + b;
          steps.inputGate.set(
            units.map(({ i }) => i),
            place * hiddenSize,
          );
          steps.forgetGate.set(
            units.map(({ f }) => f),
            place * hiddenSize,
          );
          steps.candidate.set(
            units.map(({ g }) => g),
            place * hiddenSize,
          );
          steps.outputGate.set(
            units.map(({ o }) => o),
            place * hiddenSize,
          );
          steps.cell.set(c, place * hiddenSize);
          // ONNX writes a projection as a product behind the LSTM.
          steps.hidden.set(full, place * hiddenSize);
          outputs[t]![b]!.push(...h);
        }
        // What lies beyond a sequence's end is zero.
        for (let t = length; t < time; t++) outputs[t]![b]!.push(...h.map(() => 0));
      }
      traces.push({ layer, direction: reverse ? 'reverse' : 'forward', steps });
    });
    sequence = outputs;
  }
  return traces;
}
