/** The tensors of a state dict that are a network's parameters, under the network's names and in its order. */
import type { Network } from '../builder/network.js';
import { type Parameter, parameterSpecs, type StateDict, tiedNames } from '../builder/parameters.js';
import { formatShape, sameShape } from '../builder/shape.js';
import { LstmOnnxError } from '../errors.js';
import { bareNameOf, parameterNameOf, quoteName } from './modules.js';
import { sameNumbers } from './same-tensor.js';

export interface SelectedParameters {
  /** Those that are there; `checkParameters` says what is missing. */
  readonly parameters: StateDict;
  /** What the network has no use for, under the names of the state dict. */
  readonly leftOut: StateDict;
}

/**
 * What the network ties to one tensor is taken once, under whichever of its names the state dict has it.
 *
 * @throws E_DUPLICATE_NAME when two tensors have the same name in a network, such as `a-b.weight` and `a_b.weight`;
 *   E_SHAPE_MISMATCH for two that are one tensor in the network and not the same here
 */
export function selectParameters(network: Network, state: StateDict): SelectedParameters {
  const wanted = parameterSpecs(network).map(({ name }) => name);
  const tied = tiedNames(network);
  const known = new Set([...wanted, ...tied.keys()]);
  const bare = bareNameOf(state);
  /** By the names of the network, and as which they were found. */
  const found = new Map<string, { readonly parameter: Parameter; readonly own: string }>();
  const names = new Set<string>();
  const leftOut = new Map<string, Parameter>();
  for (const [tensor, parameter] of state) {
    const own = known.has(tensor) ? tensor : parameterNameOf(tensor, bare);
    if (!known.has(own)) {
      leftOut.set(tensor, parameter);
      continue;
    }
    if (names.has(own)) {
      throw new LstmOnnxError(
        'E_DUPLICATE_NAME',
        `Two tensors are ${quoteName(own)} in the network, one of them ${quoteName(tensor)}; rename one in the state dict.`,
      );
    }
    names.add(own);
    const name = tied.get(own) ?? own;
    const before = found.get(name);
    if (before) expectSame(before.own, before.parameter, own, parameter);
    else found.set(name, { parameter, own });
  }
  const parameters = wanted.flatMap((name) => {
    const taken = found.get(name);
    return taken ? [[name, taken.parameter] as const] : [];
  });
  return { parameters: new Map(parameters), leftOut };
}

function expectSame(name: string, one: Parameter, otherName: string, other: Parameter): void {
  const names = `${quoteName(name)} and ${quoteName(otherName)}`;
  if (sameNumbers(one, other)) return;
  const what = sameShape(one.shape, other.shape)
    ? 'have other numbers'
    : `are ${formatShape(one.shape)} and ${formatShape(other.shape)}`;
  throw new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `${names} are one tensor in the network, which ties them, but ${what} in the state dict; leave out the tie, or give weights ` +
      'that were trained with it.',
  );
}
