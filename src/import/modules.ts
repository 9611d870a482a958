/**
 * The modules behind a state dict's names: `encoder.weight_ih_l0` is a tensor of the recurrent module `encoder`,
 * `fc.weight` one of `fc`. Names follow `nn.Module.state_dict`: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 */
import type { Parameter, StateDict } from '../builder/parameters.js';
import type { RecurrentName } from '../builder/recurrent/cells.js';
import { formatShape } from '../builder/shape.js';
import { gatesOf, kindOfGates } from './recurrent-kinds.js';

/** A module's tensors by their own names: `weight`, `bias_ih_l0_reverse`. */
export interface ModuleTensors {
  /** As in the state dict; empty for a module that was saved by itself. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, Parameter>;
}

export interface Modules {
  /** Recurrent layers, by the names of their tensors alone. */
  readonly recurrent: ReadonlyMap<string, ModuleTensors>;
  /** A matrix, with or without a bias: linear layers and embeddings, which look the same. */
  readonly matrices: ReadonlyMap<string, ModuleTensors>;
  /** Everything else, such as the statistics of a BatchNorm. */
  readonly others: ReadonlyMap<string, ModuleTensors>;
}

/** An error that named every tensor of a large model would hide what it says. */
const maxShown = 20;
const maxNameLength = 80;

const recurrentTensor = /^(?:weight_(?:ih|hh|hr|peephole)|bias_(?:ih|hh))_l\d{1,4}(?:_reverse)?$/;

/** Splits the names of a state dict into modules and tells the kinds of modules apart. */
export function groupModules(state: StateDict): Modules {
  const recurrent = new Map<string, Map<string, Parameter>>();
  const rest = new Map<string, Map<string, Parameter>>();
  for (const [name, tensor] of state) {
    const { module, own } = splitName(name);
    const kind = recurrentTensor.test(own) ? recurrent : rest;
    const tensors = kind.get(module) ?? new Map<string, Parameter>();
    kind.set(module, tensors.set(own, tensor));
  }
  const modules = (
    kind: ReadonlyMap<string, Map<string, Parameter>>,
    wanted: (t: ModuleTensors) => boolean,
  ) =>
    new Map(
      [...kind].flatMap(([name, tensors]) => {
        const module = { name, tensors };
        return wanted(module) ? [[name, module] as const] : [];
      }),
    );
  return {
    recurrent: modules(recurrent, () => true),
    matrices: modules(rest, isMatrix),
    others: modules(rest, (module) => !isMatrix(module)),
  };
}

/** A tensor's module and its own name there. */
export function splitName(name: string): { module: string; own: string } {
  const dot = name.lastIndexOf('.');
  return { module: dot === -1 ? '' : name.slice(0, dot), own: name.slice(dot + 1) };
}

function isMatrix({ name, tensors }: ModuleTensors): boolean {
  const weight = tensors.get('weight');
  const bias = tensors.get('bias');
  if (name === '' || weight?.shape.length !== 2) return false;
  const known = bias ? 2 : 1;
  return tensors.size === known && (!bias || (bias.shape.length === 1 && bias.shape[0] === weight.shape[0]));
}

/** What the recurrent module that was saved by itself is called in the network: `lstm`, `gru`, `rnn`. */
export function bareNameOf(state: StateDict): RecurrentName {
  return kindOfGates(gatesOf(state, '_l0') ?? 0) ?? 'lstm';
}

/**
 * The name of a module in the network: the same wherever a network takes it. A name that starts with a digit, as in
 * `nn.Sequential`, gets a `_` before it.
 *
 * @param bare the name of a module that was saved by itself
 */
export function nodeNameOf(module: string, bare: RecurrentName): string {
  if (module === '') return bare;
  const name = module
    .split('.')
    .map((part) => part.replaceAll(/\W/g, '_') || '_')
    .join('.');
  return /^\d/.test(name) ? `_${name}` : name;
}

/** The name of a tensor in the network, as {@link nodeNameOf} names its module. */
export function parameterNameOf(tensor: string, bare: RecurrentName): string {
  const { module, own } = splitName(tensor);
  return module === '' && !recurrentTensor.test(own) ? own : `${nodeNameOf(module, bare)}.${own}`;
}

/** `'fc' (weight [10, 64], bias [10])` for each module, for messages. */
export function listModules(modules: Iterable<ModuleTensors>): string {
  const all = [...modules];
  const shown = all.slice(0, maxShown).map(({ name, tensors }) => {
    if (name === '' && ![...tensors.keys()].some((own) => recurrentTensor.test(own))) {
      const listed = [...tensors].slice(0, maxShown);
      const bare = listed.map(([own, { shape }]) => `${quoteName(own)} ${formatShape(shape)}`);
      return [
        ...bare,
        ...(tensors.size > listed.length ? [`${tensors.size - listed.length} more`] : []),
      ].join(', ');
    }
    const parts = [...tensors].slice(0, 2).map(([own, { shape }]) => `${shorten(own)} ${formatShape(shape)}`);
    const more = tensors.size > parts.length ? [`${tensors.size - parts.length} more`] : [];
    return `${quoteName(name)} (${[...parts, ...more].join(', ')})`;
  });
  if (all.length > maxShown) shown.push(`and ${all.length - maxShown} more`);
  return shown.join(', ') || 'nothing';
}

/** A name as messages show it; a module that was saved by itself has none. */
export function quoteName(name: string): string {
  if (name === '') return 'the module saved by itself';
  return `'${shorten(name)}'`;
}

function shorten(name: string): string {
  return name.length > maxNameLength ? `${name.slice(0, maxNameLength)}…` : name;
}
