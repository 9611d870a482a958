// An LSTM layer's weights between PyTorch's shapes and what the products read and write.
import { addRow, clearFloats, copyFloats, padded8 } from './rows';

/**
 * PyTorch's weights [4 * H, I], [4 * H, S] and biases [4 * H] (0 for none), S being the state size, as panels for the
 * forward product.
 * Rows of the sigmoid gates have the other sign, as `sigmoidOfNegative4` wants, and those of g are doubled, as
 * `tanhOfHalf4` wants; both are exact.
 */
export function packForward(inputSize: i32, hiddenSize: i32, stateSize: i32, hidden: i32, state: i32, width: i32, weightIh: usize, weightHh: usize, biasIh: usize, biasHh: usize, panels: usize): void {
  clearFloats(panels, 4 * hidden * width);
  for (let gate = 0; gate < 4; gate++) {
    const scale: f32 = gate == 2 ? 2 : -1;
    for (let unit = 0; unit < hiddenSize; unit++) {
      const row = gate * hiddenSize + unit;
      const column = gate * hidden + unit;
      let to = panels + <usize>((column >> 3) * width * 8 + (column & 7)) * 4;
      let from = weightHh + <usize>(row * stateSize) * 4;
      for (let k = 0; k < stateSize; k++) store<f32>(to + <usize>k * 32, load<f32>(from + <usize>k * 4) * scale);
      to += <usize>state * 32;
      from = weightIh + <usize>(row * inputSize) * 4;
      for (let k = 0; k < inputSize; k++) store<f32>(to + <usize>k * 32, load<f32>(from + <usize>k * 4) * scale);
      let bias: f32 = 0;
      if (biasIh) bias += load<f32>(biasIh + <usize>row * 4);
      if (biasHh) bias += load<f32>(biasHh + <usize>row * 4);
      store<f32>(to + <usize>inputSize * 32, bias * scale);
    }
  }
}

/** One weight [4 * H, columns] as panels for a product from the gates' gradients to `columns`. */
export function packBackward(columns: i32, hiddenSize: i32, hidden: i32, weight: usize, panels: usize): void {
  const depth = 4 * hidden;
  clearFloats(panels, depth * padded8(columns));
  for (let gate = 0; gate < 4; gate++) {
    for (let unit = 0; unit < hiddenSize; unit++) {
      const from = weight + <usize>((gate * hiddenSize + unit) * columns) * 4;
      const to = panels + <usize>(gate * hidden + unit) * 32;
      for (let k = 0; k < columns; k++) {
        store<f32>(to + <usize>((k >> 3) * depth * 8 + (k & 7)) * 4, load<f32>(from + <usize>k * 4));
      }
    }
  }
}

/** The slices' gradients of all weights, summed in their order, in PyTorch's shapes. */
export function unpackGradients(inputSize: i32, hiddenSize: i32, stateSize: i32, hidden: i32, state: i32, width: i32, slices: i32, sliceBytes: usize, dWeights: usize, dWeightIh: usize, dWeightHh: usize, dBias: usize): void {
  for (let gate = 0; gate < 4; gate++) {
    for (let unit = 0; unit < hiddenSize; unit++) {
      const from = dWeights + <usize>((gate * hidden + unit) * width) * 4;
      for (let slice = 1; slice < slices; slice++) addRow(width, from, from + <usize>slice * sliceBytes);
      const row = gate * hiddenSize + unit;
      copyFloats(dWeightHh + <usize>(row * stateSize) * 4, from, stateSize);
      copyFloats(dWeightIh + <usize>(row * inputSize) * 4, from + <usize>state * 4, inputSize);
      store<f32>(dBias + <usize>row * 4, load<f32>(from + <usize>(state + inputSize) * 4));
    }
  }
}

/** The slices' gradients of the projection, [stateSize][hidden padded to 8], summed in their order into [S, H]. */
export function unpackProjection(hiddenSize: i32, stateSize: i32, hidden: i32, slices: i32, sliceBytes: usize, dProjection: usize, to: usize): void {
  const width = padded8(hidden);
  for (let unit = 0; unit < stateSize; unit++) {
    const from = dProjection + <usize>(unit * width) * 4;
    for (let slice = 1; slice < slices; slice++) addRow(width, from, from + <usize>slice * sliceBytes);
    copyFloats(to + <usize>(unit * hiddenSize) * 4, from, hiddenSize);
  }
}
