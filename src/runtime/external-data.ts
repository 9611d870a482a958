/** Files of weights beside a model: which are needed, and where they are. */
import { LstmOnnxError } from '../errors.js';
import { type ExternalData, MissingFiles, plainName } from '../import/onnx/external-data.js';
import type { ModelFile, SessionOptions } from './session.js';

/** The files that are not in the options. */
export function notGiven(names: readonly string[], { externalData = [] }: SessionOptions): string[] {
  const given = new Set(externalData.map((file) => plainName(typeof file === 'string' ? file : file.path)));
  return names.filter((name) => !given.has(plainName(name)));
}

/** @throws MissingFiles where the options do not have all of these files */
export function expectFiles(names: readonly string[], options: SessionOptions): void {
  const missing = notGiven(names, options);
  if (missing.length > 0) throw new MissingFiles(missing);
}

/** The files that the options have the bytes of. @throws E_INVALID_OPTION for one in another form */
export function bytesGiven({ externalData = [] }: SessionOptions): ExternalData {
  const files = externalData.map((file) => {
    const { path, data }: { path: string; data?: unknown } = typeof file === 'string' ? { path: file } : file;
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
    if (bytes instanceof Uint8Array) return [path, bytes] as const;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `sessionOptions.externalData: the provider simd takes { path, data } with the bytes (Uint8Array) of '${path}'.`,
    );
  });
  return new Map(files);
}

/**
 * The options with these files, from the model's folder.
 *
 * @throws what `beside` throws; MissingFiles where the model has no folder
 */
export async function withFiles(
  { beside }: ModelFile,
  names: readonly string[],
  options: SessionOptions,
): Promise<SessionOptions> {
  if (names.length === 0) return options;
  if (!beside) throw new MissingFiles(names);
  const read = await Promise.all(names.map(async (path) => ({ path, data: await beside(path) })));
  return { ...options, externalData: [...(options.externalData ?? []), ...read] };
}

/**
 * The URL of a file that a model from a URL names.
 *
 * @throws E_INVALID_FILE for a name that leads out of the model's folder
 */
export function urlBeside(url: URL, name: string): URL {
  const parts = plainName(name).split('/');
  if (!parts.some((part) => /^\.{0,2}$/.test(part)))
    return new URL(parts.map(encodeURIComponent).join('/'), url);
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `The model names the file ${JSON.stringify(name.slice(0, 120))}, which leads out of its folder.`,
  );
}
