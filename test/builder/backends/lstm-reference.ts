/** One LSTM layer forward and back in double precision, written for clarity: what the kernels are compared with. */

export interface LstmCase {
  readonly batch: number;
  readonly time: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly reverse: boolean;
  /** Size that h is projected to, 0 for no projection. */
  readonly projected: number;
  readonly batchFirst: boolean;
}

export type Numbers = ArrayLike<number>;

export interface LstmData {
  /** `[time, batch, inputSize]`, or batch first. */
  readonly x: Numbers;
  /** What x is multiplied by. */
  readonly mask?: Numbers | undefined;
  /** Steps of each sequence. */
  readonly lengths?: Numbers | undefined;
  readonly h0?: Numbers | undefined;
  readonly c0?: Numbers | undefined;
  readonly weightIh: Numbers;
  readonly weightHh: Numbers;
  readonly bias: Numbers;
  /** `[projected, hiddenSize]` */
  readonly weightHr?: Numbers | undefined;
  /** Gradients of the output, where it is wanted, and of the last states. */
  readonly dOutput?: Numbers | undefined;
  readonly dH: Numbers;
  readonly dC: Numbers;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

export function referenceLstm(sizes: LstmCase, data: LstmData) {
  const { batch, time, inputSize, hiddenSize, reverse, batchFirst } = sizes;
  const { weightHr } = data;
  const stateSize = sizes.projected || hiddenSize;
  const gates = 4 * hiddenSize;
  const zeros = (size: number) => new Float64Array(size);
  const output = zeros(time * batch * stateSize);
  const dx = zeros(time * batch * inputSize);
  const dWeightIh = zeros(gates * inputSize);
  const dWeightHh = zeros(gates * stateSize);
  const dBias = zeros(gates);
  const dWeightHr = zeros(sizes.projected * hiddenSize);
  const lastH = zeros(batch * stateSize);
  const lastC = zeros(batch * hiddenSize);
  const dH0 = zeros(batch * stateSize);
  const dC0 = zeros(batch * hiddenSize);
  const place = (t: number, b: number) => (batchFirst ? b * time + t : t * batch + b);
  for (let b = 0; b < batch; b++) {
    const length = data.lengths?.[b] ?? time;
    const steps = Array.from({ length }, (_, t) => (reverse ? length - 1 - t : t));
    const row = (array: Numbers | undefined, index: number, size: number) =>
      Array.from({ length: size }, (_, k) => array?.[index * size + k] ?? 0);
    let h = row(data.h0, b, stateSize);
    let c = row(data.c0, b, hiddenSize);
    const tape = steps.map((t) => {
      const factors = data.mask ? row(data.mask, place(t, b), inputSize) : [];
      const x = row(data.x, place(t, b), inputSize).map((value, k) => value * (factors[k] ?? 1));
      const z = Array.from({ length: gates }, (_, n) => {
        let sum = data.bias[n]!;
        for (let k = 0; k < inputSize; k++) sum += data.weightIh[n * inputSize + k]! * x[k]!;
        for (let k = 0; k < stateSize; k++) sum += data.weightHh[n * stateSize + k]! * h[k]!;
        return Math.floor(n / hiddenSize) === 2 ? Math.tanh(sum) : sigmoid(sum);
      });
      const before = { h, c };
      const gate = (index: number, j: number) => z[index * hiddenSize + j]!;
      c = before.c.map((value, j) => gate(1, j) * value + gate(0, j) * gate(2, j));
      const full = c.map((value, j) => gate(3, j) * Math.tanh(value));
      h = weightHr
        ? h.map((_, p) => full.reduce((sum, value, j) => sum + weightHr[p * hiddenSize + j]! * value, 0))
        : full;
      output.set(h, place(t, b) * stateSize);
      return { t, x, factors, gate, before, c, full };
    });
    lastH.set(h, b * stateSize);
    lastC.set(c, b * hiddenSize);
    let dh = row(data.dH, b, stateSize);
    let dc = row(data.dC, b, hiddenSize);
    for (const { t, x, factors, gate, before, c: cell, full } of tape.toReversed()) {
      dh = dh.map((value, j) => value + (data.dOutput?.[place(t, b) * stateSize + j] ?? 0));
      const through = dh;
      const dFull = weightHr
        ? full.map((_, j) =>
            through.reduce((sum, value, p) => sum + weightHr[p * hiddenSize + j]! * value, 0),
          )
        : dh;
      if (weightHr) {
        dh.forEach((value, p) => {
          full.forEach((entry, j) => {
            dWeightHr[p * hiddenSize + j]! += value * entry;
          });
        });
      }
      const dz = zeros(gates);
      dc = dc.map((value, j) => {
        const [i, f, g, o] = [gate(0, j), gate(1, j), gate(2, j), gate(3, j)];
        const squashed = Math.tanh(cell[j]!);
        const total = value + dFull[j]! * o * (1 - squashed * squashed);
        dz[j] = total * g * i * (1 - i);
        dz[hiddenSize + j] = total * before.c[j]! * f * (1 - f);
        dz[2 * hiddenSize + j] = total * i * (1 - g * g);
        dz[3 * hiddenSize + j] = dFull[j]! * squashed * o * (1 - o);
        return total * f;
      });
      dh = dh.map(() => 0);
      dz.forEach((value, n) => {
        dBias[n]! += value;
        for (let k = 0; k < inputSize; k++) {
          dx[place(t, b) * inputSize + k]! += value * data.weightIh[n * inputSize + k]! * (factors[k] ?? 1);
          dWeightIh[n * inputSize + k]! += value * x[k]!;
        }
        for (let k = 0; k < stateSize; k++) {
          dh[k]! += value * data.weightHh[n * stateSize + k]!;
          dWeightHh[n * stateSize + k]! += value * before.h[k]!;
        }
      });
    }
    dH0.set(dh, b * stateSize);
    dC0.set(dc, b * hiddenSize);
  }
  return {
    ...(data.dOutput ? { output } : {}),
    ...{ lastH, lastC, dx, dWeightIh, dWeightHh, dBias },
    ...(data.h0 ? { dH0 } : {}),
    ...(data.c0 ? { dC0 } : {}),
    ...(weightHr ? { dWeightHr } : {}),
  };
}
