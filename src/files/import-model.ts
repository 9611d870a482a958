/** Reads a model of any format from a file, with the files that belong to it. */
import { basename } from 'node:path';
import { LstmOnnxError } from '../errors.js';
import { detectFormat } from '../import/formats.js';
import { type ImportOptions, type ImportResult, importModel } from '../import/import-model.js';
import { readFile } from './read.js';
import { readTfjsShards } from './tfjs-shards.js';

/**
 * The network and parameters of a file, as {@link importModel} reads them; of a TensorFlow.js `model.json`, the files of
 * weights beside it too.
 *
 * @throws E_FILE_READ when a file cannot be read; what {@link importModel} throws, with the file's name
 */
export async function importFile(
  path: string,
  options: Omit<ImportOptions, 'fileName' | 'shards'> = {},
): Promise<ImportResult> {
  const bytes = await readFile(path);
  const fileName = basename(path);
  try {
    const shards =
      detectFormat(bytes, fileName) === 'json' ? { shards: await readTfjsShards(path, bytes) } : {};
    return await importModel(bytes, { ...options, fileName, ...shards });
  } catch (error) {
    if (!(error instanceof LstmOnnxError) || error.code === 'E_FILE_READ') throw error;
    throw new LstmOnnxError(error.code, `${path}: ${error.message}`, { cause: error });
  }
}
