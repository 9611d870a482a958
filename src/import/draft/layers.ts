/** Calls of layers with weights, their options as names and shapes tell them. */
import { counted } from '../../counted.js';
import { dim } from '../../nd-array.js';
import type { FoundConvolution, FoundNorm } from '../found-modules.js';
import type { RecurrentModule } from '../recurrent-module.js';
import { type Flow, featuresOf, type Layout } from './flows.js';
import type { Ports, Recorder, Written } from './recorder.js';

/** A call, and what of it is a guess. */
interface Called {
  readonly value: Written;
  readonly open?: string;
}

export function recurrentCall(
  recorder: Recorder,
  { kind, ...layer }: RecurrentModule,
  node: string,
  x: Written,
): Written<Ports> {
  const { hiddenSize, numLayers, bidirectional, bias, projSize, peepholes } = layer;
  return recorder.recurrent(kind, node, x, {
    hiddenSize,
    ...(numLayers > 1 ? { numLayers } : {}),
    ...(bidirectional ? { bidirectional } : {}),
    ...(bias ? {} : { bias }),
    ...(projSize > 0 ? { projSize } : {}),
    ...(peepholes ? { peepholes } : {}),
  });
}

/** How a convolution is taken: a transposed one may look the same. */
export interface ConvolutionReading {
  readonly transposed: boolean;
  /** Whether that is a guess. */
  readonly isGuess: boolean;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly fits: (flow: Flow) => boolean;
}

/** The reading that the names and shapes tell, else the one that fits behind the value before. */
export function readConvolution(
  { channels, transposed, bias, kernelSize }: FoundConvolution,
  current: Flow | undefined,
): ConvolutionReading {
  const [first, second] = channels;
  const isGuess = transposed === undefined;
  const isImage = kernelSize.length === 2;
  const reading = (isBack: boolean): ConvolutionReading => {
    const inChannels = isBack ? first : second;
    const outChannels = isBack ? bias || second : first;
    const fits = (flow: Flow) => {
      if (!isBack && !holdsWindow(flow, kernelSize)) return false;
      if (flow.layout === 'series') return (isImage ? 1 : featuresOf(flow)) === inChannels;
      const groups = featuresOf(flow) / inChannels;
      const divides = groups === 1 || (!isBack && Number.isInteger(groups) && outChannels % groups === 0);
      return flow.layout === (isImage ? 'image' : 'channels') && divides;
    };
    return { transposed: isBack, isGuess, inChannels, outChannels, fits };
  };
  if (transposed !== undefined) return reading(transposed);
  const [plain, back] = [reading(false), reading(true)];
  return current && !plain.fits(current) && back.fits(current) ? back : plain;
}

/** Whether the axes that a window goes over are as long as it, as far as they are known. */
function holdsWindow({ value, layout }: Flow, kernelSize: readonly number[]): boolean {
  const { shape } = value.made;
  const first = layout === 'series' ? 1 : 2;
  return kernelSize.every((size, axis) => {
    const length = shape[first + axis];
    return typeof length !== 'number' || length >= size;
  });
}

export function convolutionCall(
  recorder: Recorder,
  { kernelSize, bias, channels }: FoundConvolution,
  { transposed, isGuess, outChannels }: ConvolutionReading,
  node: string,
  x: Written,
): Called {
  const [height = 1, width = height] = kernelSize;
  const axes = kernelSize.length === 1 ? '1d' : '2d';
  const read = featuresOf({ value: x, layout: 'channels' });
  const groups = transposed ? outChannels / channels[1] : read / channels[1];
  // A series mostly keeps its length.
  const same = axes === '1d' && !transposed && height > 1 && height % 2 === 1;
  const value = recorder.call(`${transposed ? 'convTranspose' : 'conv'}${axes}`, node, x, {
    outChannels,
    kernelSize: height === width ? height : [height, width],
    ...(same ? { padding: 'same' } : {}),
    ...(groups > 1 ? { groups } : {}),
    ...(bias > 0 ? {} : { bias: false }),
  });
  const kind = isGuess ? [transposed ? 'a transposed convolution' : 'a convolution, not its transpose'] : [];
  const groupsOf = groups > 1 ? [`${groups} groups`] : [];
  const guesses = [...kind, 'stride 1', 'dilation 1', ...groupsOf, same ? "padding 'same'" : 'no padding'];
  return { value, open: `${guesses.join(', ')} are guesses` };
}

const calledLayer = /layer_?norm|(?:^|[._])ln/i;
const calledGroup = /group_?norm|(?:^|[._])gn/i;

/** Groups that people take, the most usual first. */
const usualGroups = [32, 16, 8, 4, 2];

/** Of one number for each channel: by its name a LayerNorm or a GroupNorm, else an InstanceNorm. */
function channelNorm(recorder: Recorder, node: string, x: Written, layout: Layout, channels: number): Called {
  if (calledLayer.test(node)) {
    const [there, back] =
      layout === 'image'
        ? [
            [0, 2, 3, 1],
            [0, 3, 1, 2],
          ]
        : [
            [0, 2, 1],
            [0, 2, 1],
          ];
    const normed = recorder.call('layerNorm', node, recorder.call('transpose', x, there));
    return {
      value: recorder.call('transpose', normed, back),
      open: 'LayerNorm over the channels is a guess by its name',
    };
  }
  if (calledGroup.test(node)) {
    const numGroups = usualGroups.find((count) => channels % count === 0 && channels / count > 1) ?? 1;
    const open = `GroupNorm is a guess by its name, and ${counted(numGroups, 'group')}`;
    const turn = (value: Written) =>
      layout === 'series' ? recorder.call('transpose', value, [0, 2, 1]) : value;
    return { value: turn(recorder.call('groupNorm', node, turn(x), { numGroups })), open };
  }
  const open = 'InstanceNorm is a guess: GroupNorm looks the same';
  return { value: recorder.call('instanceNorm', node, x, { affine: true }), open };
}

/** A norm over channels or over the last axes. */
export function normCall(
  recorder: Recorder,
  { kind, shape, affine }: FoundNorm,
  node: string,
  { value: x, layout }: Flow,
): Called {
  if (kind === 'norm') {
    const ofChannels = layout === 'channels' || layout === 'image';
    if (shape.length === 1 && (ofChannels || calledGroup.test(node))) {
      return channelNorm(recorder, node, x, layout, dim(shape, 0));
    }
    const options = shape.length > 1 ? [{ axes: shape.length }] : [];
    return { value: recorder.call('layerNorm', node, x, ...options) };
  }
  const options = affine ? [] : [{ affine }];
  if (layout !== 'series') return { value: recorder.call('batchNorm', node, x, ...options) };
  const turned = recorder.call('transpose', x, [0, 2, 1]);
  const normed = recorder.call('batchNorm', node, turned, ...options);
  return { value: recorder.call('transpose', normed, [0, 2, 1]) };
}
