/** `lstm-onnx init`: a first version of the network of weights, for a person to finish. */
import { basename } from 'node:path';
import type { CommandModule } from 'yargs';
import type { Network } from '../builder/network.js';
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';
import { importFileOf } from '../files/import-model.js';
import { naming, readFile } from '../files/read.js';
import { writeFileAtomic } from '../files/write.js';
import { type Draft, draftNetwork, guessesOf } from '../import/draft/draft-network.js';
import { networkInLines } from '../import/draft/network-in-lines.js';
import { draftAsTypeScript } from '../import/draft/typescript.js';
import { detectFormat } from '../import/formats.js';
import { readWeights } from '../import/state-dict.js';
import { readZip } from '../import/zip.js';
import type { GlobalOptions } from './global-options.js';
import { formats } from './model-file.js';
import { type Output, STDOUT } from './output.js';
import { refuseOverwriting, refuseReplacing } from './refuse-overwriting.js';
import { UsageError } from './usage-error.js';

interface InitArguments extends GlobalOptions {
  from: string;
  output: string;
}

export const initNetworkCommand = ({ print, say }: Output): CommandModule<GlobalOptions, InitArguments> => ({
  command: '$0',
  describe: 'Draft the network of weights as TypeScript or JSON, to be finished by hand',
  builder: (yargs) =>
    yargs
      .option('from', {
        type: 'string',
        requiresArg: true,
        demandOption: true,
        describe: formats,
      })
      .option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        default: 'network.ts',
        describe: 'The file to write, .ts or .json; - prints it, with --json as JSON',
      })
      .example('$0 init --from model.pt', 'network.ts: lines below a TODO are guesses')
      .example('$0 init --from model.pt -o network.json', 'For export model.pt --network network.json'),
  async handler({ from, output, json }) {
    const isJson = output === STDOUT ? json : isJsonFile(output);
    const bytes = await readFile(from);
    const drafted = isWeights(from, bytes) ? draftOf(from, bytes) : undefined;
    const network = drafted?.draft.network ?? (await networkIn(from, bytes, isJson));
    const text =
      drafted && !isJson ? draftAsTypeScript(drafted.draft, basename(from)) : networkInLines(network);
    const guesses = drafted ? guessesOf(drafted.draft) : [];
    if (output !== STDOUT) {
      await refuseOverwriting(output, [from]);
      await refuseReplacing(output);
      await writeFileAtomic(output, text);
    }
    for (const note of drafted?.notes ?? []) say(note);
    if (isJson && !json) for (const { at, guess } of guesses) say(`${at}: ${guess}`);
    if (output === STDOUT) {
      for (const line of text.trimEnd().split('\n')) print(line);
    } else if (json) {
      print(JSON.stringify({ event: 'done', network: output, nodes: network.nodes.length, guesses }));
    } else {
      print(output);
      const where = isJson ? 'listed above' : 'each below a TODO';
      say(
        `wrote ${counted(network.nodes.length, 'node')}, ${counted(guesses.length, 'place')} with guesses, ${where}`,
      );
    }
  },
});

/** @throws UsageError for another extension */
function isJsonFile(output: string): boolean {
  const extension = /\.(json|ts|mts)$/i.exec(output)?.[1];
  if (extension === undefined) {
    throw new UsageError(`--output is ${output}; name a .ts file for TypeScript, or a .json file.`);
  }
  return extension.toLowerCase() === 'json';
}

function isWeights(path: string, bytes: Uint8Array): boolean {
  const format = detectFormat(bytes, path);
  return format === 'weights' || (format === 'zip' && !naming(path, () => readZip(bytes)).has('config.json'));
}

function draftOf(path: string, bytes: Uint8Array): { draft: Draft; notes: readonly string[] } {
  return naming(path, () => {
    const { parameters, notes } = readWeights(bytes);
    return { draft: draftNetwork(parameters), notes };
  });
}

/** The network of a file that has one. @throws E_UNSUPPORTED where it is wanted as TypeScript */
async function networkIn(path: string, bytes: Uint8Array, isJson: boolean): Promise<Network> {
  const { network } = await importFileOf(path, bytes);
  if (isJson) return network;
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `${path} contains its network, so that there is nothing to draft. To change it, have it as JSON: --output network.json.`,
  );
}
