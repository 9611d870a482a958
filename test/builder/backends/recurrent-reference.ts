/** One GRU or RNN layer forward and back in double precision, written for clarity: what the kernels are compared with. */
import type { Numbers } from './lstm-reference.js';

export type CellName = 'gru' | 'rnnTanh' | 'rnnRelu';

export interface RecurrentCase {
  readonly cell: CellName;
  readonly batch: number;
  readonly time: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly reverse: boolean;
  readonly batchFirst: boolean;
}

export interface RecurrentData {
  /** `[time, batch, inputSize]`, or batch first. */
  readonly x: Numbers;
  /** What x is multiplied by. */
  readonly mask?: Numbers | undefined;
  /** Steps of each sequence. */
  readonly lengths?: Numbers | undefined;
  readonly h0?: Numbers | undefined;
  readonly weightIh: Numbers;
  readonly weightHh: Numbers;
  readonly bias?: Numbers | undefined;
  readonly biasHh?: Numbers | undefined;
  /** Gradients of the output, where it is wanted, and of the last state. */
  readonly dOutput?: Numbers | undefined;
  readonly dH: Numbers;
}

/** A step from what x gives the gates, what h gives them, and h: h after it, and its way back. */
interface Step {
  readonly next: readonly number[];
  /** From the gradient of `next` to those of what x and h give the gates, and of h itself, past the gates. */
  back(dNext: readonly number[]): { ofX: number[]; ofH: number[]; past: number[] };
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

function gruStep(ofX: readonly number[], ofH: readonly number[], h: readonly number[]): Step {
  const size = h.length;
  const r = h.map((_, j) => sigmoid(ofX[j]! + ofH[j]!));
  const z = h.map((_, j) => sigmoid(ofX[size + j]! + ofH[size + j]!));
  const n = h.map((_, j) => Math.tanh(ofX[2 * size + j]! + r[j]! * ofH[2 * size + j]!));
  return {
    next: h.map((value, j) => (1 - z[j]!) * n[j]! + z[j]! * value),
    back(dNext) {
      const dN = dNext.map((d, j) => d * (1 - z[j]!) * (1 - n[j]! * n[j]!));
      const dZ = dNext.map((d, j) => d * (h[j]! - n[j]!) * z[j]! * (1 - z[j]!));
      const dR = dN.map((d, j) => d * ofH[2 * size + j]! * r[j]! * (1 - r[j]!));
      return {
        ofX: [...dR, ...dZ, ...dN],
        ofH: [...dR, ...dZ, ...dN.map((d, j) => d * r[j]!)],
        past: dNext.map((d, j) => d * z[j]!),
      };
    },
  };
}

function rnnStep(relu: boolean) {
  return (ofX: readonly number[], ofH: readonly number[], h: readonly number[]): Step => {
    const next = h.map((_, j) => (relu ? Math.max(0, ofX[j]! + ofH[j]!) : Math.tanh(ofX[j]! + ofH[j]!)));
    return {
      next,
      back(dNext) {
        const d = dNext.map((value, j) => value * (relu ? Number(next[j]! > 0) : 1 - next[j]! * next[j]!));
        return { ofX: d, ofH: d, past: h.map(() => 0) };
      },
    };
  };
}

const steps = { gru: gruStep, rnnTanh: rnnStep(false), rnnRelu: rnnStep(true) };

export const gatesOf = { gru: 3, rnnTanh: 1, rnnRelu: 1 } as const;

export function referenceRecurrent(given: RecurrentCase, data: RecurrentData) {
  const { cell, batch, time, inputSize, hiddenSize, reverse, batchFirst } = given;
  const gates = gatesOf[cell] * hiddenSize;
  const zeros = (size: number) => new Float64Array(size);
  const output = zeros(time * batch * hiddenSize);
  const dx = zeros(time * batch * inputSize);
  const [dWeightIh, dWeightHh] = [zeros(gates * inputSize), zeros(gates * hiddenSize)];
  const [dBias, dBiasHh] = [zeros(gates), zeros(gates)];
  const [lastH, dH0] = [zeros(batch * hiddenSize), zeros(batch * hiddenSize)];
  const place = (t: number, b: number) => (batchFirst ? b * time + t : t * batch + b);
  const row = (array: Numbers | undefined, index: number, size: number) =>
    Array.from({ length: size }, (_, k) => array?.[index * size + k] ?? 0);
  /** What a weight and a bias make of a vector. */
  const linear = (weight: Numbers, bias: Numbers | undefined, vector: readonly number[]) =>
    Array.from({ length: gates }, (_, n) =>
      vector.reduce((sum, value, k) => sum + weight[n * vector.length + k]! * value, bias?.[n] ?? 0),
    );
  for (let b = 0; b < batch; b++) {
    const length = data.lengths?.[b] ?? time;
    const order = Array.from({ length }, (_, t) => (reverse ? length - 1 - t : t));
    let h = row(data.h0, b, hiddenSize);
    const tape = order.map((t) => {
      const factors = data.mask ? row(data.mask, place(t, b), inputSize) : [];
      const x = row(data.x, place(t, b), inputSize).map((value, k) => value * (factors[k] ?? 1));
      const before = h;
      const step = steps[cell](linear(data.weightIh, data.bias, x), linear(data.weightHh, data.biasHh, h), h);
      h = [...step.next];
      output.set(h, place(t, b) * hiddenSize);
      return { t, x, factors, before, step };
    });
    lastH.set(h, b * hiddenSize);
    let dh = row(data.dH, b, hiddenSize);
    for (const { t, x, factors, before, step } of tape.toReversed()) {
      dh = dh.map((value, j) => value + (data.dOutput?.[place(t, b) * hiddenSize + j] ?? 0));
      const { ofX, ofH, past } = step.back(dh);
      dh = past;
      for (let n = 0; n < gates; n++) {
        dBias[n]! += ofX[n]!;
        dBiasHh[n]! += ofH[n]!;
        for (let k = 0; k < inputSize; k++) {
          dx[place(t, b) * inputSize + k]! += ofX[n]! * data.weightIh[n * inputSize + k]! * (factors[k] ?? 1);
          dWeightIh[n * inputSize + k]! += ofX[n]! * x[k]!;
        }
        for (let k = 0; k < hiddenSize; k++) {
          dh[k]! += ofH[n]! * data.weightHh[n * hiddenSize + k]!;
          dWeightHh[n * hiddenSize + k]! += ofH[n]! * before[k]!;
        }
      }
    }
    dH0.set(dh, b * hiddenSize);
  }
  return {
    ...(data.dOutput ? { output } : {}),
    ...{ lastH, dx, dWeightIh, dWeightHh, dBias },
    // One gradient for both where they are added up.
    ...(cell === 'gru' ? { dBiasHh } : {}),
    ...(data.h0 ? { dH0 } : {}),
  };
}
