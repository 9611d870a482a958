/** What commands ask about a file of weights: which file, and which network it is of. */
import type { Argv } from 'yargs';
import { MAX_TEXT_LENGTH, networkFromJson } from '../builder/network-json.js';
import { recurrentNames } from '../builder/recurrent/cells.js';
import { LstmOnnxError } from '../errors.js';
import { type FileImportResult, importFile } from '../files/import-model.js';
import { parseFile } from '../files/read.js';
import { type Nonlinearity, nonlinearities, type Pool, pools } from '../import/architecture.js';
import { chainActivations, expectActivation } from '../import/chain-activations.js';
import { recurrentList } from '../import/recurrent-kinds.js';
import { noteLines } from './command-words.js';
import { describeNotFinite, findNotFinite } from './not-finite.js';
import type { Output } from './output.js';
import { UsageError } from './usage-error.js';

export interface ModelFileArguments {
  pool: Pool | undefined;
  lstm: string | undefined;
  activation: string | undefined;
  head: string | false | undefined;
  embedding: string | undefined;
  'time-first': boolean | undefined;
  nonlinearity: Nonlinearity | undefined;
  network: string | undefined;
}

/** Their names. */
export const modelFileOptions = [
  'pool',
  'lstm',
  'activation',
  'head',
  'embedding',
  'time-first',
  'nonlinearity',
  'network',
] as const;

export const formats =
  'a checkpoint of lstm-onnx, .safetensors, .pt, .npz, .keras, .h5, .onnx or a tfjs model.json';

/** Adds the options that say what network weights are of. */
export function withModelFileOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('pool', {
      type: 'string',
      requiresArg: true,
      choices: pools,
      describe:
        'Of weights: take output[:, -1], every step, h_n of each direction, or the mean or maximum over the steps ' +
        '[default: last, or all without a head]',
    })
    .option('lstm', {
      alias: recurrentNames.filter((kind) => kind !== 'lstm'),
      type: 'string',
      requiresArg: true,
      describe:
        `Of weights: the recurrent layer (${recurrentList('or')}), or several, each reading what the one before gives, ` +
        'perhaps with activations between them: lstm1,relu,gru2',
    })
    .option('activation', {
      type: 'string',
      requiresArg: true,
      describe:
        "Of weights: an activation on every step of the last recurrent layer's output, before --pool: " +
        chainActivations.join(', '),
    })
    .option('head', {
      type: 'string',
      requiresArg: true,
      describe:
        'Of weights: the linear layer behind the recurrent one, or layers and activations in order: fc1,relu,fc2,sigmoid; ' +
        '--no-head leaves it out',
    })
    .option('embedding', {
      type: 'string',
      requiresArg: true,
      describe: 'Of weights: the embedding before the recurrent layer',
    })
    .option('time-first', { type: 'boolean', describe: 'Of weights: x is [time, batch, features]' })
    .option('nonlinearity', {
      type: 'string',
      requiresArg: true,
      choices: nonlinearities,
      describe: 'Of weights: what every RNN was made with [default: tanh]',
    })
    .option('network', {
      type: 'string',
      requiresArg: true,
      describe: 'A JSON file that says what network the weights are of',
    })
    .conflicts('network', ['pool', 'lstm', 'activation', 'head', 'embedding', 'time-first', 'nonlinearity']);
}

/**
 * Reads the model, prints the assumptions made, and warns about NaN or infinite weights; a `--network` is among its files.
 *
 * @param onnx the ONNX file that it becomes or is compared with
 */
export async function readModelFile(
  path: string,
  options: ModelFileArguments,
  say: Output['say'],
  onnx: string,
): Promise<FileImportResult> {
  const { pool, lstm, activation, head, embedding, 'time-first': timeFirst, nonlinearity, network } = options;
  const model = await importFile(path, {
    ...(pool === undefined ? {} : { pool }),
    ...(lstm === undefined ? {} : { lstm: listed(lstm) }),
    ...(activation === undefined ? {} : { activation: expectActivation(activation).activation }),
    ...(head === undefined ? {} : { head: headOf(head) }),
    ...(embedding === undefined ? {} : { embedding }),
    ...(timeFirst === undefined ? {} : { batchFirst: !timeFirst }),
    ...(nonlinearity === undefined ? {} : { nonlinearity }),
    ...(network === undefined ? {} : { network: await readNetwork(network) }),
  });
  for (const line of model.notes.flatMap((note) => noteLines(note, onnx))) say(line);
  for (const warning of describeNotFinite(findNotFinite(model.parameters))) say(warning);
  return network === undefined ? model : { ...model, files: [...model.files, network] };
}

function listed(names: string): string[] {
  return names.split(',').map((name) => name.trim());
}

/** One layer, a chain of layers and activations, or none. */
function headOf(head: string | false): string | readonly string[] | false {
  return head === false || !head.includes(',') ? head : listed(head);
}

/** @throws UsageError for a file of code */
function readNetwork(path: string) {
  if (/\.[cm]?[jt]sx?$/i.test(path)) {
    throw new UsageError(
      `--network takes JSON, and ${path} is code. In a program, networkToJson(network) gives the JSON of a network; ` +
        'lstm-onnx init --from WEIGHTS -o network.json drafts one as JSON.',
    );
  }
  return parseFile(path, (bytes) => {
    // Before it is text, which may take twice the file again.
    if (bytes.length > MAX_TEXT_LENGTH) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `A network file has at most ${MAX_TEXT_LENGTH} bytes; this one has ${bytes.length}.`,
      );
    }
    return networkFromJson(new TextDecoder().decode(bytes));
  });
}
