/** The networks that people publish: their state dicts, by options and by a given network, and the ONNX files of PyTorch's exporters. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSafetensors } from '../../src/data/safetensors.js';
import { importModel } from '../../src/import/import-model.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import { modelBy } from '../coverage/model-by.js';
import { networks } from '../coverage/networks.js';
import { ways } from '../coverage/ways.js';
import { loadFixture } from '../fixtures.js';
import { onnxModels, read } from './file-sources.js';
import { back, type FixtureCase, fixtureCase } from './fixture-sources.js';
import { type Case, type Source, source } from './source.js';

const providers = ['cpu', 'wasm', 'simd'] as const;
const FILE = 'coverage/coverage.test.ts';

/** The published networks of which options of `export` are enough to read the state dict, as they are written. */
async function byOptions(): Promise<FixtureCase[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lstm-onnx-'));
  try {
    const ids = Object.keys(ways).filter((id) => !('lines' in ways[id]!));
    return await read('', ids, async (id) => readOnnx(await modelBy(id, ways[id]!, folder)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function given(): Promise<FixtureCase[]> {
  return Promise.all(
    Object.entries(networks).map(async ([id, define]) => {
      const network = define();
      const weights = encodeSafetensors(loadFixture(`coverage/${id}`).params);
      const { parameters } = await importModel(weights, { network });
      return fixtureCase(`coverage/${id}`, network, parameters);
    }),
  );
}

/** Every source of published networks; they are read when this is called. */
export async function publishedSources(): Promise<readonly Source[]> {
  const [options, defined, files] = [await byOptions(), await given(), await onnxModels('coverage/')];
  const isNewer = ({ name }: Case) => name.includes('.dynamo');
  const own = 'of its state dict has the numbers of PyTorch on every provider';
  return [
    source('Object.entries(ways)', options, [
      ['stateDict', ...providers],
      FILE,
      'becomes a model with the numbers of PyTorch',
    ]),
    source('networks[id]', defined, [providers, FILE, own]),
    source('networks[id]', back(defined), [['back'], FILE, own]),
    source(
      "listFixtures('coverage')",
      files.filter((file) => !isNewer(file)),
      [['onnx', 'cpu', 'simd'], FILE, 'of its ONNX file runs on simd and is written again, or is refused'],
    ),
    source('.dynamo.onnx', files.filter(isNewer), [
      ['onnx', 'cpu', 'simd'],
      FILE,
      "of the newer exporter's ONNX file runs on simd and is written again, or is refused",
    ]),
  ];
}
