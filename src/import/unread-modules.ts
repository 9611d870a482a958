/**
 * Modules of a state dict that no option can make readable, by the kind that their names and shapes point to. They are
 * told before any question about the others is asked, all in one message.
 */
import type { Parameter } from '../builder/parameters.js';
import { cellOf, recurrentNames } from '../builder/recurrent/cells.js';
import { formatShape } from '../builder/shape.js';
import { LstmOnnxError } from '../errors.js';
import { type Modules, type ModuleTensors, quoteName } from './modules.js';
import { onnxRoute, runOnnx } from './onnx-route.js';
import { gatesOf } from './recurrent-kinds.js';

type Tensors = ReadonlyMap<string, Parameter>;

/** A kind of module that is not read: how it is told, and what to do where saving the weights otherwise helps. */
interface Kind {
  readonly name: string;
  readonly fits: (tensors: Tensors, module: string) => boolean;
  readonly advice?: string;
  /** Whether a network file helps, which may have such a layer or leave it out. */
  readonly isDescribable?: true;
}

interface Unread {
  readonly label: string;
  readonly kind: Kind;
}

const MAX_SHOWN = 20;

const rank = (tensors: Tensors, own: string) => tensors.get(own)?.shape.length;
const has = (tensors: Tensors, pattern: RegExp) => [...tensors.keys()].some((own) => pattern.test(own));

const weightNorm =
  'Make such weights plain before saving: torch.nn.utils.parametrize.remove_parametrizations(module, name), ' +
  "remove_weight_norm or remove_spectral_norm, where name is 'weight', or 'weight_hh_l0' of a recurrent layer.";

/** The first that fits is told. */
const kinds: readonly Kind[] = [
  {
    name: 'a WeightDrop: a weight called _raw',
    fits: (tensors) => has(tensors, /^weight_\w+_raw$/),
    advice:
      'A WeightDrop gives its raw weight when it does not train: save the state dict with _raw taken off the names, ' +
      'and without a tensor that has the name already.',
  },
  {
    name: 'quantized',
    fits: (tensors) => has(tensors, /^(zero_point|_packed_params|qweight|qzeros|scales)$/),
    advice: 'Save the state dict of the model before it is quantized.',
  },
  {
    name: 'weight_norm, spectral_norm or the like, which compute its weights from others',
    fits: (tensors, module) =>
      /(^|\.)parametrizations(\.|$)/.test(module) || has(tensors, /^(weight|bias)\w*_(g|v|u|orig)$/),
    advice: weightNorm,
  },
  { name: 'a BatchNorm', fits: (tensors) => tensors.has('running_mean'), isDescribable: true },
  { name: 'an LSTMCell', fits: (tensors) => gatesOf(tensors, '') === 4 },
  { name: 'a GRUCell', fits: (tensors) => gatesOf(tensors, '') === 3 },
  { name: 'an RNNCell', fits: (tensors) => gatesOf(tensors, '') === 1 },
  { name: 'a MultiheadAttention', fits: (tensors) => has(tensors, /^(in_proj_weight|q_proj_weight)$/) },
  {
    name: 'a CRF',
    fits: (tensors) => has(tensors, /^(start_|end_)?transitions$/),
    isDescribable: true,
  },
  { name: 'a Conv1d or Bilinear', fits: (tensors) => rank(tensors, 'weight') === 3, isDescribable: true },
  { name: 'a Conv2d', fits: (tensors) => rank(tensors, 'weight') === 4, isDescribable: true },
  { name: 'a Conv3d', fits: (tensors) => rank(tensors, 'weight') === 5 },
  {
    name: 'a LayerNorm or the like',
    fits: (tensors) => rank(tensors, 'weight') === 1 && tensors.has('bias'),
    isDescribable: true,
  },
  {
    name: 'a PReLU or RMSNorm',
    fits: (tensors) => rank(tensors, 'weight') === 1,
    isDescribable: true,
  },
];

const parameter: Kind = { name: 'a parameter of its own', fits: () => false, isDescribable: true };
const unknown: Kind = { name: 'of no kind that is known', fits: () => false, isDescribable: true };

/** The kind that a module looks like: `a PReLU or RMSNorm`; undefined for one that is of none. */
export function kindNameOf({ name, tensors }: ModuleTensors): string | undefined {
  return kinds.find(({ fits }) => fits(tensors, name))?.name;
}

/** @throws E_UNSUPPORTED for modules that the architecture has no place for */
export function refuseUnread(modules: Modules): void {
  refuse([...unreadModules(modules).values()], readKinds);
}

/** @throws E_UNSUPPORTED for weights that no network has by these names, whatever it is: computed from others, or quantized */
export function refuseComputedWeights(modules: Modules): void {
  refuse([...unreadModules(modules).values()].filter(({ kind }) => kind.advice !== undefined));
}

const readKinds = `Without a description are read ${recurrentNames.map((name) => `${cellOf(name).torch}s`).join(', ')}, linear layers and an embedding. `;

function refuse(all: readonly Unread[], read = ''): void {
  if (all.length === 0) return;
  const shown = all.slice(0, MAX_SHOWN).map(({ label, kind }) => `${label} (${kind.name})`);
  if (all.length > MAX_SHOWN) shown.push(`and ${all.length - MAX_SHOWN} more`);
  const advice = new Set(all.flatMap(({ kind }) => kind.advice ?? []));
  const areDescribable = all.every(({ kind }) => kind.isDescribable);
  const describing = areDescribable
    ? 'Describe the network by the option network (docs/networks.md), which takes layers of these kinds and may leave ' +
      'tensors out. '
    : '';
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `The state dict has modules that are not read, by their names and shapes: ${shown.join(', ')}. ${read}` +
      `${[...advice].map((sentence) => `${sentence} `).join('')}${describing}${onnxRoute}`,
    { hints: [...(areDescribable ? [{ option: 'network' } as const] : []), runOnnx] },
  );
}

/** By the module's name, so that one whose tensors are of two kinds is told once. */
function unreadModules({ others }: Modules) {
  const unread = new Map<string, Unread>();
  for (const module of others.values()) {
    for (const [name, found] of unreadOf(module)) {
      // The bias of a layer whose weight is computed says nothing of its kind.
      if ((unread.get(name)?.kind ?? unknown) === unknown) unread.set(name, found);
    }
  }
  return unread;
}

function unreadOf({ name, tensors }: ModuleTensors): [name: string, Unread][] {
  const kind = kinds.find(({ fits }) => fits(tensors, name));
  // Parameters that the model itself has; layers have a module of theirs.
  if (name === '' && !kind) {
    return [...tensors].map(([own, { shape }]) => [
      `.${own}`,
      { label: `${quoteName(own)} ${formatShape(shape)}`, kind: parameter },
    ]);
  }
  const owner = name.replace(/(^|\.)(parametrizations|_packed_params)(\..*)?$/, '');
  const [[own, { shape }] = ['', { shape: [] }]] = tensors;
  const isKnown = kind !== undefined;
  const label = isKnown
    ? quoteName(owner)
    : `${quoteName(name)} with ${quoteName(own)} ${formatShape(shape)}`;
  return [[owner, { label, kind: kind ?? unknown }]];
}
