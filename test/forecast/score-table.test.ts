import { expect, it } from 'vitest';
import { scoreJson } from '../../src/cli/score-json.js';
import { scoreTable } from '../../src/forecast/score-table.js';

const plan = {
  ...{
    target: 'sold',
    time: 'month',
    key: [],
    features: [],
    known: [],
    calendar: [],
    static: [],
    categories: {},
  },
  ...{ frequency: 'month', season: 12, window: 24, horizon: 12, quantiles: [0.05, 0.5, 0.95] },
};
const scores = (mae: number, rmse: number, mase: number) => ({ mae, rmse, smape: 0.123456, mase });

function evaluation(model: ReturnType<typeof scores>) {
  return {
    origins: [Date.UTC(2020, 0, 1), Date.UTC(2021, 0, 1)],
    model: { ...model, coverage: 0.875, width: 3, crps: 0.5 },
    baselines: { naive: scores(3, 4, 1.5), drift: scores(2, 5, 1), seasonalNaive: scores(4, 6, 2) },
  };
}

it('shows the model beside what takes no training', () => {
  expect(scoreTable(evaluation(scores(1, 1.5, 0.5)), plan).lines).toEqual([
    '2 forecasts of the past, 12 steps each, from 2020-01-01 to 2021-01-01:',
    'forecast        MAE  RMSE   sMAPE  MASE  in 90 % range  CRPS',
    'model             1   1.5  0.1235   0.5         87.5 %   0.5',
    'naive             3     4  0.1235   1.5',
    'drift             2     5  0.1235     1',
    'seasonal naive    4     6  0.1235     2',
    'The model is better than what takes no training: its MASE is 0.5, that of the best of these, drift, 1.',
  ]);
});

it('names the unit', () => {
  const [, header] = scoreTable(evaluation(scores(1, 1.5, 0.5)), { ...plan, unit: 'ppm' }).lines;
  expect(header).toMatch(/MAE \(ppm\) {2}RMSE \(ppm\) {3}sMAPE/);
});

it.each([
  [
    scores(2.9, 4.5, 1.25),
    ['its MASE is 1.25, that of drift (1)', 'By RMSE it is no better: 4.5, that of naive (4).'],
  ],
  [
    scores(5, 7, 3),
    ['its MASE is 3, that of drift (1), naive (1.5), seasonal naive (2). Prefer the baseline.'],
  ],
  [
    scores(2, 4, 0.9),
    [
      'The model is better',
      'By MAE it is no better: 2, that of drift (2).',
      'By RMSE it is no better: 4, that of naive (4).',
    ],
  ],
])('says plainly what is no worse than the model: %o', (model, expected) => {
  const lines = scoreTable(evaluation(model), plan).lines.slice(6);
  expect(lines).toEqual(expected.map((text) => expect.stringContaining(text)));
});

it('names them in JSON, the best first', () => {
  expect(JSON.parse(scoreJson(evaluation(scores(3, 4.5, 1.75)))).noWorseThanModel).toEqual({
    mae: ['drift', 'naive'],
    rmse: ['naive'],
    mase: ['drift', 'naive'],
  });
});
