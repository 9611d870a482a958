/** Values on their way through a draft, by how their axes lie, and the ways from one to another. */
import { dim } from '../../nd-array.js';
import type { RecurrentModule } from '../recurrent-module.js';
import type { Ports, Recorder, Written } from './recorder.js';

/** `[batch, features]`, `[batch, time, features]`, `[batch, channels, length]`, `[batch, channels, height, width]`. */
export type Layout = 'row' | 'series' | 'channels' | 'image';

/** The output of a recurrent layer, of which it is still to be said what goes on: steps or states. */
export interface Steps {
  readonly layer: RecurrentModule;
  readonly ports: Written<Ports>;
}

export interface Flow {
  readonly value: Written;
  readonly layout: Layout;
  readonly name: string;
  readonly steps?: Steps | undefined;
  /** Rows of the table of an embedding. */
  readonly words?: number;
  /** Images, or rows made of them, are the frames of all sequences, one after the other. */
  readonly isFrames?: boolean;
  readonly isInput?: boolean;
  /** A norm takes the place of what it reads. */
  isReplaced?: boolean;
  isRead?: boolean;
}

/** Of a row or a series the last axis, else the channels. */
export function featuresOf({ value, layout }: Pick<Flow, 'value' | 'layout'>): number {
  const { shape } = value.made;
  const size = dim(shape, layout === 'row' || layout === 'series' ? shape.length - 1 : 1);
  return typeof size === 'number' ? size : 0;
}

/** As `nn.Linear` reads it: a row or a series of so many features. */
export function fitsAsVectors(flow: Flow, wanted: number): boolean {
  return (flow.layout === 'image' ? sizeOfImage(flow) : featuresOf(flow)) === wanted;
}

export function asVectors(recorder: Recorder, flow: Flow, wanted: number): Pick<Flow, 'value' | 'layout'> {
  const { value, layout, isFrames } = flow;
  if (layout === 'channels') {
    return { value: recorder.call('transpose', value, [0, 2, 1]), layout: 'series' };
  }
  if (layout !== 'image') return { value, layout };
  return { value: recorder.call('reshape', value, [isFrames ? -1 : 'batch', wanted]), layout: 'row' };
}

/** As a recurrent layer reads it: a series of so many features. */
export function fitsAsSeries(flow: Flow, wanted: number): boolean {
  if (!variesInSize(flow)) return fitsAsVectors(flow, wanted);
  const [, , height, width] = flow.value.made.shape;
  const fixed = typeof height === 'number' ? height : width;
  return typeof fixed === 'number' && featuresOf(flow) * fixed === wanted;
}

export function asSeries(recorder: Recorder, flow: Flow, wanted: number): Written {
  if (variesInSize(flow)) {
    // The columns of an image are steps, or its rows where those are what varies.
    const order = typeof flow.value.made.shape[2] === 'number' ? [0, 3, 1, 2] : [0, 2, 1, 3];
    const steps = recorder.call('transpose', flow.value, order);
    return recorder.call('reshape', steps, ['batch', -1, wanted]);
  }
  const { value, layout } = asVectors(recorder, flow, wanted);
  if (layout === 'series') return value;
  return flow.isFrames
    ? recorder.call('reshape', value, ['batch', 'time', wanted])
    : recorder.call('unsqueeze', value, 1);
}

/** As a convolution over one axis reads it. */
export function asChannels(recorder: Recorder, { value, layout }: Flow): Written {
  return layout === 'series' ? recorder.call('transpose', value, [0, 2, 1]) : value;
}

/** As a convolution over two axes reads it. */
export function asImage(recorder: Recorder, { value, layout }: Flow): Written {
  if (layout === 'series') return recorder.call('unsqueeze', value, 1);
  const [, , ...image] = value.made.shape;
  return value.made.shape.length === 5 ? recorder.call('reshape', value, [-1, ...image]) : value;
}

const variesInSize = (flow: Flow) => flow.layout === 'image' && sizeOfImage(flow) === undefined;

/** Numbers of an image whose sizes are all known. */
function sizeOfImage({ value }: Flow): number | undefined {
  return value.made.shape
    .slice(1)
    .reduce<number | undefined>(
      (size, each) => (size === undefined || typeof each === 'string' ? undefined : size * each),
      1,
    );
}

/** Whether two values can be joined along their last axis. */
export function fitTogether(a: Flow, b: Flow): boolean {
  const isVectors = ({ layout }: Flow) => layout === 'row' || layout === 'series';
  const lead = ({ value }: Flow) => String(value.made.shape.slice(0, -1));
  return isVectors(a) && isVectors(b) && lead(a) === lead(b);
}
