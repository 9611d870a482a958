/** Keras' activations by name, as a recurrent cell or the ops of the builder have them. https://keras.io/api/layers/activations */
import {
  type Activation,
  type CellActivation,
  cellActivationNames,
  namedBy,
} from '../../builder/activations.js';
import { LstmOnnxError } from '../../errors.js';
import { quoted } from '../quoted.js';
import { brokenModel, describe, Fields } from './fields.js';

/**
 * Who computes the model: Keras 3 has another `hard_sigmoid` than Keras 2, and TensorFlow.js treats padding in its
 * own way.
 */
export type Dialect = 'keras3' | 'keras2' | 'tfjs';

const byName = namedBy('keras');
const before3 = new Map([...byName, ...namedBy('keras2')]);

/** Along the last dimension, so of a layer's output only, not within a cell. */
export type OutputActivation = Activation | { readonly name: 'softmax' | 'logSoftmax' };

/** @throws E_UNSUPPORTED for a function that is none of these */
export function outputActivation(config: Fields, dialect: Dialect): OutputActivation {
  const name = activationName(config, 'activation');
  if (name === 'softmax') return { name: 'softmax' };
  if (name === 'log_softmax') return { name: 'logSoftmax' };
  const activation = activationsOf(dialect).get(name);
  if (activation) return activation;
  throw unread(config, name, `are ${[...byName.keys()].join(', ')}, softmax and log_softmax`);
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
): CellActivation {
  if (!config.has(key)) throw brokenModel(`${config.where} does not say its ${key}`);
  const name = activationName(config, key);
  const activation = activationsOf(dialect).get(name);
  if (activation && isOfCells(activation)) return activation;
  const readable = [...byName].flatMap(([theirs, ours]) => (isOfCells(ours) ? theirs : []));
  throw unread(config, name, `in a recurrent layer are ${readable.join(', ')}`);
}

function activationsOf(dialect: Dialect): ReadonlyMap<string, Activation> {
  return dialect === 'keras3' ? byName : before3;
}

function isOfCells(activation: Activation): activation is CellActivation {
  return cellActivationNames.some((name) => name === activation.name);
}

function unread(config: Fields, name: string, readable: string): LstmOnnxError {
  return new LstmOnnxError(
    'E_UNSUPPORTED',
    `${config.where} has the activation ${quoted(name)}; those that can be read ${readable}.`,
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
