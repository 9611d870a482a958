/** Models of other frameworks beside what those compute: exported, run in onnxruntime-node and compared. */
import { expect } from 'vitest';
import { predict } from '../../src/builder/predict.js';
import { exportOnnx } from '../../src/export/export.js';
import type { ImportedModel } from '../../src/import/imported-model.js';
import type { NdArray } from '../../src/nd-array.js';
import { Model } from '../../src/runtime/node.js';
import { numbersOf, toFeeds } from '../export/running.js';
import { loadFixture } from '../fixtures.js';
import '../matcher.js';

const PARITY = { atol: 5e-6 };

interface Run {
  readonly feeds: Record<string, NdArray<'float32' | 'int32'>>;
  /** By the names that the network gives them. */
  readonly outputs: ReadonlyMap<string, NdArray<'float32'>>;
}

/** The runs in a fixture: `input.<run>.<name>`, `output.<run>.<name, or index among the network's outputs>`. */
function recordedRuns(fixture: string, names: readonly string[]): Run[] {
  const { inputs, withPrefix } = loadFixture(fixture);
  const runs = new Set([...inputs.keys()].map((key) => key.split('.')[0]!));
  expect(runs.size).toBeGreaterThanOrEqual(2);
  return [...runs].map((run) => {
    const feeds = [...inputs].flatMap(([key, array]) =>
      key.startsWith(`${run}.`) ? [[key.slice(run.length + 1), array]] : [],
    );
    const outputs = [...withPrefix(`output.${run}.`)].map(
      ([key, array]) => [names[Number(key)] ?? key, array] as const,
    );
    expect(outputs.map(([name]) => name).sort()).toEqual([...names].sort());
    return { feeds: Object.fromEntries(feeds) as Run['feeds'], outputs: new Map(outputs) };
  });
}

/** Every run of a fixture, by onnxruntime and our engine and, for the first, by the builder's own forward pass. */
export async function expectRecorded(
  fixture: string,
  model: ImportedModel,
  tolerance = PARITY,
): Promise<void> {
  const bytes = exportOnnx(model.network, model.parameters);
  await expectRecordedOnnx(fixture, bytes, tolerance);
  await expectRecordedOnnx(fixture, bytes, tolerance, 'simd');
  const [{ feeds, outputs }] = recordedRuns(fixture, Object.keys(model.network.outputs)) as [Run]; // two at least
  const predictions = await predict(model.network, model.parameters, feeds);
  expect(new Map(Object.entries(predictions))).toBeCloseToArray(outputs, tolerance);
}

/** Every run of a fixture by a provider, of a model that was made of it already. */
export async function expectRecordedOnnx(
  fixture: string,
  bytes: Uint8Array,
  tolerance = PARITY,
  provider: 'cpu' | 'simd' = 'cpu',
): Promise<void> {
  await using model = await Model.load(bytes, { providers: [provider] });
  const names = model.outputs.map(({ name }) => name);
  for (const { feeds, outputs } of recordedRuns(fixture, names)) {
    const results = await model.run(toFeeds(feeds));
    const got = new Map([...outputs.keys()].map((name) => [name, numbersOf(results[name])]));
    expect(got).toBeCloseToArray(outputs, tolerance);
  }
}
