import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { initParameters } from '../../src/builder/parameters.js';
import { Generator } from '../../src/builder/random.js';
import { float32, int32 } from '../../src/builder/tensor.js';
import { epochOrder } from '../../src/builder/train/batches.js';
import { failureOf } from '../data/failure.js';
import { loadFixture, loadJson } from '../fixtures.js';
import { simpleLSTM } from '../parity/networks.js';
import '../matcher.js';

interface Digest {
  readonly sha256: string;
  readonly first: readonly number[];
}

interface SeedCase {
  readonly seed: number;
  readonly parameters: Readonly<Record<string, Digest & { readonly shape: readonly number[] }>>;
  readonly order: Digest;
}

/** What the fixture says of an array. Its bytes are little-endian, as on every machine that Node runs on. */
function digest(array: Float32Array | Int32Array): Digest {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), first: [...array.subarray(0, 16)] };
}

describe.each(loadJson<SeedCase[]>('init/simple-lstm'))('simpleLSTM of seed $seed', (expected) => {
  const generator = new Generator(expected.seed);
  const parameters = initParameters(simpleLSTM, generator);

  it('starts from the parameters of PyTorch, bit for bit and in its order', () => {
    const got = [...parameters].map(([name, { shape, data }]) => [name, { shape, ...digest(data) }]);
    expect(got).toEqual(Object.entries(expected.parameters));
  });

  it("sees the samples in the order of PyTorch's DataLoader", () => {
    expect(digest(epochOrder(generator, 60_000, true))).toEqual(expected.order);
  });
});

describe('initial parameters', () => {
  it('of embedding, lstm and linear are those of PyTorch, bit for bit', () => {
    const fixture = loadFixture<{ seed: number }>('init/embedding-lstm-linear');
    const network = defineNetwork({ ids: int32('batch', 'time') }, ({ ids }) => {
      const vectors = embedding('embedding', ids, { numEmbeddings: 11, embeddingDim: 5 });
      const { output } = lstm('lstm', vectors, { hiddenSize: 7, numLayers: 2, bidirectional: true });
      return { y: linear('fc', output, 3) };
    });
    const parameters = initParameters(network, fixture.case.seed);
    expect([...parameters.keys()].sort()).toEqual([...fixture.params.keys()].sort());
    expect(parameters).toBeCloseToArray(fixture.params); // tolerance 0
  });

  it('are the same for a seed and a generator of it, and others for another seed', () => {
    const ofSeed = initParameters(simpleLSTM, 7);
    expect(initParameters(simpleLSTM, new Generator(7))).toEqual(ofSeed);
    expect(initParameters(simpleLSTM, 8)).not.toEqual(ofSeed);
  });

  it('are refused where no engine has room for them, with their size', () => {
    const network = defineNetwork({ x: float32('batch', 'time', 28) }, ({ x }) => ({
      y: lstm('lstm', x, { hiddenSize: 1e9 }).h,
    }));
    const { code, message } = failureOf(() => initParameters(network, 1));
    expect(code).toBe('E_INVALID_OPTION');
    expect(message).toMatch(
      /^The parameter 'lstm\.weight_ih_l0' \[4000000000, 28\] would take 448 GB, .*hiddenSize/,
    );
  });
});
