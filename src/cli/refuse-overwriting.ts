/** Keeps a command from writing over a file that it reads, or that a person has finished. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { LstmOnnxError } from '../errors.js';

/**
 * Compares the files themselves, so that another path to one of them, or a link, is found too.
 *
 * @param inputs files, and folders whose files are read
 * @throws E_INVALID_OPTION when `output` is one of the files that are read, or in such a folder, where the next run would read it
 */
export async function refuseOverwriting(output: string, inputs: readonly string[]): Promise<void> {
  const places = await Promise.all(withFolders(output).map(identityOf));
  for (const input of inputs) {
    const read = await identityOf(input);
    const place = read === undefined ? -1 : places.indexOf(read);
    if (place < 0) continue;
    if (place > 0) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${output} is in ${input}, whose files this command reads. Name a place outside of it with --output.`,
      );
    }
    const same = input === output ? '' : ` (the same file as ${input})`;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `Writing ${output}${same} would destroy what this command reads. Name a place for the result with --output.`,
    );
  }
}

/** A path and all folders that it is in. */
function withFolders(path: string): string[] {
  const whole = resolve(path);
  const folder = dirname(whole);
  return folder === whole ? [whole] : [whole, ...withFolders(folder)];
}

/** @throws E_INVALID_OPTION when there is a file by that name: a draft is for a person to finish, and may have been */
export async function refuseReplacing(output: string): Promise<void> {
  if ((await identityOf(output)) === undefined) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${output} is there already, and what was written into it by hand would be lost. Remove it, or name another place with ` +
      '--output.',
  );
}

/** Every name that a training gives its model files. */
const MODEL_FILES = ['model.onnx', 'encoder.onnx', 'decoder.onnx'];

/**
 * Model files of two tasks in one folder would be taken for each other.
 *
 * @param files that this training writes into the folder
 * @throws E_INVALID_OPTION when there are model files in the folder that this training does not write
 */
export async function refuseOtherModels(folder: string, files: readonly string[]): Promise<void> {
  const own = files.map((file) => basename(file));
  const others: string[] = [];
  for (const name of MODEL_FILES.filter((each) => !own.includes(each)))
    if ((await identityOf(join(folder, name))) !== undefined) others.push(name);
  if (others.length === 0) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${folder} has ${others.join(' and ')} of another training, and one folder takes the model of one. Name another folder ` +
      `with --output, or remove ${others.length > 1 ? 'these files' : 'this file'}.`,
  );
}

/** Undefined where there is no file; what else keeps it from being read or written is said when that is tried. */
async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
