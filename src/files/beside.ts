/** Files that another file names, such as a model's weights: they lie in its own folder, and links do not lead out of it. */
import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { LstmOnnxError } from '../errors.js';

/**
 * Where a file lies that another file names.
 *
 * A link may lead to where the naming file itself really lies: a download cache keeps both under other names in a folder
 * of its own, and links to them.
 *
 * @param path of the file that names it
 * @param name relative to that file's folder
 * @throws E_INVALID_FILE for a name that leads out of the folder, by itself or by a symbolic link
 */
export async function pathBeside(path: string, name: string): Promise<string> {
  const named = resolve(dirname(path), name);
  const outside = (how: string) =>
    new LstmOnnxError(
      'E_INVALID_FILE',
      `The model names the file ${JSON.stringify(name.slice(0, 120))}, which ${how} out of its folder. ` +
        'Put the file itself beside it.',
    );
  if (isAbsolute(name) || !isInside(resolve(dirname(path)), named)) throw outside('leads');
  const real = await realpath(named).catch(() => undefined);
  if (real === undefined) return named; // nothing is there, which reading it will say
  const folder = await realpath(dirname(path));
  const folders = [folder, await realpath(path).then(dirname, () => folder)];
  if (!folders.some((folder) => isInside(folder, real))) throw outside('is a symbolic link that leads');
  return real;
}

function isInside(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}
