/**
 * Names of parameters without what wrappers put before them, as the model itself calls them:
 * `module.` (torch.nn.DataParallel), `_orig_mod.` (torch.compile), `model.` (the attribute that Lightning modules
 * keep their model in).
 */
import type { StateDict } from '../builder/parameters.js';

/** Never anything but a wrapper. */
const WRAPPER_PREFIXES = ['module.', '_orig_mod.'];
/** A wrapper where modules are below it; an ordinary LSTM may be called so too, and has only tensors below it. */
const ATTRIBUTE = 'model.';

/** The same parameters; a prefix is taken off only where every name has it, several in a row one by one. */
export function withoutWrapperPrefixes(parameters: StateDict): StateDict {
  let names = [...parameters.keys()];
  for (let prefix = sharedPrefix(names); prefix !== undefined; prefix = sharedPrefix(names)) {
    const { length } = prefix;
    names = names.map((name) => name.slice(length));
  }
  return new Map([...parameters.values()].map((parameter, index) => [names[index] ?? '', parameter]));
}

function sharedPrefix(names: readonly string[]): string | undefined {
  const have = (prefix: string) =>
    names.length > 0 && names.every((name) => name.startsWith(prefix) && name.length > prefix.length);
  if (have(ATTRIBUTE) && names.every((name) => name.includes('.', ATTRIBUTE.length))) return ATTRIBUTE;
  return WRAPPER_PREFIXES.find(have);
}
