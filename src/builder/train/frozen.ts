/** Which parameters training leaves as they are. */
import { wrongArgument } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { nearNames } from '../../near-names.js';
import type { Network } from '../network.js';
import { parameterSpecs, tiedNames, trainedNames } from '../parameters.js';

/**
 * The names of the parameters that are frozen in the network, and of those in the modules that a caller names.
 *
 * @param modules names of modules or parameters: `lstm`, `encoder` for all that begins with `encoder.`
 * @throws E_UNKNOWN_NAME for one that the network does not have, E_INVALID_OPTION where nothing is left to train
 */
export function frozenParameters(network: Network, modules: readonly string[] = []): ReadonlySet<string> {
  const specs = parameterSpecs(network);
  const names = specs.map(({ name }) => name);
  const tied = tiedNames(network);
  const all = [...names, ...tied.keys()];
  for (const module of modules) {
    if (all.some((name) => isOf(module, name))) continue;
    throw unknownModule(module, all);
  }
  const trained = trainedNames(network);
  const named = all.filter((name) => modules.some((module) => isOf(module, name)));
  const frozenTensors = new Set(named.map((name) => tied.get(name) ?? name));
  const frozen = names.filter((name) => !trained.has(name) || frozenTensors.has(name));
  if (frozen.length < names.length) return new Set(frozen);
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    specs.length === 0
      ? 'The network has no parameters, so there is nothing to train; give it a layer such as lstm or linear.'
      : 'All parameters of the network are frozen, so there is nothing to train; leave some out of frozen.',
  );
}

function isOf(module: string, name: string): boolean {
  return name === module || name.startsWith(`${module}.`);
}

function unknownModule(module: string, names: readonly string[]): LstmOnnxError {
  const prefixes = names.flatMap((name) => {
    const parts = name.split('.');
    return parts.map((_, i) => parts.slice(0, i + 1).join('.'));
  });
  const all = [...new Set(prefixes)];
  const near = nearNames(module, all);
  const modules = all.filter((name) => !names.includes(name));
  return new LstmOnnxError(
    'E_UNKNOWN_NAME',
    `The option frozen names '${module}', but no parameter of the network is called so or begins with '${module}.'` +
      `${near.length > 0 ? `; near it ${near.length === 1 ? 'is' : 'are'} ${near.slice(0, 3).join(', ')}` : ''}. ` +
      `The network has ${[...modules, ...names.filter((name) => !name.includes('.'))].slice(0, 12).join(', ')}.`,
  );
}

/** @throws E_INVALID_OPTION unless it is absent or a list of names */
export function checkFrozen(modules: unknown): void {
  if (modules === undefined) return;
  const expected = "a list of names of modules or parameters, as in { frozen: ['embedding', 'lstm'] }";
  if (!Array.isArray(modules)) throw wrongArgument('The option frozen', modules, expected);
  const wrong = modules.findIndex((module) => typeof module !== 'string');
  if (wrong !== -1) throw wrongArgument('The option frozen', modules[wrong], expected);
}
