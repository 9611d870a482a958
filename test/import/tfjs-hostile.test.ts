/** TensorFlow.js models broken on purpose and by chance. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTfjsLayers } from '../../src/import/tfjs/read-tfjs.js';
import { failureOf } from '../data/failure.js';
import { damaged, damagedJson, fuzz } from './damage.js';
import { tfjsFiles, tfjsModel } from './tfjs-files.js';

describe('readTfjsLayers on hostile files', () => {
  const { json, shards } = tfjsFiles('masked');

  it('reads or refuses 10,000 models with a damaged model.json or shard', async () => {
    const [first] = shards.keys();
    const files = fc.oneof(
      damagedJson(tfjsModel('masked')).map((text) => [new TextEncoder().encode(text), shards] as const),
      damaged(json).map((bytes) => [bytes, shards] as const),
      damaged(shards.get(first!)!).map((bytes) => [json, new Map(shards).set(first!, bytes)] as const),
    );
    const answers = await fuzz(files, ([bytes, parts]) => readTfjsLayers(bytes, parts));
    expect(answers).toBeGreaterThan(100);
    expect(answers).toBeLessThan(9900);
  });

  it('allocates nothing for shapes that their files do not hold', () => {
    const model = tfjsModel('masked');
    model.weightsManifest[0]!.weights[0]!.shape = [2 ** 30, 2 ** 20];
    const bytes = new TextEncoder().encode(JSON.stringify(model));
    expect(failureOf(() => readTfjsLayers(bytes, shards)).message).toMatch(/more than the \d+ bytes/);
  });
});
