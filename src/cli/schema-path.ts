/** Where editors find the JSON schema of a file for `--config`. */
import { basename, dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package, from `src/cli` as from `dist/cli`. */
const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The path of a schema of this package as seen from a folder, where the package is in the `node_modules` of that folder or of one
 * above it. Undefined elsewhere: the path would hold on this machine alone.
 *
 * @param name such as `forecast`
 */
export function schemaPath(folder: string, name: string, from = packageFolder): string | undefined {
  const modules = dirname(resolve(from));
  if (basename(modules) !== 'node_modules') return undefined;
  const project = dirname(modules);
  const below = relative(project, resolve(folder));
  if (below.split(/[\\/]/)[0] === '..' || resolve(project, below) !== resolve(folder)) return undefined;
  return relative(resolve(folder), resolve(from, 'schemas', `${name}.schema.json`)).replaceAll('\\', '/');
}
