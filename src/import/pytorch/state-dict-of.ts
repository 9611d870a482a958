/**
 * Finds the state dict in what a PyTorch file holds: the file's value itself, or what training loops and PyTorch
 * Lightning put around it.
 */
import { LstmOnnxError } from '../../errors.js';
import { quoted, quotedList } from '../quoted.js';
import { describe, OpaqueObject, PickleDict, PickleObject, type PickleValue } from './pickle-values.js';
import { TensorReference } from './tensor.js';

/** A file's pickle, read. */
export interface Unpickled {
  readonly root: PickleValue;
  /** Classes and functions that no state dict names. */
  readonly strangers: ReadonlySet<string>;
}

/** Keys under which checkpoints keep a state dict, the likeliest first. */
const WRAPPER_KEYS = ['state_dict', 'model_state_dict', 'model_state', 'model', 'net', 'network', 'weights'];

const SAVE_STATE_DICT = "torch.save(model.state_dict(), 'model.pt')";

/**
 * The tensors of the state dict by name, in its order.
 * @throws E_UNSUPPORTED for a pickled module, for a file that names classes which no state dict needs, for values
 * without a state dict or with several, and for tensors that are not plain
 */
export function stateDictOf({ root, strangers }: Unpickled): ReadonlyMap<string, TensorReference> {
  const dict = findDict(root);
  const module = dict === undefined ? findModule(root) : undefined;
  if (module !== undefined) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The file holds a whole pickled module of class ${quoted(module.path)}, which only Python code that has this class can open. Where the model was made, save its state dict instead: ${SAVE_STATE_DICT}.`,
    );
  }
  if (strangers.size > 0) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The file's pickle names ${quotedList(strangers)}, which weights have no use for and which could be made to run code in Python (nothing was run here). If you trust the file, save only the weights where the model was made: ${SAVE_STATE_DICT}.`,
    );
  }
  if (dict === undefined) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The file holds no state dict of floating-point weights, but ${contents(root)}. Save one in Python: ${SAVE_STATE_DICT}.`,
    );
  }
  const tensors = new Map<string, TensorReference>();
  for (const [name, value] of dict.byName) {
    if (value instanceof TensorReference) {
      tensors.set(name, value);
    } else if (isUnreadTensor(value)) {
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        `The tensor ${quoted(name)} is rebuilt by ${quoted(value.path)}; read are plain dense tensors. Make it one (.dequantize(), .to_dense()) before torch.save.`,
      );
    }
  }
  return tensors;
}

/** A second copy of the weights, which training loops keep beside the first. */
const COPY = /ema|avg|average|best|swa|shadow/i;

/**
 * Wrappers come first: a checkpoint may keep tensors beside its state dict, such as a generator's state. What has an
 * LSTM goes before what has none.
 *
 * @throws E_UNSUPPORTED where several have one, none of them a copy by its name
 */
function findDict(root: PickleValue): PickleDict | undefined {
  if (!(root instanceof PickleDict)) return undefined;
  const dicts = dictsOfWeights(root);
  const recurrent = dicts.filter(([, dict]) => hasLstm(dict));
  const originals = recurrent.filter(([name]) => !COPY.test(name));
  if (originals.length > 1 || (originals.length > 0 && hasLstm(root))) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The file holds several dicts of weights with an LSTM, ${quotedList(originals.map(([name]) => name))}${hasLstm(root) ? ' and the file itself' : ''}, of which only one can be meant. Save that alone in Python: ${SAVE_STATE_DICT}.`,
    );
  }
  const [[, only] = []] = originals.length > 0 ? originals : recurrent;
  if (hasLstm(root)) return root;
  if (only) return only;
  for (const key of WRAPPER_KEYS) {
    const value = root.byName.get(key);
    if (value instanceof PickleDict && hasWeights(value)) return value;
  }
  if (hasWeights(root)) return root;
  // Under any other name only if there is no choice to make.
  return dicts.length === 1 ? dicts[0]?.[1] : undefined;
}

function hasLstm(dict: PickleDict): boolean {
  for (const name of dict.byName.keys()) if (name.endsWith('weight_ih_l0')) return true;
  return false;
}

function dictsOfWeights(root: PickleDict): [name: string, PickleDict][] {
  return [...root.byName].flatMap(([name, value]): [string, PickleDict][] =>
    value instanceof PickleDict && hasWeights(value) ? [[name, value]] : [],
  );
}

function hasWeights(dict: PickleDict): boolean {
  for (const value of dict.byName.values()) {
    if (value instanceof TensorReference ? value.type.kind !== 'integer' : isUnreadTensor(value)) return true;
  }
  return false;
}

/** Quantized, sparse, nested and the like. */
function isUnreadTensor(value: PickleValue): value is OpaqueObject {
  return value instanceof OpaqueObject && /^torch\.(_utils|_tensor)\._rebuild/.test(value.path);
}

/** A pickled nn.Module, as the file's value or beside others in its dict. */
function findModule(root: PickleValue): OpaqueObject | undefined {
  const values = root instanceof PickleDict ? [...root.byName.values()] : [root];
  return values.find((value): value is OpaqueObject => value instanceof OpaqueObject && isModule(value));
}

/** nn.Module's __setstate__ is given its __dict__. */
function isModule({ state }: OpaqueObject): boolean {
  return state instanceof PickleDict && state.byName.has('_parameters') && state.byName.has('_modules');
}

function contents(root: PickleValue): string {
  if (!(root instanceof PickleDict)) return describe(root);
  const dicts = dictsOfWeights(root);
  if (dicts.length > 1) {
    return `several dicts of tensors, ${quotedList(dicts.map(([name]) => name))}, of which only one can be meant`;
  }
  const named = [...root.byName].map(([name, value]) =>
    value instanceof PickleObject ? `${name}: ${value.description}` : name,
  );
  return `a dict of ${quotedList(named)}`;
}
