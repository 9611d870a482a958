/** Shows what a training has come to: the verdict, the scores, one forecast after the other, and the files. */
import { offerDownload, withdrawDownload } from '../shared/download-link.js';
import { element, make, place } from '../shared/element.js';
import { counted, formatNumber } from '../shared/quantities.js';
import { scrollByKeyboard } from '../shared/scroll-region.js';
import { isoText } from './date-text.js';
import type { AddedRow, Cells, Result, ShownForecast, ShownSeries } from './messages.js';
import { onRow, sayAdded, showRowForm } from './row-form.js';
import { SeriesChart } from './series-chart.js';

const onnxLink = make('a', { id: 'download-onnx', class: 'button primary' });
const csvLink = make('a', { id: 'download-csv', class: 'button' });
const slider = element('origin', HTMLInputElement);
const seriesField = element('series', HTMLSelectElement);
const whole = element('whole', HTMLInputElement);
const [earlier, later] = [element('earlier', HTMLButtonElement), element('later', HTMLButtonElement)];
const chart = new SeriesChart(place('chart'), place('readout'));
let shown: Result | undefined;

place('downloads').append(onnxLink, csvLink);
scrollByKeyboard(place('scores'), 'Scores');
scrollByKeyboard(place('numbers'), 'Numbers of the forecast');
seriesField.addEventListener('change', showSeries);
slider.addEventListener('input', showForecast);
whole.addEventListener('change', showForecast);
earlier.addEventListener('click', () => walk(-1));
later.addEventListener('click', () => walk(1));

export function hideResult(): void {
  shown = undefined;
  place('result').hidden = true;
  withdrawDownload(onnxLink);
  withdrawDownload(csvLink);
}

export function showResult(result: Result): void {
  shown = result;
  const { plan, table, series, csv } = result;
  place('result').hidden = false;
  place('result-heading').textContent = `Forecast of ${plan.target}`;
  const verdict = table?.verdict ?? [
    'There were too few rows to hold some back: nothing tells how good this forecast is.',
  ];
  place('verdict').className = `verdict notice ${result.isBetter ? '' : 'warning'}`;
  place('verdict').replaceChildren(...verdict.map((line) => make('p', {}, line)));
  place('scores').hidden = table === undefined;
  place('scores').replaceChildren(table ? scoreTable(table.title, table.rows) : make('p'));
  seriesField.replaceChildren(...series.map(({ name }, i) => new Option(name, String(i))));
  place('series-field').hidden = series.length < 2;
  whole.checked = false;
  const [low = 0, high = 1] = [plan.quantiles[0], plan.quantiles.at(-1)];
  place('range-name').textContent = `${Math.round(100 * (high - low))} % range`;
  offerDownload(onnxLink, 'model.onnx', result.onnx);
  csvLink.hidden = csv === undefined;
  if (csv) offerDownload(csvLink, 'forecast.csv', csv);
  place('run-facts').textContent = result.facts;
  place('run-notes').replaceChildren(...result.notes.map((text) => make('li', {}, text)));
  showSeries();
}

/** @param add is given the name of the series that is shown, and what was typed */
export function onNewRow(add: (name: string, cells: Cells) => void): void {
  onRow((cells) => add(chosenSeries()?.name ?? '', cells));
}

/** The series goes on to the row, and its forecast begins behind it. */
export function addToResult({ name, time, value, forecast, csv }: AddedRow): void {
  if (!shown) return;
  const grow = (series: ShownSeries): ShownSeries =>
    series.name !== name
      ? series
      : {
          name,
          times: Float64Array.of(...series.times, time),
          values: Float64Array.of(...series.values, value),
          forecasts: [...series.forecasts.slice(0, -1), forecast],
        };
  shown = { ...shown, series: shown.series.map(grow), csv };
  offerDownload(csvLink, 'forecast.csv', csv);
  if (chosenSeries()?.name !== name) return;
  showSeries();
  sayAdded(`Added ${isoText(time)}; the forecast begins behind it.`);
}

function chosenSeries(): ShownSeries | undefined {
  return shown?.series[Number(seriesField.value)];
}

/** The last forecast of a series at first: what comes. */
function showSeries(): void {
  const forecasts = chosenSeries()?.forecasts ?? [];
  slider.max = String(Math.max(forecasts.length - 1, 0));
  slider.value = slider.max;
  const next = forecasts.at(-1);
  // What is known ahead of further steps is not in the file.
  const takesRows = shown?.plan.known.length === 0 && next?.past === undefined;
  if (shown) showRowForm(shown.plan, takesRows ? next?.times[0] : undefined);
  sayAdded('');
  showForecast();
}

function walk(steps: number): void {
  slider.value = String(Number(slider.value) + steps);
  showForecast();
}

