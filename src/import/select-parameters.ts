/** The tensors of a state dict that are a network's parameters, under the network's names and in its order. */
import type { Network } from '../builder/network.js';
import { type Parameter, parameterSpecs, type StateDict } from '../builder/parameters.js';
import { LstmOnnxError } from '../errors.js';
import { bareNameOf, parameterNameOf, quoteName } from './modules.js';

export interface SelectedParameters {
  /** Those that are there; `checkParameters` says what is missing. */
  readonly parameters: StateDict;
  /** What the network has no use for, under the names of the state dict. */
  readonly leftOut: StateDict;
}

/** @throws E_DUPLICATE_NAME when two tensors have the same name in a network, such as `a-b.weight` and `a_b.weight` */
export function selectParameters(network: Network, state: StateDict): SelectedParameters {
  const wanted = parameterSpecs(network).map(({ name }) => name);
  const known = new Set(wanted);
  const bare = bareNameOf(state);
  const found = new Map<string, Parameter>();
  const leftOut = new Map<string, Parameter>();
  for (const [tensor, parameter] of state) {
    const name = known.has(tensor) ? tensor : parameterNameOf(tensor, bare);
    if (!known.has(name)) {
      leftOut.set(tensor, parameter);
    } else if (found.has(name)) {
      throw new LstmOnnxError(
        'E_DUPLICATE_NAME',
        `Two tensors are ${quoteName(name)} in the network, one of them ${quoteName(tensor)}; rename one in the state dict.`,
      );
    } else {
      found.set(name, parameter);
    }
  }
  const parameters = wanted.flatMap((name) => {
    const parameter = found.get(name);
    return parameter ? [[name, parameter] as const] : [];
  });
  return { parameters: new Map(parameters), leftOut };
}
