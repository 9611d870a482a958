/** PyTorch's GRUs and cells through the import, the export and the runtimes: the numbers that PyTorch gave. */
import { describe, expect, it } from 'vitest';
import { encodeCheckpoint } from '../../src/builder/checkpoint.js';
import { isRecurrent, type RecurrentName, recurrentNames } from '../../src/builder/recurrent/cells.js';
import { exportOnnx } from '../../src/export/export.js';
import { type ArchitectureOptions, networkFromStateDict } from '../../src/import/architecture.js';
import { type ImportResult, importModel } from '../../src/import/import-model.js';
import type { NdArray } from '../../src/nd-array.js';
import { Model } from '../../src/runtime/node.js';
import '../matcher.js';
import {
  bytesOf,
  caseOf,
  filesIn,
  nameOf,
  namesIn,
  type Run,
  type WeightsCase,
  weightsOf,
} from './gru-rnn-files.js';

const PYTORCH = { atol: 2e-6 };
const providers = ['cpu', 'simd'] as const;

const kindsOf = ({ kind }: WeightsCase) => (typeof kind === 'string' ? [kind] : Object.values(kind));
const isRead = (given: WeightsCase) =>
  kindsOf(given).every((kind) => recurrentNames.includes(kind as RecurrentName));

const read = (folder: string, file: string, options: ArchitectureOptions) =>
  importModel(bytesOf(`${folder}/${file}`), { fileName: file, ...options });

const weightFiles = filesIn('state-dicts').filter((file) => !file.endsWith('-runs.safetensors'));
const cellFiles = filesIn('cell-modules').filter((file) => !file.endsWith('-runs.safetensors'));
const filesRead = (folder: string, files: readonly string[]) =>
  files.filter((file) => isRead(caseOf(folder, nameOf(file)).given));

/** The exported model gives what PyTorch gave, on each provider. */
async function holdsTo({ network, parameters }: ImportResult, runs: readonly Run[], layered = false) {
  for (const kind of new Set(runs.map((run) => run.kind))) {
    const bytes = exportOnnx(network, parameters, { states: kind === 'states', lengths: kind === 'lengths' });
    for (const provider of providers) {
      await using model = await Model.load(bytes, { providers: [provider] });
      for (const { inputs, outputs } of runs.filter((run) => run.kind === kind)) {
        const feeds = [...inputs].map(([key, array]) => [key, feedOf(key, array, layered)]);
        const results = await model.run(Object.fromEntries(feeds));
        expect(Object.keys(results).sort()).toEqual(expectedOutputs(network.outputs, kind, outputs));
        for (const [key, { data }] of Object.entries(results)) {
          expect(data, `${provider} ${kind} ${key}`).toBeCloseToArray(outputs.get(key)!.data, PYTORCH);
        }
      }
    }
  }
}

/** A cell's state has no axis of layers. */
const feedOf = (key: string, { data, shape }: NdArray, layered: boolean) => ({
  data,
  dims: layered && /^[hc]0$/.test(key) ? [1, ...shape] : shape,
});

const expectedOutputs = (own: object, kind: string, recorded: ReadonlyMap<string, unknown>) =>
  [
    ...new Set([
      ...Object.keys(own),
      ...(kind === 'states' ? ['hn', 'cn'].filter((key) => recorded.has(key)) : []),
    ]),
  ].sort();

