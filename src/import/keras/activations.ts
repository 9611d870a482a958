/** Keras' activations by name, as a recurrent cell or the ops of the builder have them. https://keras.io/api/layers/activations */
import type { Activation, ActivationName } from '../../builder/activations.js';
import { LstmOnnxError } from '../../errors.js';
import { quoted } from '../quoted.js';
import { brokenModel, describe, Fields } from './fields.js';

/**
 * Who computes the model: Keras 3 has another `hard_sigmoid` than Keras 2, and TensorFlow.js treats padding in its
 * own way.
 */
export type Dialect = 'keras3' | 'keras2' | 'tfjs';

/** What is computed entry by entry, by its name in Keras 2 and 3. */
const elementwise: ReadonlyMap<string, Activation> = new Map<string, Activation>([
  ['linear', { name: 'linear' }],
  ['tanh', { name: 'tanh' }],
  ['sigmoid', { name: 'sigmoid' }],
  ['relu', { name: 'relu' }],
  ['elu', { name: 'elu' }],
  ['softsign', { name: 'softsign' }],
  ['softplus', { name: 'softplus' }],
  ['leaky_relu', { name: 'leakyRelu', alpha: 0.2 }],
]);

/** `clip(x / 6 + 1 / 2, 0, 1)` in Keras 3, `clip(0.2 x + 0.5, 0, 1)` before it and in TensorFlow.js. */
function hardSigmoid(dialect: Dialect): Activation {
  return { name: 'hardSigmoid', alpha: dialect === 'keras3' ? 1 / 6 : 0.2, beta: 0.5 };
}

/** Along the last dimension, so of a layer's output only, not within a cell. */
export type OutputActivation = Activation | { readonly name: 'softmax' | 'logSoftmax' };

/** @throws E_UNSUPPORTED for a function that is none of these */
export function outputActivation(config: Fields, dialect: Dialect): OutputActivation {
  const name = activationName(config, 'activation');
  if (name === 'softmax') return { name: 'softmax' };
  return name === 'log_softmax' ? { name: 'logSoftmax' } : known(name, config, dialect);
}

/**
 * The activation that a recurrent layer's configuration has under a key. Keras always writes it, and what is meant where
 * it is not there depends on the version.
 *
 * @throws E_UNSUPPORTED, E_INVALID_FILE where it is not there
 */
export function cellActivation(
  config: Fields,
  key: 'activation' | 'recurrent_activation',
  dialect: Dialect,
): Activation {
  if (!config.has(key)) throw brokenModel(`${config.where} does not say its ${key}`);
  return known(activationName(config, key), config, dialect);
}

function known(name: string, config: Fields, dialect: Dialect): Activation {
  const activation = name === 'hard_sigmoid' ? hardSigmoid(dialect) : elementwise.get(name);
  if (activation) return activation;
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `${config.where} has the activation ${quoted(name)}; those that can be read are ${[...elementwise.keys()].join(', ')}, ` +
      'hard_sigmoid and, outside of a recurrent layer, softmax and log_softmax.',
  );
}

/**
 * A name, nothing (linear), or an object that says the name of a function of Keras'. For functions of the author Keras
 * writes such an object too, with a package of theirs or a module. (One that is called as one of Keras' is written as
 * that one, by its name alone: no reader can tell.)
 */
function activationName(config: Fields, key: string): string {
  const value = config.get(key);
  if (value === undefined) return 'linear';
  if (typeof value === 'string') return value;
  const inner = typeof value === 'object' ? functionName(new Fields(value, config.where)) : undefined;
  if (inner !== undefined) return inner;
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `${config.where} has ${describe(value)} as its ${key}, expected the name of one of Keras' activations.`,
  );
}

/** Keras says `builtins` of its own functions, and registers them as `function`. */
function functionName(value: Fields): string | undefined {
  const [name, module, registered] = [value.get('config'), value.get('module'), value.get('registered_name')];
  const isKeras =
    value.get('class_name') === 'function' &&
    typeof module === 'string' &&
    /^(builtins$|(keras|tf_keras)(\.|$))/.test(module) &&
    (registered === undefined || registered === 'function' || registered === name);
  return isKeras && typeof name === 'string' ? name : undefined;
}

/** Those with an op of their own in the builder. */
export function hasOwnOp(name: ActivationName): name is 'tanh' | 'sigmoid' | 'relu' {
  return name === 'tanh' || name === 'sigmoid' || name === 'relu';
}
