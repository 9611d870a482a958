/** Modules as options name them, and what to say where none of them is the answer. */
import { LstmOnnxError } from '../errors.js';
import type { Hint } from '../hints.js';
import { chainActivations } from './chain-activations.js';
import { listModules, type ModuleTensors, quoteName } from './modules.js';
import { onnxRoute, runOnnx } from './onnx-route.js';

export const describeNetwork =
  'describe the network by the option network, in code or as JSON (docs/networks.md)';
/** For a question that may have no answer among the options. */
export const ifNone = `If the model is none of these, ${describeNetwork}. ${onnxRoute}`;
export const hintsIfNone: readonly Hint[] = [{ option: 'network' }, runOnnx];

/** @throws E_UNKNOWN_NAME for a name that no module has */
export function namedModule(
  modules: ReadonlyMap<string, ModuleTensors>,
  name: string,
  option: 'lstm' | 'embedding' | 'head',
): ModuleTensors {
  const module = modules.get(name);
  if (module) return module;
  const plain = name.toLowerCase();
  const more =
    option === 'embedding'
      ? ''
      : plain.startsWith('dropout')
        ? ' Leave dropout out: it does nothing when a model runs.'
        : ` A name of no module may be an activation: ${chainActivations.join(', ')}.`;
  throw new LstmOnnxError(
    'E_UNKNOWN_NAME',
    `${option} names ${quoteName(name)}, which is not there; there are ${listModules(modules.values())}.${more}`,
    { hints: [{ option, found: [...modules.keys()] }] },
  );
}

/** @throws E_INVALID_OPTION for a module that is named more than once */
export function refuseTwice(
  names: readonly string[],
  modules: ReadonlyMap<string, unknown>,
  option: 'lstm' | 'head',
  kind: string,
): void {
  const twice = names.find((name, i) => modules.has(name) && names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${option} names ${quoteName(twice)} twice; name each ${kind} once.`,
    { hints: [{ option, found: [...modules.keys()] }] },
  );
}
