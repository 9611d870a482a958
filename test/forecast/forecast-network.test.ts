/** The graph of a forecast: it takes raw numbers and gives raw forecasts, whatever the scale of the series. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Floats } from '../../src/builder/floats.js';
import { defineNetwork } from '../../src/builder/network.js';
import { initParameters } from '../../src/builder/parameters.js';
import { predict } from '../../src/builder/predict.js';
import { Generator } from '../../src/builder/random.js';
import { float32 } from '../../src/builder/tensor.js';
import { exportOnnx } from '../../src/export/export.js';
import { anchorsFor, anchorValues } from '../../src/forecast/anchor.js';
import { pointOf } from '../../src/forecast/forecast-head.js';
import { type ForecastArchitecture, forecastNetwork } from '../../src/forecast/forecast-network.js';
import { medianOf } from '../../src/forecast/spread.js';
import { scalingOfWindow } from '../../src/forecast/target-scaling.js';
import { Model } from '../../src/index.js';
import '../matcher.js';

const column = (name: string) => ({ name, center: 2, scale: 3 });
const architecture: ForecastArchitecture = {
  columns: {
    past: [{ name: 'sold', center: 100, scale: 20 }, column('price'), column('visitors')],
    pastCategories: [
      { name: 'weather', size: 3 },
      { name: 'month', size: 12 },
    ],
    known: [column('price')],
    knownCategories: [{ name: 'month', size: 12 }],
    static: [column('size')],
    staticCategories: [{ name: 'shop', size: 4 }],
  },
  ...{
    window: 9,
    horizon: 5,
    season: 4,
    anchor: 'seasonalNaive',
    scaling: 'window',
    quantiles: [0.05, 0.25, 0.5, 0.9],
  },
  ...{ distribution: 'quantiles', decoder: 'direct', cell: 'gru', hiddenSize: 6, numLayers: 2, dropout: 0.2 },
};
const plain: ForecastArchitecture = {
  ...architecture,
  columns: {
    past: [{ name: 'sold', center: 0, scale: 1 }],
    ...{ pastCategories: [], known: [], knownCategories: [], static: [], staticCategories: [] },
  },
  ...{ anchor: 'naive', quantiles: [0.5], cell: 'lstm', numLayers: 1 },
};

/** Inputs of so many windows, around a level. */
function inputsOf({ columns, window, horizon }: ForecastArchitecture, batch: number, level = 100) {
  const generator = new Generator(3);
  const floats = (shape: number[], mean = 0) => ({
    dtype: 'float32' as const,
    shape,
    data: generator.normal(
      shape.reduce((product, size) => product * size, 1),
      mean,
      5,
    ),
  });
  const codes = (shape: number[], sizes: readonly { size: number }[]) => ({
    dtype: 'int32' as const,
    shape,
    data: Int32Array.from(
      { length: shape.reduce((product, size) => product * size, 1) },
      (_, i) => (i * 7) % (sizes[i % sizes.length]?.size ?? 1),
    ),
  });
  const { past, pastCategories, known, knownCategories, staticCategories } = columns;
  return {
    past: floats([batch, window, past.length], level),
    ...(pastCategories.length > 0 && {
      pastCategories: codes([batch, window, pastCategories.length], pastCategories),
    }),
    ...(known.length > 0 && { known: floats([batch, horizon, known.length]) }),
    ...(knownCategories.length > 0 && { knownCategories: codes([batch, horizon, 1], knownCategories) }),
    ...(columns.static.length > 0 && { static: floats([batch, columns.static.length]) }),
    ...(staticCategories.length > 0 && { staticCategories: codes([batch, 1], staticCategories) }),
  };
}

