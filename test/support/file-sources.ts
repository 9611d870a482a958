/** The networks that are read of files of others. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Network } from '../../src/builder/network.js';
import { withStates } from '../../src/builder/recurrent/states.js';
import { LstmOnnxError } from '../../src/errors.js';
import { withLengths } from '../../src/export/lengths.js';
import { networkFromStateDict } from '../../src/import/architecture.js';
import { importModel } from '../../src/import/import-model.js';
import type { ImportedModel } from '../../src/import/imported-model.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import { loadFixture } from '../fixtures.js';
import { caseOf, isUnrolled, namesIn, weightsOf } from '../import/gru-rnn-files.js';
import { withWeights } from '../import/onnx-models.js';
import { names as lstmStateDicts, runsOf, stateDict } from '../import/state-dicts.js';
import { tfjsFiles } from '../import/tfjs-files.js';
import { back, type FixtureCase, fixtureCase } from './fixture-sources.js';
import { type Case, type Source, source } from './source.js';

const data = new URL('../../fixtures/data/', import.meta.url);
const bytesOf = (path: string) => new Uint8Array(readFileSync(new URL(path, data)));
const filesIn = (folder: string, ending = /$/) =>
  readdirSync(new URL(folder, data)).filter((file) => ending.test(file));

/** The model of each file; those that are refused are left out. */
export async function read(
  folder: string,
  files: readonly string[],
  modelOf: (path: string) => Promise<Pick<ImportedModel, 'network' | 'parameters'>>,
): Promise<FixtureCase[]> {
  const cases = await Promise.all(
    files.map(async (file): Promise<FixtureCase[]> => {
      try {
        const { network, parameters } = await modelOf(folder + file);
        return [fixtureCase(folder + file, network, parameters)];
      } catch (error) {
        if (error instanceof LstmOnnxError && error.code === 'E_UNSUPPORTED') return [];
        throw error;
      }
    }),
  );
  return cases.flat();
}

const kerasModels = (folder: string) =>
  read(folder, filesIn(folder, /\.(keras|h5)$/), (path) => importModel(bytesOf(path)));

const tfjsModels = (folder: string) =>
  read(folder, filesIn(folder), async (path) => {
    const { json, shards } = tfjsFiles(`../${path}`);
    return importModel(json, { shards });
  });

/** @param isLeftOut by the name without the ending */
export const onnxModels = (folder: string, isLeftOut = (_name: string) => false) => {
  const files = filesIn(folder, /\.onnx$/).filter((file) => !isLeftOut(file.slice(0, -'.onnx'.length)));
  return read(folder, files, async (path) => readOnnx(bytesOf(path)));
};

const nodeTests = (folder: string) =>
  read(folder, filesIn(folder, /\.onnx$/), async (path) => {
    const { inputs } = loadFixture(path.replace(/\.onnx$/, ''));
    return readOnnx(withWeights(bytesOf(path), inputs));
  });

/** What the network of a state dict becomes where its states or lengths are inputs. */
const variants: Readonly<Record<string, (network: Network) => Network>> = {
  plain: (network) => network,
  states: withStates,
  lengths: withLengths,
};

function variantsOf(name: string, network: Network, runs: readonly { readonly kind: string }[]): Case[] {
  const kinds = [...new Set(runs.map(({ kind }) => kind))];
  return kinds.map((kind) => ({ name: `${name} ${kind}`, network: variants[kind]!(network) }));
}

const lstms = lstmStateDicts.flatMap((name) => {
  const { options, runs } = runsOf(name);
  return variantsOf(name, networkFromStateDict(stateDict(name), options).network, runs);
});

const recurrent = (folder: string) =>
  namesIn(folder).flatMap((name) => {
    const { options, runs } = caseOf(folder, name);
    return variantsOf(name, networkFromStateDict(weightsOf(`${folder}/${name}`), options).network, runs);
  });

function stateDictSources(): Source[] {
  const from = 'import/gru-rnn-import.test.ts';
  const layers = "give PyTorch's numbers from %s";
  const cells = 'are layers that read every step: %s';
  return [
    source('runsOf(name)', lstms, [
      ['stateDict', 'cpu', 'wasm', 'simd'],
      'import/architecture.test.ts',
      'gives what PyTorch gives: %s, %s',
    ]),
    source("'state-dicts'", recurrent('state-dicts'), [['stateDict', 'cpu', 'simd'], from, layers]),
    source("'cell-modules'", recurrent('cell-modules'), [['stateDict', 'cpu', 'simd'], from, cells]),
  ];
}

async function kerasSources(): Promise<Source[]> {
  const [lstmKeras, kerasOthers] = [await kerasModels('keras/'), await kerasModels('gru-rnn/keras/')];
  const [lstmTfjs, tfjsOthers] = [await tfjsModels('tfjs/'), await tfjsModels('gru-rnn/tfjs/')];
  const rows = [
    [
      'keras',
      'data/keras/',
      lstmKeras,
      'import/keras.test.ts',
      'gives what Keras computes for %s, exported and by the builder',
    ],
    ['keras', 'gru-rnn/keras/', kerasOthers, 'import/keras-recurrent.test.ts', RECORDED],
    [
      'tfjs',
      'data/tfjs/',
      lstmTfjs,
      'import/tfjs.test.ts',
      'gives what stock TensorFlow.js computes for %s, exported and by the builder',
    ],
    ['tfjs', 'gru-rnn/tfjs/', tfjsOthers, 'import/keras-recurrent.test.ts', RECORDED],
  ] as const;
  return rows.flatMap(([column, over, cases, file, title]) => [
    source(over, cases, [[column, 'cpu', 'simd'], file, title]),
    source(over, back(cases), [['back'], file, title]),
  ]);
}

const RECORDED = '$label gives what was recorded, or is refused by the class that is not in the table';

async function onnxSources(): Promise<Source[]> {
  const recorded = 'import/gru-rnn-onnx.test.ts';
  return [
    source('data/onnx-imports/', await onnxModels('onnx-imports/'), [
      ['onnx', 'cpu'],
      'import/onnx.test.ts',
      'computes what PyTorch does: %s',
    ]),
    source('data/onnx-layout/', await onnxModels('onnx-layout/'), [
      ['onnx', 'cpu', 'simd'],
      'import/onnx-layout.test.ts',
      'computes what PyTorch does, on every provider and as it is written again',
    ]),
    source("modelsIn('onnx')", await onnxModels('gru-rnn/onnx/', isUnrolled), [
      ['onnx', 'cpu'],
      recorded,
      "gives PyTorch's numbers, and again when it is read and written",
    ]),
    source("modelsIn('onnx-node-tests')", await nodeTests('gru-rnn/onnx-node-tests/'), [
      ['onnx', 'cpu', 'wasm', 'simd'],
      recorded,
      '%s holds, and again when it is read and written',
    ]),
    source('data/onnx-node-tests/', await nodeTests('onnx-node-tests/'), [
      ['onnx', 'cpu'],
      'import/onnx-node-tests.test.ts',
      'gives them imported and exported, too',
    ]),
  ];
}

/** Every source of files; they are read when this is called. */
export async function fileSources(): Promise<readonly Source[]> {
  return [...stateDictSources(), ...(await kerasSources()), ...(await onnxSources())];
}
