/** Modules of a state dict as lines of a draft. */
import type { RecurrentName } from '../../builder/recurrent/cells.js';
import { dim } from '../../nd-array.js';
import { likeEmbedding } from '../choose-matrices.js';
import type {
  FoundConvolution,
  FoundMatrix,
  FoundModule,
  FoundNorm,
  FoundParameter,
  FoundRecurrent,
} from '../found-modules.js';
import { nodeNameOf } from '../modules.js';
import {
  asChannels,
  asImage,
  asSeries,
  asVectors,
  type Flow,
  featuresOf,
  fitsAsSeries,
  fitsAsVectors,
  type Layout,
} from './flows.js';
import { imageInput } from './image-input.js';
import { convolutionCall, normCall, readConvolution, recurrentCall } from './layers.js';
import type { Recorder } from './recorder.js';
import { openOf, type Sources } from './sources.js';
import { likePrelu, whatStandsBehind } from './what-stands-behind.js';

/** A draft while it is made. */
export interface Drafting {
  readonly recorder: Recorder;
  readonly sources: Sources;
  /** Whether there is a recurrent layer. */
  readonly isRecurrent: boolean;
  /** What a recurrent module that was saved by itself is called. */
  readonly bare: RecurrentName;
}

export function addModule(drafting: Drafting, module: FoundModule, behind: readonly FoundModule[]): void {
  switch (module.kind) {
    case 'matrix':
      if (isEmbedding(drafting, module, behind)) addEmbedding(drafting, module);
      else addLinear(drafting, module, behind);
      break;
    case 'recurrent':
      addRecurrent(drafting, module);
      break;
    case 'convolution':
      addConvolution(drafting, module, behind);
      break;
    case 'batchNorm':
    case 'norm':
      addNorm(drafting, module, behind);
      break;
    case 'parameter':
      addParameter(drafting, module, behind);
  }
}

function isEmbedding(
  { sources }: Drafting,
  { name, columns, bias }: FoundMatrix,
  behind: readonly FoundModule[],
): boolean {
  if (bias || behind.every(({ kind }) => kind === 'parameter')) return false;
  const reader = behind.find((module) => module.kind === 'recurrent');
  return likeEmbedding.test(name) || (sources.flows.length === 0 && reader?.layer.inputSize === columns);
}

function addEmbedding({ recorder, sources, bare }: Drafting, { name, rows, columns }: FoundMatrix): void {
  const ids = sources.input('ids', 'int32', ['batch', 'time']);
  const options = { numEmbeddings: rows, embeddingDim: columns };
  const value = recorder.call('embedding', nodeNameOf(name, bare), ids, options);
  const open = likeEmbedding.test(name)
    ? undefined
    : 'an embedding is a guess: a linear layer without bias looks the same';
  sources.add({ value: recorder.keep(name, value, open), layout: 'series', name, words: rows });
}

function addLinear(
  drafting: Drafting,
  { name, rows, columns, bias }: FoundMatrix,
  behind: readonly FoundModule[],
): void {
  const { recorder, sources, isRecurrent, bare } = drafting;
  const isHead = !behind.some(({ kind }) => kind === 'recurrent');
  const layout = isRecurrent && !(isHead && sources.flows.length > 0) ? 'series' : 'row';
  const found = sources.find({
    size: columns,
    fits: (flow) => fitsAsVectors(flow, columns),
    input: { shape: layout === 'series' ? ['batch', 'time', columns] : ['batch', columns], layout },
    joins: true,
    states: isHead,
  });
  const flow = isHead ? sources.pooled(found.flow, rows) : found.flow;
  const x = asVectors(recorder, flow, columns);
  const options = bias ? [] : [{ bias }];
  const value = recorder.call('linear', nodeNameOf(name, bare), x.value, rows, ...options);
  keep(drafting, { ...flow, name, value, layout: x.layout }, found.open, behind);
}

function addRecurrent({ recorder, sources, bare }: Drafting, { name, layer, isCell }: FoundRecurrent): void {
  const { inputSize, kind } = layer;
  const { flow, open } = sources.find({
    size: inputSize,
    fits: (each) => fitsAsSeries(each, inputSize),
    input: { shape: ['batch', 'time', inputSize], layout: 'series' },
    joins: true,
  });
  const node = nodeNameOf(name, bare);
  const ports = recorder.keep(
    node,
    recurrentCall(recorder, layer, node, asSeries(recorder, flow, inputSize)),
    openOf(
      open,
      isCell ? `${kind.toUpperCase()}Cell is read as a layer over all steps` : undefined,
      kind === 'rnn' ? 'tanh is a guess: or relu' : undefined,
      'zeros as the first state are a guess',
    ),
  );
  const value = { code: `${ports.code}.output`, made: ports.made.output };
  sources.add({ value, layout: 'series', name: ports.code, steps: { layer, ports } });
}

