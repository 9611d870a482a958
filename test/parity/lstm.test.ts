import { beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/builder/backends/backend.js';
import { type CellCase, type LstmCase, listFixtures, loadFixture } from '../fixtures.js';
import { backendNames, startNamed } from './backends.js';
import { cellNetwork, lstmNetwork, simpleLSTM } from './networks.js';
import { compute } from './tfjs.js';
import '../matcher.js';

const FORWARD = { atol: 2e-6 };
const GRADIENT = { rtol: 1e-5 };

describe.each(backendNames)('the LSTM on %s', (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await startNamed(name);
  });

  it.each(listFixtures('lstm'))('computes outputs, states and gradients of PyTorch: %s', (fixtureName) => {
    const fixture = loadFixture<LstmCase>(fixtureName);
    const { outputs, grads, inputGrads } = compute(backend.tf, lstmNetwork(fixture.case), fixture);
    expect(outputs).toBeCloseToArray(fixture.outputs, FORWARD);
    expect(grads).toBeCloseToArray(fixture.grads, GRADIENT);
    expect(inputGrads).toBeCloseToArray(fixture.inputGrads, GRADIENT);
  });

  it.each(listFixtures('cells'))('computes the cells that ONNX adds: %s', (fixtureName) => {
    const fixture = loadFixture<CellCase>(fixtureName);
    const { outputs, grads, inputGrads } = compute(backend.tf, cellNetwork(fixture.case), fixture);
    expect(outputs).toBeCloseToArray(fixture.outputs, FORWARD);
    expect(grads).toBeCloseToArray(fixture.grads, GRADIENT);
    expect(inputGrads).toBeCloseToArray(fixture.inputGrads, GRADIENT);
  });

  it('computes the logits of simpleLSTM as PyTorch does', () => {
    const fixture = loadFixture('simple-lstm');
    const { outputs } = compute(backend.tf, simpleLSTM, {
      params: fixture.params,
      inputs: new Map([['x', fixture.inputs.get('x')!]]),
      cotangents: new Map([['logits', fixture.outputs.get('logits')!]]),
    });
    expect(outputs.get('logits')).toBeCloseToArray(fixture.outputs.get('logits')!, FORWARD);
  });
});
