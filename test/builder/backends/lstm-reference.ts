/** One LSTM layer forward and back in double precision, written for clarity: what the kernels are compared with. */

export interface LstmCase {
  readonly batch: number;
  readonly time: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly reverse: boolean;
}

export type Numbers = ArrayLike<number>;

export interface LstmData {
  /** `[time, batch, inputSize]` */
  readonly x: Numbers;
  readonly h0: Numbers;
  readonly c0: Numbers;
  readonly weightIh: Numbers;
  readonly weightHh: Numbers;
  readonly bias: Numbers;
  /** Gradients of the output `[time, batch, hiddenSize]` and of the last states. */
  readonly dOutput: Numbers;
  readonly dH: Numbers;
  readonly dC: Numbers;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

export function referenceLstm({ batch, time, inputSize, hiddenSize, reverse }: LstmCase, data: LstmData) {
  const gates = 4 * hiddenSize;
  const zeros = (size: number) => new Float64Array(size);
  const output = zeros(time * batch * hiddenSize);
  const dx = zeros(time * batch * inputSize);
  const dWeightIh = zeros(gates * inputSize);
  const dWeightHh = zeros(gates * hiddenSize);
  const dBias = zeros(gates);
  const lastH = zeros(batch * hiddenSize);
  const lastC = zeros(batch * hiddenSize);
  const dH0 = zeros(batch * hiddenSize);
  const dC0 = zeros(batch * hiddenSize);
  const steps = Array.from({ length: time }, (_, t) => (reverse ? time - 1 - t : t));
  for (let b = 0; b < batch; b++) {
    const row = (array: Numbers, index: number, size: number) =>
      Array.from({ length: size }, (_, k) => array[index * size + k]!);
    let h = row(data.h0, b, hiddenSize);
    let c = row(data.c0, b, hiddenSize);
    const tape = steps.map((t) => {
      const x = row(data.x, t * batch + b, inputSize);
      const z = Array.from({ length: gates }, (_, n) => {
        let sum = data.bias[n]!;
        for (let k = 0; k < inputSize; k++) sum += data.weightIh[n * inputSize + k]! * x[k]!;
        for (let k = 0; k < hiddenSize; k++) sum += data.weightHh[n * hiddenSize + k]! * h[k]!;
        return Math.floor(n / hiddenSize) === 2 ? Math.tanh(sum) : sigmoid(sum);
      });
      const before = { h, c };
      const gate = (index: number, j: number) => z[index * hiddenSize + j]!;
      c = before.c.map((value, j) => gate(1, j) * value + gate(0, j) * gate(2, j));
      h = c.map((value, j) => gate(3, j) * Math.tanh(value));
      output.set(h, (t * batch + b) * hiddenSize);
      return { t, x, gate, before, c };
    });
    lastH.set(h, b * hiddenSize);
    lastC.set(c, b * hiddenSize);
    let dh = row(data.dH, b, hiddenSize);
    let dc = row(data.dC, b, hiddenSize);
    for (const { t, x, gate, before, c: cell } of tape.toReversed()) {
      dh = dh.map((value, j) => value + data.dOutput[(t * batch + b) * hiddenSize + j]!);
      const dz = zeros(gates);
      dc = dc.map((value, j) => {
        const [i, f, g, o] = [gate(0, j), gate(1, j), gate(2, j), gate(3, j)];
        const squashed = Math.tanh(cell[j]!);
        const total = value + dh[j]! * o * (1 - squashed * squashed);
        dz[j] = total * g * i * (1 - i);
        dz[hiddenSize + j] = total * before.c[j]! * f * (1 - f);
        dz[2 * hiddenSize + j] = total * i * (1 - g * g);
        dz[3 * hiddenSize + j] = dh[j]! * squashed * o * (1 - o);
        return total * f;
      });
      dh = dh.map(() => 0);
      dz.forEach((value, n) => {
        dBias[n]! += value;
        for (let k = 0; k < inputSize; k++) {
          dx[(t * batch + b) * inputSize + k]! += value * data.weightIh[n * inputSize + k]!;
          dWeightIh[n * inputSize + k]! += value * x[k]!;
        }
        for (let k = 0; k < hiddenSize; k++) {
          dh[k]! += value * data.weightHh[n * hiddenSize + k]!;
          dWeightHh[n * hiddenSize + k]! += value * before.h[k]!;
        }
      });
    }
    dH0.set(dh, b * hiddenSize);
    dC0.set(dc, b * hiddenSize);
  }
  return { output, lastH, lastC, dx, dH0, dC0, dWeightIh, dWeightHh, dBias };
}
