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
  readonly unknownGlobals: ReadonlySet<string>;
}

/** Keys under which checkpoints keep a state dict, the likeliest first. */
const WRAPPER_KEYS = ['state_dict', 'model_state_dict', 'model_state', 'model', 'net', 'network', 'weights'];

const SAVE_STATE_DICT = "torch.save(model.state_dict(), 'model.pt')";

/** What a file's state dict holds, and what was assumed to find it. */
export interface FoundStateDict {
  /** By name, in the state dict's order. */
  readonly tensors: ReadonlyMap<string, TensorReference>;
  /** In sentences for the user. */
  readonly notes: readonly string[];
}

/**
 * The tensors of the state dict.
 * @throws E_UNSUPPORTED for a pickled module, for a file that names classes which no state dict needs, for values
 * without a state dict or with several, for quantized models, and for tensors that are not plain
 */
export function stateDictOf({ root, unknownGlobals }: Unpickled): FoundStateDict {
  const found = findDict(root);
  const module = found === undefined ? findModule(root) : undefined;
  if (module !== undefined) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The file holds a whole pickled module of class ${quoted(module.path)}, which only Python code that has this class can open. Where the model was made, save its state dict instead: ${SAVE_STATE_DICT}.`,
    );
  }
  if (unknownGlobals.size > 0) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The file's pickle names ${quotedList(unknownGlobals)}, which weights have no use for and which could be made to run code in Python (nothing was run here). If you trust the file, save only the weights where the model was made: ${SAVE_STATE_DICT}.`,
    );
  }
  refuseQuantized(root, found?.dict);
  if (found === undefined) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The file holds no state dict of floating-point weights, but ${contents(root)}. Save one in Python: ${SAVE_STATE_DICT}.`,
    );
  }
  const tensors = new Map<string, TensorReference>();
  for (const [name, value] of found.dict.byName) {
    if (value instanceof TensorReference) {
      tensors.set(name, value);
    } else if (isUnreadTensor(value)) {
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        `The tensor ${quoted(name)} is rebuilt by ${quoted(value.path)}; read are plain dense tensors. Make it one (.dequantize(), .to_dense()) before torch.save.`,
      );
    }
  }
  return { tensors, notes: notesOn(found) };
}

/** Where torch.ao.quantization keeps the integers of a layer, beside scales that are floats. */
const PACKED = /(^|\.)_(packed_params|all_weight_values)\./;

function refuseQuantized(root: PickleValue, dict: PickleDict | undefined): void {
  const within = root instanceof PickleDict ? [root, ...root.byName.values()] : [];
  for (const value of dict ? [dict] : within) {
    const packed = value instanceof PickleDict && [...value.byName.keys()].find((name) => PACKED.test(name));
    if (!packed) continue;
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The model is quantized: ${quoted(packed)} holds weights packed as integers; read are weights of floats. Save the state dict of the model that is not quantized yet, before quantize_dynamic or convert: ${SAVE_STATE_DICT}.`,
    );
  }
}

/** A second copy of the weights, which training loops keep beside the first. */
const COPY = /ema|avg|average|best|swa|shadow/i;

/** The dict of weights that is taken for the model's. */
interface FoundDict {
  readonly dict: PickleDict;
  /** Its key in the file's dict; undefined for that dict itself. */
  readonly name: string | undefined;
  /** Keys of others that could be a network's too. */
  readonly leftAside: readonly string[];
}

/**
 * Wrappers come first: a checkpoint may keep tensors beside its state dict, such as a generator's state. What has a
 * recurrent layer goes before what has none, and what is no copy by its name before copies.
 *
 * @throws E_UNSUPPORTED where that leaves several with a recurrent layer
 */
function findDict(root: PickleValue): FoundDict | undefined {
  if (!(root instanceof PickleDict)) return undefined;
  const dicts = dictsOfWeights(root);
  const taken = (dict: PickleDict, name?: string): FoundDict => ({
    dict,
    name,
    leftAside: dicts.flatMap(([key, other]) => (other !== dict && hasLayers(other) ? [key] : [])),
  });
  const recurrent = dicts.filter(([, dict]) => hasRecurrent(dict));
  const originals = recurrent.filter(([name]) => !COPY.test(name));
  if (hasRecurrent(root)) {
    if (originals.length > 0) throw severalDicts(originals, ' and the file itself');
    return taken(root);
  }
  const candidates = originals.length > 0 ? originals : recurrent;
  if (candidates.length > 1) throw severalDicts(candidates);
  const [candidate] = candidates;
  if (candidate) return taken(candidate[1], candidate[0]);
  for (const key of WRAPPER_KEYS) {
    const value = root.byName.get(key);
    if (value instanceof PickleDict && hasWeights(value)) return taken(value, key);
  }
  if (hasWeights(root)) return taken(root);
  // Under any other name only if there is no choice to make.
  const [only, ...others] = dicts;
  return only && others.length === 0 ? taken(only[1], only[0]) : undefined;
}

function severalDicts(dicts: readonly [name: string, PickleDict][], more = ''): LstmOnnxError {
  const [[first] = ['']] = dicts;
  return new LstmOnnxError(
    'E_UNSUPPORTED',
    `The file holds several dicts of weights with a recurrent layer, ${quotedList(dicts.map(([name]) => name))}${more}, of which only one can be meant. Save that alone in Python, as in ${saveAlone(first)}.`,
  );
}

function saveAlone(name: string): string {
  return `torch.save(torch.load('model.pt')[${quoted(name)}], 'one.pt')`;
}

function notesOn({ name, leftAside }: FoundDict): string[] {
  const [first] = leftAside;
  if (first === undefined) return [];
  const meant = name === undefined ? 'at the top of the file' : `in ${quoted(name)}`;
  return [
    `assumed that the weights ${meant} are meant, and left aside those in ${quotedList(leftAside)}; for others, save ` +
      `them alone in Python, as in ${saveAlone(first)}`,
  ];
}

/** Whether layers are among the names, which optimizers and normalizations of data do not have. */
function hasLayers(dict: PickleDict): boolean {
  for (const name of dict.byName.keys()) if (/(^|\.)weight(_ih(_l0)?)?$/.test(name)) return true;
  return false;
}

/** Whether the weights of a layer or a cell are among the names. */
function hasRecurrent(dict: PickleDict): boolean {
  for (const name of dict.byName.keys()) if (/weight_ih(_l0)?$/.test(name)) return true;
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