describe('the network of a forecast', () => {
  it.each([
    ['all kinds of columns', architecture],
    ['the target alone', plain],
  ])('undoes by the window what it scaled by it: %s', async (_, of) => {
    const network = forecastNetwork(of);
    const inputs = inputsOf(of, 7);
    const { forecast, scaled } = await predict(network, initParameters(network, 1), inputs, {
      backend: 'cpu',
    });
    const [, horizon = 0, quantiles = 0] = forecast!.shape;
    expect([horizon, quantiles]).toEqual([of.horizon, of.quantiles.length]);
    const columns = of.columns.past.length;
    for (let sample = 0; sample < 7; sample++) {
      const target = Array.from(
        { length: of.window },
        (_, step) => inputs.past.data[(sample * of.window + step) * columns]!,
      );
      const { center, scale } = scalingOfWindow(target, of.columns.past[0], of.scaling);
      const size = horizon * quantiles;
      const part = ({ data }: { data: ArrayLike<number> }) =>
        Array.from(data).slice(sample * size, (sample + 1) * size);
      expect(part(forecast!)).toBeCloseToArray(
        part(scaled!).map((value) => value * scale + center),
        { rtol: 1e-5 },
      );
    }
  });

  it.each(anchorsFor(architecture))('starts from the forecast %s', async (anchor) => {
    const of = { ...plain, quantiles: [0.1, 0.5, 0.9], anchor, spread: 0 };
    const network = forecastNetwork(of);
    // Without weights the network has nothing to add.
    const none = new Map(
      [...initParameters(network, 1)].map(([name, { shape, data }]) => [
        name,
        { shape, data: new Float32Array(data.length) },
      ]),
    );
    const { past } = inputsOf(of, 3);
    const { forecast } = await predict(network, none, { past }, { backend: 'cpu' });
    const expected = [0, 1, 2].flatMap((sample) => {
      const seen = Float64Array.from(past.data.subarray(sample * of.window, (sample + 1) * of.window));
      return [...anchorValues(seen, anchor, of)].flatMap((value) => [value, value, value]);
    });
    expect([...forecast!.data]).toBeCloseToArray(expected, { rtol: 1e-5 });
  });

  it('draws its parameters in one order, so that a seed means the same in every version', () => {
    const modules = [...initParameters(forecastNetwork(architecture), 1).keys()].map((name) =>
      name.slice(0, name.lastIndexOf('.')),
    );
    const embeddings = ['embeddings.0', 'embeddings.1', 'embeddings.2'];
    expect([...new Set(modules)]).toEqual([...embeddings, 'rnn', 'context', 'decoder', 'head']);
  });

  it.each([
    [[0.1, 0.9], [0, 10], 5],
    [[0.2, 0.6, 0.9], [0, 4, 100], 3],
    [[0.1, 0.5, 0.9], [0, 4, 100], 4],
    [[0.8, 0.9], [3, 4], 3],
    [[0.1, 0.2], [3, 4], 4],
  ])('goes on from the median of the quantiles %j', async (quantiles, values, median) => {
    const inputs = { learned: float32('batch', 1, values.length) };
    const network = defineNetwork(inputs, ({ learned }) => ({
      point: pointOf(learned as Floats, { distribution: 'quantiles', quantiles }),
    }));
    const learned = {
      dtype: 'float32',
      shape: [1, 1, values.length],
      data: Float32Array.from(values),
    } as const;
    const { point } = await predict(network, new Map(), { learned }, { backend: 'cpu' });
    expect([...point!.data]).toBeCloseToArray([median], { rtol: 1e-6 });
  });

  it.each([[architecture.quantiles], [[0.1, 0.9]], [[0.1, 0.4, 0.7, 0.9]]])(
    'has ranges as much wider around the median as its spread says: %j',
    async (quantiles) => {
      const of = { ...architecture, quantiles };
      const [one, two] = [forecastNetwork(of), forecastNetwork({ ...of, spread: 2 })];
      const parameters = initParameters(one, 1);
      const inputs = inputsOf(architecture, 2);
      const [narrow, wide] = [
        (await predict(one, parameters, inputs, { backend: 'cpu' })).scaled!,
        (await predict(two, parameters, inputs, { backend: 'cpu' })).scaled!,
      ];
      const levels = quantiles.length;
      const { below, above, part } = medianOf(quantiles);
      const expected = Array.from(narrow.data, (value, i) => {
        const at = (q: number) => Number(narrow.data[i - (i % levels) + q]);
        const median = at(below) + part * (at(above) - at(below));
        return median + 2 * (Number(value) - median);
      });
      expect([...wide.data]).toBeCloseToArray(expected, { rtol: 1e-5 });
    },
  );

  it.each([
    { distribution: 'gaussian' },
    { distribution: 'studentT', df: 4, decoder: 'autoregressive' },
  ] as const)(
    'has a scale as much larger as its spread says, and the same location: $distribution',
    async (of) => {
      const one = forecastNetwork({ ...architecture, ...of });
      const two = forecastNetwork({ ...architecture, ...of, spread: 2 });
      const parameters = initParameters(one, 1);
      const inputs = inputsOf(architecture, 2);
      const narrow = await predict(one, parameters, inputs, { backend: 'cpu' });
      const wide = await predict(two, parameters, inputs, { backend: 'cpu' });
      expect([...wide.location!.data]).toEqual([...narrow.location!.data]);
      const twice = [...narrow.scale!.data].map((value) => 2 * Number(value));
      expect([...wide.scale!.data]).toBeCloseToArray(twice, { rtol: 1e-6 });
      for (const [i, value] of Array.from(wide.forecast!.data, Number).entries()) {
        if (i % architecture.quantiles.length > 0)
          expect(value).toBeGreaterThanOrEqual(Number(wide.forecast!.data[i - 1]));
      }
    },
  );

  it.each(['cpu', 'wasm', 'simd'] as const)('gives the same as a model file on %s', async (provider) => {
    const network = forecastNetwork(architecture);
    const parameters = initParameters(network, 1);
    const inputs = inputsOf(architecture, 3);
    await using model = await Model.load(exportOnnx(network, parameters), { providers: [provider] });
    const expected = await predict(network, parameters, inputs, { backend: 'cpu' });
    const { forecast } = await model.run(inputs);
    expect(forecast!).toBeCloseToArray(expected.forecast!, { rtol: 2e-6 });
  });

  it('gives quantiles that never cross, however far its parameters are from any sense', async () => {
    const network = forecastNetwork(architecture);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 1e6 }),
        fc.double({ min: 0.1, max: 30, noNaN: true }),
        async (seed, size) => {
          const parameters = new Map(
            [...initParameters(network, seed)].map(([name, { shape, data }]) => [
              name,
              { shape, data: data.map((value) => value * size) },
            ]),
          );
          const { forecast } = await predict(network, parameters, inputsOf(architecture, 4), {
            backend: 'cpu',
          });
          const levels = architecture.quantiles.length;
          forecast!.data.forEach((value, i) => {
            if (i % levels > 0) expect(value).toBeGreaterThanOrEqual(forecast!.data[i - 1]!);
          });
        },
      ),
      { numRuns: 20, seed: 1 },
    );
  });

  it('forecasts a window that never moves near its level', async () => {
    const network = forecastNetwork(plain);
    const past = { dtype: 'float32', shape: [1, 9, 1], data: new Float32Array(9).fill(1e6) } as const;
    const { forecast } = await predict(network, initParameters(network, 1), { past }, { backend: 'cpu' });
    for (const value of forecast!.data) expect(Math.abs(value - 1e6)).toBeLessThan(1);
  });

  it('moves with the series: another level and unit give the same forecast in them', async () => {
    const network = forecastNetwork(plain);
    const parameters = initParameters(network, 1);
    const { past } = inputsOf(plain, 2);
    const moved = { ...past, data: past.data.map((value) => 1024 + 8 * value) };
    const [one, other] = [
      await predict(network, parameters, { past }, { backend: 'cpu' }),
      await predict(network, parameters, { past: moved }, { backend: 'cpu' }),
    ];
    expect(other.forecast!).toBeCloseToArray(
      { shape: one.forecast!.shape, data: one.forecast!.data.map((value) => 1024 + 8 * value) },
      { rtol: 1e-5 },
    );
  });
});
