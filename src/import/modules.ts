/**
 * The modules behind a state dict's names: `encoder.weight_ih_l0` is a tensor of the LSTM `encoder`, `fc.weight` one of
 * `fc`. Names follow `nn.Module.state_dict`: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 */
import type { Parameter, StateDict } from '../builder/parameters.js';
import { formatShape } from '../builder/shape.js';

/** A module's tensors by their own names: `weight`, `bias_ih_l0_reverse`. */
export interface ModuleTensors {
  /** As in the state dict; empty for a module that was saved by itself. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, Parameter>;
}

export interface Modules {
  readonly lstms: ReadonlyMap<string, ModuleTensors>;
  /** A matrix, with or without a bias: linear layers and embeddings, which look the same. */
  readonly matrices: ReadonlyMap<string, ModuleTensors>;
  /** Everything else, such as the statistics of a BatchNorm. */
  readonly others: ReadonlyMap<string, ModuleTensors>;
}

/** What an LSTM that was saved by itself is called in the network. */
const bareLstm = 'lstm';

/** An error that named every tensor of a large model would hide what it says. */
const maxShown = 20;
const maxNameLength = 80;

const lstmTensor = /^(?:weight_(?:ih|hh|hr|peephole)|bias_(?:ih|hh))_l\d{1,4}(?:_reverse)?$/;

/** Splits the names of a state dict into modules and tells the kinds of modules apart. */
export function groupModules(state: StateDict): Modules {
  const lstms = new Map<string, Map<string, Parameter>>();
  const rest = new Map<string, Map<string, Parameter>>();
  for (const [name, tensor] of state) {
    const { module, own } = splitName(name);
    const kind = lstmTensor.test(own) ? lstms : rest;
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
    lstms: modules(lstms, () => true),
    matrices: modules(rest, isMatrix),
    others: modules(rest, (module) => !isMatrix(module)),
  };
}

function splitName(name: string): { module: string; own: string } {
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

/**
 * The name of a module in the network: the same wherever a network takes it. An LSTM saved by itself is `lstm`;
 * a name that starts with a digit, as in `nn.Sequential`, gets a `_` before it.
 */
export function nodeNameOf(module: string): string {
  if (module === '') return bareLstm;
  const name = module
    .split('.')
    .map((part) => part.replaceAll(/\W/g, '_') || '_')
    .join('.');
  return /^\d/.test(name) ? `_${name}` : name;
}

/** The name of a tensor in the network, as {@link nodeNameOf} names its module. */
export function parameterNameOf(tensor: string): string {
  const { module, own } = splitName(tensor);
  return module === '' && !lstmTensor.test(own) ? own : `${nodeNameOf(module)}.${own}`;
}

/** `'fc' (weight [10, 64], bias [10])` for each module, for messages. */
export function listModules(modules: Iterable<ModuleTensors>): string {
  const all = [...modules];
  const shown = all.slice(0, maxShown).map(({ name, tensors }) => {
    if (name === '' && ![...tensors.keys()].some((own) => lstmTensor.test(own))) {
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