function showForecast(): void {
  const series = chosenSeries();
  const forecast = series?.forecasts[Number(slider.value)];
  place('chart-figure').hidden = forecast === undefined;
  if (!shown || !series || !forecast) return;
  const isPast = forecast.past !== undefined;
  const [index, last] = [Number(slider.value), Number(slider.max)];
  setDisabled(earlier, index === 0);
  setDisabled(later, index === last);
  const past = series.forecasts.filter((each) => each.past).length;
  place('origin-label').textContent = isPast ? `Past forecast ${index + 1} of ${past}` : 'What comes';
  slider.setAttribute('aria-valuetext', isPast ? `made at ${isoText(forecast.origin)}` : 'what comes');
  for (const part of document.querySelectorAll<HTMLElement>('#legend .of-past')) part.hidden = !isPast;
  const words = isPast ? pastWords(forecast) : nextWords(forecast);
  place('chart-said').textContent = words;
  place('chart').setAttribute(
    'aria-label',
    `Chart${series.name === '' ? '' : ` of ${series.name}`}: what came, and the forecast with its range. ${words}`,
  );
  chart.show({ series, forecast, from: whole.checked ? Number.NEGATIVE_INFINITY : startOf(series) });
  place('numbers').replaceChildren(numberTable(forecast));
}

/** Who has the focus on a button that is disabled would lose it. */
function setDisabled(button: HTMLButtonElement, isDisabled: boolean): void {
  button.setAttribute('aria-disabled', String(isDisabled));
}

/** So that what the model sees of the first forecast is drawn, too, and twice as much as it forecasts. */
function startOf({ times, forecasts }: ShownSeries): number {
  if (!shown) return Number.NEGATIVE_INFINITY;
  const { window, horizon } = shown.plan;
  const first = forecasts[0]?.times[0] ?? Number.POSITIVE_INFINITY;
  const after = times.findIndex((time) => time >= first);
  const index = after < 0 ? times.length : after;
  return times[Math.max(index - Math.max(window, 2 * horizon), 0)] ?? Number.NEGATIVE_INFINITY;
}

function pastWords({ origin, median, low, high, past }: ShownForecast): string {
  const actual = past?.actual ?? new Float64Array();
  const inside = actual.filter((value, i) => value >= (low[i] ?? 0) && value <= (high[i] ?? 0)).length;
  const error = (of: Float64Array | undefined) =>
    formatNumber(actual.reduce((sum, value, i) => sum + Math.abs(value - (of?.[i] ?? 0)), 0) / actual.length);
  return (
    `Made at ${isoText(origin)} without what came then: ${inside} of ${counted(actual.length, 'value')} came to lie in the range. ` +
    `Mean absolute error ${error(median)}; of seasonal naive ${error(past?.seasonalNaive)}, of naive ${error(past?.naive)}.`
  );
}

function nextWords({ times, median, low, high }: ShownForecast): string {
  const [value, from, to] = [median, low, high].map((of) => formatNumber(of[0] ?? Number.NaN));
  return (
    `${counted(times.length, 'step')} behind the last row, from ${isoText(times[0] ?? 0)} to ${isoText(times.at(-1) ?? 0)}. ` +
    `The first is forecast as ${value}, in the range from ${from} to ${to}.`
  );
}

function scoreTable(title: string, [header = [], ...rows]: readonly (readonly string[])[]): HTMLElement {
  // The page shows the measures that most people read; the program for Node.js prints all.
  const columns = header.flatMap((name, i) => (name.startsWith('sMAPE') || name === 'CRPS' ? [] : [i]));
  const cells = (row: readonly string[]) => columns.slice(1).map((i) => row[i] ?? '');
  return make(
    'table',
    { class: 'scores' },
    make('caption', {}, title),
    make(
      'thead',
      {},
      make(
        'tr',
        {},
        make('td'),
        ...cells(header).map((name) =>
          make('th', { scope: 'col', class: 'number' }, name.replace(' %', '\u00a0%')),
        ),
      ),
    ),
    make(
      'tbody',
      {},
      ...rows.map((row) =>
        make(
          'tr',
          {},
          make('th', { scope: 'row' }, row[0] ?? ''),
          ...cells(row).map((cell) => make('td', { class: 'number' }, cell)),
        ),
      ),
    ),
  );
}

function numberTable({ times, median, low, high, past }: ShownForecast): HTMLElement {
  const columns: [string, Float64Array][] = [
    ...(past ? [['Came', past.actual] as [string, Float64Array]] : []),
    ['Forecast', median],
    ['From', low],
    ['To', high],
    ...(past
      ? ([
          ['Seasonal naive', past.seasonalNaive],
          ['Naive', past.naive],
        ] as [string, Float64Array][])
      : []),
  ];
  return make(
    'table',
    { class: 'numbers-table' },
    make(
      'thead',
      {},
      make(
        'tr',
        {},
        make('th', { scope: 'col' }, 'Time'),
        ...columns.map(([name]) => make('th', { scope: 'col', class: 'number' }, name)),
      ),
    ),
    make(
      'tbody',
      {},
      ...Array.from(times, (time, i) =>
        make(
          'tr',
          {},
          make('th', { scope: 'row' }, isoText(time)),
          ...columns.map(([, values]) =>
            make('td', { class: 'number' }, formatNumber(values[i] ?? Number.NaN)),
          ),
        ),
      ),
    ),
  );
}