describe('state dicts of recurrent layers', () => {
  it('are read by the kinds of their layers', () => {
    const names = namesIn('state-dicts');
    const ofKind = (kind: string) =>
      names.filter((name) => kindsOf(caseOf('state-dicts', name).given).includes(kind));
    expect(ofKind('gru')).toHaveLength(6);
    expect(ofKind('rnn')).toHaveLength(5);
    expect(names.filter((name) => !isRead(caseOf('state-dicts', name).given))).toEqual([]);
  });

  it.each(filesRead('state-dicts', weightFiles))("give PyTorch's numbers from %s", async (file) => {
    const { given, options, runs } = caseOf('state-dicts', nameOf(file));
    expect(runs.length).toBeGreaterThanOrEqual(2);
    const result = await read('state-dicts', file, options);
    const layers = result.network.nodes.filter((node) => isRecurrent(node));
    expect(layers.map(({ op }) => op)).toEqual(kindsOf(given));
    await holdsTo(result, runs);
  });

  it('with an RNN say that tanh is assumed, until an option says what it is', async () => {
    const assumed = (await read('state-dicts', 'rnn-relu-all.pt', { pool: 'all' })).notes;
    const isSaid = ({ text }: { text: string }) => /tanh in the RNN \(option nonlinearity\)/.test(text);
    expect(assumed.filter(isSaid)).toHaveLength(1);
    expect(assumed.find(isSaid)?.hints).toContainEqual({ option: 'nonlinearity', found: ['tanh', 'relu'] });
    const said = await read('state-dicts', 'rnn-relu-all.pt', { pool: 'all', nonlinearity: 'relu' });
    expect(said.notes.some(isSaid)).toBe(false);
    expect(assumed[0]!.text).toMatch(/^assumed the network: .*\(RNN with tanh, \d+ features?, /);
    expect(said.notes[0]!.text).toMatch(/^assumed the network: .*\(RNN with relu, \d+ features?, /);
  });

  it('chain a GRU behind an LSTM, as each of them alone says', async () => {
    const both = await read('state-dicts', 'mixed.pt', { lstm: ['lower', 'relu', 'middle'], head: false });
    expect(both.network.nodes.map(({ op }) => op)).toEqual(['lstm', 'relu', 'gru']);
    expect(Object.keys(both.network.outputs)).toEqual(['output']);
    const { network, parameters } = await read('state-dicts', 'mixed.pt', { lstm: 'lower', head: false });
    const lower = exportOnnx(network, parameters);
    const upper = await read('state-dicts', 'mixed.pt', { lstm: 'middle', head: false });
    await using first = await Model.load(lower, { providers: ['cpu'] });
    await using second = await Model.load(exportOnnx(upper.network, upper.parameters), {
      providers: ['cpu'],
    });
    for (const { inputs } of caseOf('state-dicts', 'mixed').runs) {
      const { output } = await first.run({ x: feedOf('x', inputs.get('x')!, false) });
      const data = (output!.data as Float32Array).map((value) => Math.max(value, 0));
      const results = await second.run({ x: { data, dims: output!.dims } });
      const expected = results.output!.data as Float32Array;
      const outputs = new Map([
        ['output', { dtype: 'float32', shape: results.output!.dims, data: expected }],
      ]);
      await holdsTo(both, [{ kind: 'plain', inputs, outputs: outputs as Run['outputs'] }]);
    }
  });

  it('have the outputs of nn.GRU without a head, under a name for a module that has none', async () => {
    const { network } = await read('state-dicts', 'gru-no-head.pt', {});
    expect(network.nodes.map(({ name, op }) => [name, op])).toEqual([['gru', 'gru']]);
    expect(Object.keys(network.outputs)).toEqual(['output', 'hn']);
  });

  it('take the option lstm for every kind, and say so where another name is given', async () => {
    const { network } = await read('state-dicts', 'gru-last.pt', { lstm: 'gru' });
    expect(network.nodes[0]).toMatchObject({ name: 'gru', op: 'gru' });
    const named = { gru: 'gru' } as ArchitectureOptions;
    const message = /has no option 'gru'; use lstm\./;
    await expect(read('state-dicts', 'gru-last.pt', named)).rejects.toThrow(message);
    expect(() => networkFromStateDict(weightsOf('state-dicts/gru-last'), named)).toThrow(message);
  });

  it('say in their notes what they were read as', async () => {
    const { notes } = await read('state-dicts', 'gru-last.pt', {});
    const text = notes.map((note) => note.text).join('\n');
    expect(text).toMatch(/'gru' \(GRU, 3 features, hidden size 6, 1 layer\) -> last step/);
    expect(text).toMatch(/no activation behind the GRU/);
    expect(text).not.toMatch(/LSTM/);
    await expect(read('state-dicts', 'gru-bidirectional-last.pt', {})).rejects.toThrow(
      /^The GRU reads in both/,
    );
  });

  it('come back from a checkpoint with their network', async () => {
    const { options, runs } = caseOf('state-dicts', 'gru-bidirectional-hidden');
    const { network, parameters } = await read('state-dicts', 'gru-bidirectional-hidden.pt', options);
    const again = await importModel(encodeCheckpoint({ network, parameters }));
    expect(again).toMatchObject({ isInferred: false, network });
    await holdsTo(again, runs);
  });

  it('fill a given network, under the name of the kind for a module that has none', async () => {
    const { options, runs } = caseOf('state-dicts', 'gru-no-head');
    const { network } = await read('state-dicts', 'gru-no-head.pt', options);
    await holdsTo(await importModel(bytesOf('state-dicts/gru-no-head.safetensors'), { network }), runs);
  });
});

describe('state dicts of cells', () => {
  const own = filesRead('cell-modules', cellFiles);

  it('are read by their kinds', () => {
    expect(own.filter((file) => file.endsWith('.pt'))).toEqual(
      expect.arrayContaining(['gru-cell-no-bias.pt', 'gru-cell.pt', 'lstm-cell.pt']),
    );
  });

  it.each(own)('are layers that read every step: %s', async (file) => {
    const { given, options, runs } = caseOf('cell-modules', nameOf(file));
    const result = await read('cell-modules', file, options);
    const [kind = ''] = kindsOf(given);
    expect(result.notes[0]!.text).toMatch(
      new RegExp(
        `^read 'cell', an nn.${kind.toUpperCase()}Cell, as an nn.${kind.toUpperCase()} of one layer, .*_l0`,
      ),
    );
    expect([...result.parameters.keys()]).toContain('cell.weight_hh_l0');
    await holdsTo(result, runs, true);
    await holdsTo(
      await read('cell-modules', file, { ...options, head: false }),
      runs.filter((run) => run.kind === 'plain'),
    );
  });

  it('fill a given network too', async () => {
    const { runs } = caseOf('cell-modules', 'gru-cell');
    const { network } = await read('cell-modules', 'gru-cell.pt', {});
    const filled = await importModel(bytesOf('cell-modules/gru-cell.pt'), { network });
    expect(filled.notes[0]!.text).toMatch(/^read 'cell'/);
    await holdsTo(filled, runs, true);
  });

  it('are said to be read only where they are', async () => {
    const weights = new Map(
      [...weightsOf('cell-modules/gru-cell')].filter(([key]) => key.startsWith('cell')),
    );
    for (const [key, tensor] of weightsOf('cell-modules/lstm-cell')) weights.set(`other.${key}`, tensor);
    const notes = networkFromStateDict(weights, { lstm: 'cell', head: false }).notes.map(({ text }) => text);
    expect(notes.filter((text) => /^read /.test(text))).toEqual([
      expect.stringMatching(/^read 'cell', an nn.GRU/),
    ]);
    expect(notes.at(-1)).toMatch(/^left out 'other.cell'/);
  });

  it('that are several are a question, with their kinds', () => {
    const weights = new Map(
      [...weightsOf('cell-modules/gru-cell')].filter(([key]) => key.startsWith('cell')),
    );
    for (const [key, tensor] of weightsOf('cell-modules/lstm-cell')) weights.set(`other.${key}`, tensor);
    expect(() => networkFromStateDict(weights)).toThrow(
      /2 recurrent layers: 'cell' \(GRU, 3 features.*'other.cell' \(LSTM, .*option lstm, which names all of these kinds/,
    );
  });
});
