/** Networks of forecasts compute and learn as PyTorch's do: every head, decoder and scaling; by tfjs, and by their model files. */
import { describe, expect, it } from 'vitest';
import { forward } from '../../src/builder/forward.js';
import { initParameters, type StateDict, trainedNames } from '../../src/builder/parameters.js';
import { exportOnnx } from '../../src/export/export.js';
import {
  normalQuantile,
  standardQuantiles,
  studentTQuantile,
} from '../../src/forecast/distribution-quantiles.js';
import { lossOf, trainedDistribution } from '../../src/forecast/forecast-head.js';
import { type ForecastArchitecture, forecastNetwork } from '../../src/forecast/forecast-network.js';
import { importModel } from '../../src/import/import-model.js';
import { Model } from '../../src/runtime/node.js';
import { listFixtures, loadFixture, loadJson } from '../fixtures.js';
import { backendNames, startNamed } from './backends.js';
import { toArrays, toTf } from './tfjs.js';
import '../matcher.js';

/** The fixtures of networks, with the network in training, and that of the model file. */
const cases = listFixtures('forecast').map((name) => {
  const fixture = loadFixture<ForecastArchitecture>(name);
  const { inputs, params, case: architecture } = fixture;
  const { targets, ...feeds } = Object.fromEntries(inputs);
  const distribution = trainedDistribution(architecture.distribution, params);
  const file = { ...architecture, ...(distribution?.kind === 'studentT' && { df: distribution.df }) };
  // Its degrees of freedom are constants.
  const own = new Map([...params].filter(([key]) => key !== 'df'));
  const network = forecastNetwork(architecture);
  return [
    name,
    { ...fixture, architecture, network, feeds, targets, file: forecastNetwork(file), own },
  ] as const;
});

describe.each(cases)('the network of %s', (_, each) => {
  const { architecture, network, feeds, targets, params, outputs, grads } = each;

  it.each(backendNames)('has the loss and the gradients of PyTorch on %s', async (backend) => {
    const { tf } = await startNamed(backend);
    const loss = lossOf(architecture.distribution, architecture.quantiles);
    tf.engine().startScope();
    const tensors = Object.fromEntries(Object.entries(feeds).map(([name, array]) => [name, toTf(tf, array)]));
    const names = [...params.keys()];
    const compute = (...given: ReturnType<typeof toTf>[]) => {
      const parameters = new Map(names.map((name, i) => [name, given[i]!]));
      return forward(tf, network, parameters, tensors).scaled!;
    };
    const given = names.map((name) => toTf(tf, params.get(name)!));
    expect(toArrays([['scaled', compute(...given)]]).get('scaled')).toBeCloseToArray(outputs.get('scaled')!, {
      rtol: 2e-6,
    });
    const { value, grads: own } = tf.valueAndGrads((...xs) =>
      loss.compute(tf, compute(...xs), toTf(tf, targets!)),
    )(given);
    expect(toArrays([['loss', value]]).get('loss')).toBeCloseToArray(outputs.get('loss')!, { rtol: 2e-6 });
    expect(toArrays(names.map((name, i) => [name, own[i]!]))).toBeCloseToArray(grads, { rtol: 1e-5 });
    tf.engine().endScope();
  });

  it.each(['cpu', 'wasm', 'simd'] as const)(
    'gives the forecasts of PyTorch as a model on %s',
    async (provider) => {
      await using model = await Model.load(exportOnnx(each.file, each.own), { providers: [provider] });
      const results = await model.run(feeds);
      for (const name of ['forecast', 'location', 'scale'].filter((output) => outputs.has(output))) {
        expect(results[name]!).toBeCloseToArray(outputs.get(name)!, { rtol: 2e-6 });
      }
    },
  );

  it('comes back from its model file, with the parameters that it had', async () => {
    const bytes = exportOnnx(each.file, each.own);
    const read = await importModel(bytes);
    // Constants of more than one number come back as parameters that are not trained.
    const trained = trainedNames(read.network);
    const numbers = (parameters: StateDict, names: ReadonlySet<string>) =>
      [...names].map((name) => [...parameters.get(name)!.data].sort().join()).sort();
    expect(numbers(read.parameters, trained)).toEqual(numbers(each.own, new Set(each.own.keys())));
    await using one = await Model.load(bytes, { providers: ['cpu'] });
    const written = exportOnnx(read.network, read.parameters);
    await using again = await Model.load(written, { providers: ['cpu'] });
    const [first, second] = [await one.run(feeds), await again.run(feeds)];
    expect(Object.keys(second)).toEqual(Object.keys(first));
    expect(second.forecast!.data).toBeCloseToArray([...first.forecast!.data].map(Number), { rtol: 1e-6 });
  });
});

it('draws each parameter that PyTorch has, and no other', () => {
  for (const [, { network, params }] of cases) {
    expect([...initParameters(network, 1).keys()].sort()).toEqual([...params.keys()].sort());
  }
});

/** In double precision, each to 1e-11 of itself. */
function expectEqual(got: readonly number[], expected: readonly number[]): void {
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(got[i]! - value), `${value}`).toBeLessThanOrEqual(1e-11 * Math.abs(value));
  }
}

interface Quantiles {
  readonly levels: readonly number[];
  readonly normal: readonly number[];
  readonly studentT: readonly { readonly df: number; readonly quantiles: readonly number[] }[];
}

describe('quantiles of distributions', () => {
  const { levels, normal, studentT } = loadJson<Quantiles>('forecast/quantiles');

  it('are those of the normal distribution', () => {
    expectEqual(levels.map(normalQuantile), normal);
  });

  it.each(studentT)('are those of a Student t of $df degrees of freedom', ({ df, quantiles }) => {
    expectEqual(
      levels.map((level) => studentTQuantile(level, df)),
      quantiles,
    );
    expect(standardQuantiles({ kind: 'studentT', df }, [0.25])).toEqual([studentTQuantile(0.25, df)]);
  });
});
