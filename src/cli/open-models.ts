/** The model that a command is given: a file, or the folder that `train` wrote, in which there is one file or a pair. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LstmOnnxError } from '../errors.js';
import { readGenerateMetadata } from '../generate/generate-metadata.js';
import { Model } from '../runtime/node.js';
import type { Provider } from '../runtime/providers.js';

/** What is loaded: one model, or an encoder and its decoder. */
export type OpenModels = AsyncDisposable & {
  /** The files that are read. */
  readonly paths: readonly string[];
  readonly metadata: ReadonlyMap<string, string>;
  /** What runs them. */
  readonly running: string;
} & (
    | { readonly kind: 'one'; readonly model: Model }
    | { readonly kind: 'pair'; readonly encoder: Model; readonly decoder: Model }
  );

const PAIR = ['encoder.onnx', 'decoder.onnx'] as const;

/**
 * @param path a model file, one of a pair, or a folder with `model.onnx` or a pair
 * @throws E_FILE_READ where there is no such file; E_INVALID_OPTION for a folder with both; what `Model.load` throws
 */
export async function openModels(path: string, provider: Provider | undefined): Promise<OpenModels> {
  const file = await fileIn(path);
  const options = provider === undefined ? {} : { providers: [provider] };
  const model = await Model.load(file, options);
  try {
    const { metadata } = model;
    const name = basename(file);
    const isPair = readGenerateMetadata(metadata).pair !== undefined && PAIR.some((each) => each === name);
    if (!isPair) {
      const running = model.providers.running;
      return {
        kind: 'one',
        ...{ model, metadata, running, paths: [file] },
        [Symbol.asyncDispose]: () => model.release(),
      };
    }
    const [encoderFile, decoderFile] = [join(dirname(file), PAIR[0]), join(dirname(file), PAIR[1])];
    const other = await Model.load(name === PAIR[0] ? decoderFile : encoderFile, options);
    const [encoder, decoder] = name === PAIR[0] ? [model, other] : [other, model];
    return {
      kind: 'pair',
      ...{ encoder, decoder, metadata: encoder.metadata, running: encoder.providers.running },
      paths: [encoderFile, decoderFile],
      async [Symbol.asyncDispose]() {
        await Promise.all([encoder.release(), decoder.release()]);
      },
    };
  } catch (error) {
    await model.release();
    throw error;
  }
}

/** The file to begin with. */
async function fileIn(path: string): Promise<string> {
  if (!(await isFolder(path))) return path;
  const [one, first] = [join(path, 'model.onnx'), join(path, PAIR[0])];
  const [hasOne, hasPair] = await Promise.all([exists(one), exists(first)]);
  if (hasOne && hasPair) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${path} has model.onnx and ${PAIR.join(' and ')}, of several trainings: name the file that is meant.`,
    );
  }
  return hasPair ? first : one;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
