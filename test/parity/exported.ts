/** What an exported model must compute, whatever runs it: every forward fixture of PyTorch. */
import { expect, it } from 'vitest';
import type { Network } from '../../src/builder/network.js';
import {
  type CellCase,
  type Fixture,
  type FloatTensors,
  type LstmCase,
  listFixtures,
  loadFixture,
} from '../fixtures.js';
import { cellNetwork, lstmNetwork, simpleLSTM } from './networks.js';
import { type OpCase, opNetwork } from './op-networks.js';
import '../matcher.js';

const FORWARD = { atol: 2e-6 };

type Feeds = Record<string, { readonly data: never; readonly dims: readonly number[] }>;

/** The fixture's inputs that the network has, as a model is fed. */
export function feedsOf(network: Network, { inputs }: Fixture<unknown>): Feeds {
  const fed = [...inputs].filter(([name]) => Object.hasOwn(network.inputs, name));
  return Object.fromEntries(
    fed.map(([name, { data, shape }]) => [name, { data: data as never, dims: shape }]),
  );
}

/** @param results what the network gives, exported, with the fixture's parameters and inputs */
export function itComputesWhatPyTorchDoes(
  results: (network: Network, fixture: Fixture<unknown>) => Promise<ReadonlyMap<string, never>>,
): void {
  it.each(listFixtures('lstm'))('LSTM computes outputs and states of PyTorch: %s', async (name) => {
    const fixture = loadFixture<LstmCase>(name);
    expect(await results(lstmNetwork(fixture.case), fixture)).toBeCloseToArray(fixture.outputs, FORWARD);
  });

  it.each(listFixtures('cells'))('LSTM computes the cells that ONNX adds: %s', async (name) => {
    const fixture = loadFixture<CellCase>(name);
    expect(await results(cellNetwork(fixture.case), fixture)).toBeCloseToArray(fixture.outputs, FORWARD);
  });

  it('simpleLSTM computes the logits of PyTorch', async () => {
    const fixture = loadFixture('simple-lstm');
    const logits: FloatTensors = new Map([['logits', fixture.outputs.get('logits')!]]);
    expect(await results(simpleLSTM, fixture)).toBeCloseToArray(logits, FORWARD);
  });

  it.each(listFixtures('ops'))('op computes what PyTorch does: %s', async (name) => {
    const fixture = loadFixture<OpCase>(name);
    expect(await results(opNetwork(fixture), fixture)).toBeCloseToArray(fixture.outputs, FORWARD);
  });
}
