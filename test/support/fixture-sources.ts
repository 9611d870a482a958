/** The networks of the fixtures of PyTorch, defined by the builder: what trains, what is exported, and what comes back from there. */
import type { Network } from '../../src/builder/network.js';
import type { StateDict } from '../../src/builder/parameters.js';
import { exportOnnx } from '../../src/export/export.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import {
  type CellCase,
  type Fixture,
  type GruRnnCase,
  type GruRnnCellCase,
  type GruRnnTraining,
  type LstmCase,
  listFixtures,
  loadFixture,
} from '../fixtures.js';
import {
  type CrfCase,
  cellNetwork,
  crfNetwork,
  lstmNetwork,
  recurrentCellNetwork,
  recurrentNetwork,
} from '../parity/networks.js';
import { type OpCase, opNetwork } from '../parity/op-networks.js';
import { ofLayer, sharingNetworks } from '../parity/sharing-networks.js';
import {
  frozenNetwork,
  type LanguageModelCase,
  languageModel,
  normalizationNetwork,
  trainedNetwork,
} from '../parity/trained-networks.js';
import { type Case, type Column, type Source, source } from './source.js';

/** With its weights, and the ONNX file of both. */
export interface FixtureCase extends Case {
  readonly weights: StateDict;
  readonly bytes: () => Uint8Array;
}

export const fixtureCase = (name: string, network: Network, weights: StateDict): FixtureCase => ({
  ...{ name, network, weights },
  bytes: () => exportOnnx(network, weights),
});

function casesOf<Config>(folder: string, networkOf: (fixture: Fixture<Config>) => Network): FixtureCase[] {
  return listFixtures(folder).map((name) => {
    const fixture = loadFixture<Config>(name);
    return fixtureCase(name, networkOf(fixture), fixture.params);
  });
}

const ops = casesOf<OpCase>('ops', opNetwork);
const lstms = casesOf<LstmCase>('lstm', (fixture) => lstmNetwork(fixture.case));
const lstmCells = casesOf<CellCase>('cells', (fixture) => cellNetwork(fixture.case));
const layers = casesOf<GruRnnCase>('gru-rnn/layers', (fixture) => recurrentNetwork(fixture.case));
const cells = casesOf<GruRnnCellCase>('gru-rnn/cells', (fixture) => recurrentCellNetwork(fixture.case));
const crfs = casesOf<CrfCase>('crf', (fixture) => crfNetwork(fixture.case));
const trained = listFixtures('gru-rnn/training').map((name): Case => {
  return { name, network: trainedNetwork(loadFixture<GruRnnTraining>(name).case) };
});
const languageModels = listFixtures('language-models').map((name): Case => {
  return { name, network: languageModel(loadFixture<LanguageModelCase>(name).case) };
});

/** Those of one op or a few, which have weights. */
export const fixtureCases: readonly FixtureCase[] = [...ops, ...lstms, ...lstmCells, ...layers, ...cells];

/** What the files that are written of them are read as. */
export const back = (cases: readonly FixtureCase[]): Case[] =>
  cases.map(({ name, network, bytes }) => ({ name, network: readOnnx(bytes()).network, written: network }));

const sharing = Object.entries(sharingNetworks).map(([name, network]) =>
  fixtureCase(`sharing/${name}`, network, ofLayer(loadFixture(`sharing/${name}`).params)),
);
const trainedHere = (name: string, network: Network): Case[] => [{ name: `${name}/training`, network }];

const exported: readonly Column[] = ['cpu', 'wasm', 'simd'];
const onnxruntime: readonly Column[] = ['cpu', 'wasm'];
const [OPS, LSTMS, CELLS] = ['parity/ops.test.ts', 'parity/lstm.test.ts', 'parity/recurrent.test.ts'];
const [ONNX, SIMD, AGAIN] = ['parity/onnx.test.ts', 'parity/simd-provider.test.ts', 'import/onnx.test.ts'];
const SHARING = 'parity/sharing.test.ts';

const [op, lstm, lstmCell, layer, cell] = [
  'op computes what PyTorch does: %s',
  'LSTM computes outputs and states of PyTorch: %s',
  'LSTM computes the cells that ONNX adds: %s',
  'give what PyTorch gives, and again when read and written: %s',
  'have the cells that ONNX and Keras add, and again when read and written: %s',
];

export const fixtureSources: readonly Source[] = [
  source(
    "listFixtures('ops')",
    ops,
    [['trains'], OPS, 'computes the output and gradients of PyTorch: %s'],
    [onnxruntime, ONNX, op],
    [['simd'], SIMD, op],
  ),
  source("listFixtures('ops')", back(ops), [['back'], AGAIN, "with PyTorch's result of an op: %s"]),
  source(
    "listFixtures('lstm')",
    lstms,
    [['trains'], LSTMS, 'computes outputs, states and gradients of PyTorch: %s'],
    [onnxruntime, ONNX, lstm],
    [['simd'], SIMD, lstm],
  ),
  source("listFixtures('lstm')", back(lstms), [['back'], AGAIN, "with PyTorch's outputs and states: %s"]),
  source(
    "listFixtures('cells')",
    lstmCells,
    [['trains'], LSTMS, 'computes the cells that ONNX adds: %s'],
    [onnxruntime, ONNX, lstmCell],
    [['simd'], SIMD, lstmCell],
  ),
  source("listFixtures('cells')", back(lstmCells), [['back'], SIMD, lstmCell]),
  source(
    "listFixtures('gru-rnn/layers')",
    layers,
    [['trains'], CELLS, 'compute outputs, states and gradients of PyTorch: %s'],
    [exported, CELLS, layer],
  ),
  source("listFixtures('gru-rnn/layers')", back(layers), [['back'], CELLS, layer]),
  source(
    "listFixtures('gru-rnn/cells')",
    cells,
    [['trains'], CELLS, 'compute the cells that ONNX and Keras add: %s'],
    [exported, CELLS, cell],
  ),
  source("listFixtures('gru-rnn/cells')", back(cells), [['back'], CELLS, cell]),
  source(
    'Object.entries(sharingNetworks)',
    sharing,
    [['trains'], SHARING, 'has the numbers and gradients of PyTorch on %s'],
    [['cpu', 'simd'], SHARING, 'has the numbers of PyTorch as a model on %s'],
  ),
  source('Object.entries(sharingNetworks)', back(sharing), [
    ['back'],
    SHARING,
    'has the gradients of PyTorch where it is read from its ONNX file',
  ]),
  source(
    "listFixtures('crf')",
    crfs,
    [['trains'], 'parity/crf.test.ts', 'has the loss and the gradients of PyTorch on %s'],
    [exported, 'parity/crf.test.ts', 'has the best tags as a model on %s'],
  ),
  source("listFixtures('frozen')", trainedHere('frozen', frozenNetwork), [
    ['trains'],
    'parity/frozen-training.test.ts',
    'has the parameters and losses of PyTorch: %s',
  ]),
  source("listFixtures('language-models')", languageModels, [
    ['trains'],
    'parity/language-models.test.ts',
    'has the parameters and losses of PyTorch: %s',
  ]),
  source('normalization/training', trainedHere('normalization', normalizationNetwork), [
    ['trains'],
    'parity/normalization.test.ts',
    'starts with the parameters of PyTorch and has its losses, its statistics and its results after them',
  ]),
  source("listFixtures('gru-rnn/training')", trained, [
    ['trains'],
    'parity/recurrent-training.test.ts',
    'has the losses of PyTorch, seed for seed: %s',
  ]),
];
