/** The files of weights that a TensorFlow.js `model.json` names, which lie beside it. */
import { LstmOnnxError } from '../errors.js';
import type { Hint } from '../hints.js';
import { parseFields } from '../import/keras/fields.js';
import { pathBeside } from './beside.js';
import { readNamedFile } from './read.js';

/** A model of some gigabytes has some hundred files of 4 MB. */
const MAX_SHARDS = 10_000;

/**
 * The files that a `model.json` names in its `weightsManifest`, by those names.
 *
 * @param path of the `model.json`; names are relative to its directory and may not leave it, by
 *   a symbolic link neither
 * @throws E_INVALID_FILE when the JSON is broken or names files outside; E_FILE_READ when one cannot be read
 */
export async function readTfjsShards(
  path: string,
  modelJson: Uint8Array,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const names = shardNames(modelJson);
  const shards = new Map<string, Uint8Array>();
  for (const name of names) shards.set(name, await readNamedFile(await pathBeside(path, name)));
  return shards;
}

function shardNames(modelJson: Uint8Array): readonly string[] {
  const json = parseFields(modelJson, 'model.json');
  const manifest = json.get('weightsManifest');
  if (!Array.isArray(manifest)) {
    throw invalid('it has no list weightsManifest; a network file is for the option network instead', [
      { option: 'network' },
    ]);
  }
  const names = manifest.flatMap((group: unknown) => {
    const paths = own(group, 'paths');
    if (!Array.isArray(paths)) throw invalid('a group of its weightsManifest has no list paths');
    return paths.map(checkName);
  });
  if (names.length > MAX_SHARDS) {
    throw invalid(`it names ${names.length} files of weights; at most ${MAX_SHARDS} are read`);
  }
  return [...new Set(names)];
}

/** A name of a file below the directory of the `model.json`. */
function checkName(name: unknown): string {
  if (typeof name === 'string' && name !== '' && !/^\/|^[A-Za-z]:|[\\\0]/.test(name)) {
    if (!name.split('/').includes('..')) return name;
  }
  throw invalid(
    `it names the file of weights ${JSON.stringify(name)?.slice(0, 120)}; expected one in its own directory`,
  );
}

function own(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key] // an object with this key of its own
    : undefined;
}

function invalid(what: string, hints?: readonly Hint[]): LstmOnnxError {
  const message = `Not a usable TensorFlow.js model.json: ${what}.`;
  return new LstmOnnxError('E_INVALID_FILE', message, hints ? { hints } : {});
}