function addConvolution(drafting: Drafting, module: FoundConvolution, behind: readonly FoundModule[]): void {
  const { recorder, sources, bare } = drafting;
  const { name, kernelSize } = module;
  const isImage = kernelSize.length === 2;
  const reading = readConvolution(module, sources.flows.at(-1));
  const { shape, isFrames } = isImage
    ? imageInput([module, ...behind], reading.inChannels)
    : { shape: ['batch', reading.inChannels, 'time'], isFrames: false };
  const { flow, open } = sources.find({
    size: reading.inChannels,
    fits: reading.fits,
    input: { shape, layout: isImage ? 'image' : 'channels', isFrames },
  });
  const x = isImage ? asImage(recorder, flow) : asChannels(recorder, flow);
  const called = convolutionCall(recorder, module, reading, nodeNameOf(name, bare), x);
  const layout = isImage ? 'image' : 'channels';
  keep(drafting, { ...flow, name, value: called.value, layout }, openOf(open, called.open), behind);
}

/** Of what is normalized over one axis, two or three. */
const layoutsByAxes: readonly Layout[] = ['row', 'series', 'image'];

function addNorm(drafting: Drafting, module: FoundNorm, behind: readonly FoundModule[]): void {
  const { recorder, sources, bare } = drafting;
  const { name, shape } = module;
  const size = dim(shape, shape.length - 1);
  const { flow, open } = sources.find({
    size,
    fits: (each) =>
      shape.length === 1
        ? featuresOf(each) === size
        : String(each.value.made.shape.slice(-shape.length)) === String(shape),
    input: { shape: ['batch', ...shape], layout: layoutsByAxes[shape.length - 1] ?? 'image' },
  });
  const { value, open: kind } = normCall(recorder, module, nodeNameOf(name, bare), flow);
  flow.isReplaced = true;
  // Of a norm behind a recurrent layer it is still to be said which steps go on.
  if (flow.steps)
    sources.add({
      ...flow,
      value: recorder.keep(name, value, openOf(open, kind)),
      name,
      isRead: false,
      isReplaced: false,
    });
  else keep(drafting, { ...flow, name, value }, openOf(open, kind), behind);
}

/** A PReLU stands on the value before it. */
function addParameter(drafting: Drafting, module: FoundParameter, behind: readonly FoundModule[]): void {
  const { recorder, sources } = drafting;
  const { name, shape, looksLike } = module;
  const before = sources.flows.at(-1);
  if (before && !before.steps && likePrelu(module, featuresOf(before), before.layout)) {
    addPrelu(drafting, module, before, behind);
    return;
  }
  const example =
    looksLike === 'a CRF' ? "crf('crf', x) for the CRF crf" : "prelu('act', x) for the PReLU act";
  const open =
    looksLike === undefined
      ? 'a tensor in no layer: where it is used is not known'
      : `of ${looksLike}: what it does is to be written, as ${example}`;
  const { code } = recorder.keep(name, recorder.call('parameter', name, shape), open);
  if (shape.length > 0) sources.addParameter(code, dim(shape, shape.length - 1));
}

function addPrelu(
  { recorder, sources, bare }: Drafting,
  { name, shape }: FoundParameter,
  before: Flow,
  behind: readonly FoundModule[],
): void {
  const module = name.replace(/\.weight$/, '');
  const numParameters = dim(shape, 0);
  const options = numParameters === 1 ? [] : [{ numParameters }];
  const value = recorder.call('prelu', nodeNameOf(module, bare), before.value, ...options);
  before.isRead = true;
  before.isReplaced = true;
  const pool =
    behind.length > 0 && (before.layout === 'image' || before.layout === 'channels')
      ? ', or a pool behind it'
      : '';
  const open = `a PReLU behind ${before.name} is a guess${pool}`;
  sources.add({
    ...before,
    name: module,
    value: recorder.keep(module, value, open),
    isRead: false,
    isReplaced: false,
  });
}

/** A line for a layer, with what is guessed to stand behind it. */
function keep(
  { recorder, sources }: Drafting,
  { value, layout, name, isFrames }: Flow,
  open: string | undefined,
  behind: readonly FoundModule[],
): void {
  const features = featuresOf({ value, layout });
  const hasOther = (size: number) =>
    sources.flows.some((flow) => !flow.isReplaced && featuresOf(flow) === size);
  const { activation, open: guess } = whatStandsBehind(behind, features, layout, hasOther);
  const axis = activation === 'glu' && (layout === 'channels' || layout === 'image') ? [1] : [];
  const whole = activation ? recorder.call(activation, value, ...axis) : value;
  const kept = recorder.keep(name, whole, openOf(open, guess));
  sources.add({ value: kept, layout, name, ...(isFrames ? { isFrames } : {}) });
}
