import { beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/builder/backends/backend.js';
import { listFixtures, loadFixture } from '../fixtures.js';
import { backendNames, startNamed } from './backends.js';
import { type OpCase, opNetwork } from './op-networks.js';
import { compute } from './tfjs.js';
import '../matcher.js';

const FORWARD = { atol: 2e-6 };
const GRADIENT = { rtol: 1e-5 };

describe.each(backendNames)('an op on %s', (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await startNamed(name);
  });

  it.each(listFixtures('ops'))('computes the output and gradients of PyTorch: %s', (fixtureName) => {
    const fixture = loadFixture<OpCase>(fixtureName);
    const { outputs, grads, inputGrads } = compute(backend.tf, opNetwork(fixture), fixture);
    expect(outputs).toBeCloseToArray(fixture.outputs, FORWARD);
    expect(grads).toBeCloseToArray(fixture.grads, GRADIENT);
    expect(inputGrads).toBeCloseToArray(fixture.inputGrads, GRADIENT);
  });
});
