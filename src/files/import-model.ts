/** Reads a model of any format from a file, with the files that belong to it. */
import { basename, dirname, join } from 'node:path';
import { LstmOnnxError, reworded } from '../errors.js';
import { detectFormat } from '../import/formats.js';
import { type ImportOptions, type ImportResult, importModel } from '../import/import-model.js';
import { MissingFiles } from '../import/onnx/external-data.js';
import { pathBeside } from './beside.js';
import { readFile, readNamedFile } from './read.js';
import { readTfjsShards } from './tfjs-shards.js';

/** An imported model, and the files that it was read from. */
export interface FileImportResult extends ImportResult {
  /** The file that was named first, then those beside it. */
  readonly files: readonly string[];
}

/**
 * The network and parameters of a file, as {@link importModel} reads them; of a TensorFlow.js `model.json`, the files of
 * weights beside it too, and of an `.onnx` those that it names.
 *
 * @throws E_FILE_READ when a file cannot be read; what {@link importModel} throws, with the file's name
 */
export async function importFile(
  path: string,
  options: Omit<ImportOptions, 'fileName' | 'shards' | 'externalData'> = {},
): Promise<FileImportResult> {
  return importFileOf(path, await readFile(path), options);
}

/** As {@link importFile}, of a file that has been read: a pipe gives its bytes once. */
export async function importFileOf(
  path: string,
  bytes: Uint8Array,
  options: Omit<ImportOptions, 'fileName' | 'shards'> = {},
): Promise<FileImportResult> {
  const fileName = basename(path);
  const format = detectFormat(bytes, fileName);
  const read = (beside: Partial<ImportOptions>) => importModel(bytes, { ...options, fileName, ...beside });
  try {
    if (format === 'json') {
      const shards = await readTfjsShards(path, bytes);
      return { ...(await read({ shards })), files: filesOf(path, shards) };
    }
    try {
      return { ...(await read({})), files: [path] };
    } catch (error) {
      // So that a model is decoded twice only where its numbers are elsewhere.
      if (!(error instanceof MissingFiles)) throw error;
      const externalData = await readExternalData(path, error.files);
      return { ...(await read({ externalData })), files: filesOf(path, externalData) };
    }
  } catch (error) {
    if (!(error instanceof LstmOnnxError) || error.code === 'E_FILE_READ') throw error;
    throw reworded(error, `${path}: ${error.message}`);
  }
}

function filesOf(path: string, beside: ReadonlyMap<string, Uint8Array>): string[] {
  return [path, ...[...beside.keys()].map((name) => join(dirname(path), name))];
}

/** The files of weights that an ONNX model names, from its own folder. */
async function readExternalData(path: string, names: readonly string[]): Promise<Map<string, Uint8Array>> {
  const read = names.map(async (name) => [name, await readNamedFile(await pathBeside(path, name))] as const);
  return new Map(await Promise.all(read));
}
