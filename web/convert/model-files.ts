/** Tells apart the files that a person drops together: a model, its shards, a description of the network. */
import { LstmOnnxError, type Network, networkFromJson } from 'lstm-onnx/web';
import { counted } from '../shared/quantities.js';

export interface ModelFiles {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The files of weights that a TensorFlow.js `model.json` names, by those names. */
  readonly shards?: ReadonlyMap<string, Uint8Array>;
  /** The files of weights that an `.onnx` names, by those names. */
  readonly externalData?: ReadonlyMap<string, Uint8Array>;
  /** From a network file beside weights. */
  readonly network?: Network;
}

/** What the readers of networks and of Keras' configurations take, too: more would take many times as much memory. */
const MAX_DESCRIPTION_BYTES = 4 * 2 ** 20;

interface ReadFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * @throws E_INVALID_OPTION for several models, E_MISSING_DATA for shards that are not among the files,
 *   E_INVALID_FILE for JSON that is neither a model nor a network
 */
export async function readModelFiles(files: readonly File[]): Promise<ModelFiles> {
  const read = await Promise.all(
    files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
  );
  const onnx = read.filter(({ name }) => name.endsWith('.onnx'));
  const [graph] = onnx;
  if (graph && onnx.length === 1 && read.length > 1 && !read.some(({ name }) => name.endsWith('.json'))) {
    const beside = read.filter((file) => file !== graph);
    return { ...graph, externalData: new Map(beside.map(({ name, bytes }) => [name, bytes])) };
  }
  const descriptions = read.filter(({ bytes }) => isJson(bytes));
  const others = read.filter(({ bytes }) => !isJson(bytes));
  const [description] = descriptions;
  if (descriptions.length > 1) throw tooMany(descriptions);
  if (!description) {
    const [model] = others;
    if (!model || others.length > 1) throw tooMany(others);
    return model;
  }
  if (description.bytes.length > MAX_DESCRIPTION_BYTES) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `${description.name} has ${description.bytes.length} bytes of JSON; at most ${MAX_DESCRIPTION_BYTES} are read.`,
    );
  }
  const text = new TextDecoder().decode(description.bytes);
  const shardNames = shardNamesOf(description.name, text);
  if (shardNames) return { ...description, shards: takeShards(shardNames, others) };
  const [weights] = others;
  if (!weights) {
    throw new LstmOnnxError(
      'E_MISSING_DATA',
      `${description.name} is no model.json of TensorFlow.js (it has no weightsManifest). A network file is given together with its weights: choose both at once.`,
    );
  }
  if (others.length > 1) throw tooMany(others);
  return { ...weights, network: networkFromJson(text) };
}

function isJson(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 64));
  return start.trimStart().startsWith('{');
}

/** The files that a `model.json` names; undefined where the JSON is something else. */
function shardNamesOf(name: string, text: string): string[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new LstmOnnxError('E_INVALID_FILE', `${name} is not JSON to its end; it may be cut short.`, {
      cause: error,
    });
  }
  const manifest = own(json, 'weightsManifest');
  if (!Array.isArray(manifest)) return undefined;
  return manifest.flatMap((group: unknown) => {
    const paths = own(group, 'paths');
    return Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : [];
  });
}

function takeShards(names: readonly string[], files: readonly ReadFile[]): Map<string, Uint8Array> {
  const found = names.map((name) => [name, files.find((file) => file.name === baseName(name))] as const);
  const missing = found.filter(([, file]) => !file).map(([name]) => baseName(name));
  if (missing.length > 0) {
    throw new LstmOnnxError(
      'E_MISSING_DATA',
      `The model.json names ${counted(names.length, 'file')} of weights; ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ' and more' : ''} ${missing.length === 1 ? 'is' : 'are'} not here. Choose them together with the model.json.`,
    );
  }
  return new Map(found.flatMap(([name, file]) => (file ? [[name, file.bytes] as const] : [])));
}

function tooMany(files: readonly ReadFile[]): LstmOnnxError {
  const names = files.map(({ name }) => name).slice(0, 5);
  return new LstmOnnxError(
    'E_INVALID_OPTION',
    `One model at a time, please; got ${names.join(', ') || 'no file'}. Several files go together only as a TensorFlow.js model.json with its .bin files, a .onnx with its .onnx.data, or weights with a network file.`,
  );
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function own(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key] // an object with this key of its own
    : undefined;
}
