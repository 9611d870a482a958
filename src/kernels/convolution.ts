// Convolutions as products of matrices: see convolution-job.ts.
import { ConvolutionJob, chunkEntries, entriesOf, padded4, windowsOf } from './convolution-job';
import { product } from './product-tiles';
import { addRow, clearFloats, copyFloats, fillFloats, padded8 } from './rows';
import { clearRows, fold, toColumns, unfoldColumns, unfoldEntries } from './unfold';

/** y of some windows: the weight times what they see. */
export function convolution(job: ConvolutionJob): void {
  const entries = entriesOf(job), stride = <usize>padded4(entries) << 2, out = job.outChannels;
  const plane = <usize>(job.channels * job.height * job.width) << 2;
  for (let group = 0; group < job.groups; group++) {
    const x = job.x + <usize>group * plane, weight = job.weight + <usize>(group * out) * stride;
    for (let column = job.from; column < job.to; column += job.columns) {
      const columns = min(job.columns, job.to - column), width = padded8(columns), row = <usize>width << 2;
      for (let entry = 0; entry < entries; entry += chunkEntries) {
        const depth = min(chunkEntries, entries - entry), size = padded4(depth);
        unfoldColumns(job, x, column, columns, entry, depth, job.panels, size);
        product(out, size, weight + (<usize>entry << 2), stride, job.panels, entry ? job.product : job.sums, row, width);
        if (entry) addRow(out * width, job.sums, job.product);
      }
      writeChannels(job, group, column, columns, row);
    }
  }
}

/** Rows of sums, a channel each, to where their windows are in y. */
function writeChannels(job: ConvolutionJob, group: i32, first: i32, columns: i32, row: usize): void {
  const windows = windowsOf(job), out = job.outChannels;
  let column = 0;
  while (column < columns) {
    const at = first + column, batch = at / windows, window = at % windows;
    const count = min(windows - window, columns - column);
    let from = job.sums + (<usize>column << 2);
    let channel = group * out;
    let to = job.y + (<usize>((batch * job.groups * out + channel) * windows + window) << 2);
    for (let o = 0; o < out; o++, channel++) {
      if (job.bias) {
        fillFloats(to, count, load<f32>(job.bias + (<usize>channel << 2)));
        addRow(count, to, from);
      } else copyFloats(to, from, count);
      from += row;
      to += <usize>windows << 2;
    }
    column += count;
  }
}

/** Channels of y as a panel's rows, from a channel of the group on. */
function packChannels(job: ConvolutionJob, group: i32, channel: i32, channels: i32, first: i32, columns: i32, panels: usize, size: i32): void {
  const windows = windowsOf(job), sequence = <usize>(job.groups * job.outChannels * windows) << 2;
  for (let o = 0; o < channels; o++) {
    const from = job.y + (<usize>((group * job.outChannels + channel + o) * windows) << 2);
    for (let column = 0; column < columns; ) {
      const at = first + column, window = at % windows, count = min(windows - window, columns - column);
      toColumns(panels + (<usize>o << 5), size, column, from + <usize>(at / windows) * sequence + (<usize>window << 2), 4, count);
      column += count;
    }
  }
  clearRows(panels, padded8(columns) >> 3, channels, size);
}

/** From y back to x: for whole sequences, since windows overlap. */
export function convolutionBack(job: ConvolutionJob): void {
  const entries = entriesOf(job), out = job.outChannels, stride = <usize>padded4(out) << 2;
  const image = job.height * job.width, plane = <usize>(job.channels * image) << 2;
  startInput(job, image);
  for (let group = 0; group < job.groups; group++) {
    const x = job.x + <usize>group * plane, weight = job.weight + <usize>(group * entries) * stride;
    for (let column = job.from; column < job.to; column += job.columns) {
      const columns = min(job.columns, job.to - column), width = padded8(columns), row = <usize>width << 2;
      for (let channel = 0; channel < out; channel += chunkEntries) {
        const depth = min(chunkEntries, out - channel);
        packChannels(job, group, channel, depth, column, columns, job.panels + <usize>channel * row, padded4(depth));
      }
      for (let entry = 0; entry < entries; entry += chunkEntries) {
        const rows = min(chunkEntries, entries - entry);
        for (let channel = 0; channel < out; channel += chunkEntries) {
          const size = padded4(min(chunkEntries, out - channel));
          const a = weight + <usize>entry * stride + (<usize>channel << 2);
          product(rows, size, a, stride, job.panels + <usize>channel * row, channel ? job.product : job.sums, row, width);
          if (channel) addRow(rows * width, job.sums, job.product);
        }
        fold(job, x, column, columns, entry, rows, job.sums, width);
      }
    }
  }
}

/** What the sequences of a slice are added to: the bias, or zeros. */
function startInput(job: ConvolutionJob, image: i32): void {
  const windows = windowsOf(job), channels = job.groups * job.channels;
  const first = job.from / windows, count = job.to / windows - first;
  let to = job.x + (<usize>(first * channels * image) << 2);
  if (!job.bias) return clearFloats(to, count * channels * image);
  for (let i = 0; i < count * channels; i++) {
    fillFloats(to, image, load<f32>(job.bias + (<usize>(i % channels) << 2)));
    to += <usize>image << 2;
  }
}

/** The gradient of the weight, of some windows; their number at once is at most `chunkEntries`. */
export function convolutionWeightGradient(job: ConvolutionJob): void {
  const entries = entriesOf(job), rowFloats = padded8(entries), out = job.outChannels;
  const plane = <usize>(job.channels * job.height * job.width) << 2;
  clearFloats(job.dWeight, job.groups * out * rowFloats);
  for (let group = 0; group < job.groups; group++) {
    const x = job.x + <usize>group * plane, to = job.dWeight + (<usize>(group * out * rowFloats) << 2);
    for (let column = job.from; column < job.to; column += job.columns) {
      const columns = min(job.columns, job.to - column), size = padded4(columns);
      copyChannels(job, group, column, columns, job.sums, size);
      for (let entry = 0; entry < entries; entry += chunkEntries) {
        const count = min(chunkEntries, entries - entry), width = padded8(count);
        unfoldEntries(job, x, column, columns, entry, count, job.panels, size);
        product(out, size, job.sums, <usize>size << 2, job.panels, job.product, <usize>width << 2, width);
        for (let o = 0; o < out; o++) addRow(width, to + (<usize>(o * rowFloats + entry) << 2), job.product + (<usize>(o * width) << 2));
      }
    }
  }
}

/** A group's channels of y of some windows as rows, with zeros behind them. */
function copyChannels(job: ConvolutionJob, group: i32, first: i32, columns: i32, to: usize, size: i32): void {
  const windows = windowsOf(job), out = job.outChannels, sequence = <usize>(job.groups * out * windows) << 2;
  for (let o = 0; o < out; o++) {
    const from = job.y + (<usize>((group * out + o) * windows) << 2);
    for (let column = 0; column < columns; ) {
      const at = first + column, window = at % windows, count = min(windows - window, columns - column);
      copyFloats(to + (<usize>column << 2), from + <usize>(at / windows) * sequence + (<usize>window << 2), count);
      column += count;
    }
    clearFloats(to + (<usize>columns << 2), size - columns);
    to += <usize>size << 2;
  }
}
