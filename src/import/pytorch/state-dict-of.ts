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

/** Keys under which checkpoints keep a state dict, the first that is there wins. */
const WRAPPERS = ['state_dict', 'model_state_dict', 'model_state', 'model', 'net', 'network', 'weights'];

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

/** Wrappers come first: a checkpoint may keep tensors beside its state dict, such as a generator's state. */
function findDict(root: PickleValue): PickleDict | undefined {
  if (!(root instanceof PickleDict)) return undefined;
  for (const key of WRAPPERS) {
    const value = root.byName.get(key);
    if (value instanceof PickleDict && hasWeights(value)) return value;
  }
  if (hasWeights(root)) return root;
  // Under any other name only if there is no choice to make.
  const [[, only] = [], ...others] = dictsOfWeights(root);
  return others.length === 0 ? only : undefined;
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
