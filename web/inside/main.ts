/** The page Inside: what the LSTM's units did while it read the digit that was drawn, or a sample. */
import { onSchemeChange, paintNumbers } from '../shared/colour-scale.js';
import { type DigitImage, imageSide, keepDigit, keptDigit } from '../shared/digit-image.js';
import { element } from '../shared/element.js';
import { Problem } from '../shared/problem.js';
import { SampleButtons } from '../shared/sample-buttons.js';
import { loadSamples } from '../shared/samples.js';
import { scrollByKeyboard } from '../shared/scroll-region.js';
import { type TracedDigit, traceDigit } from './digit-tracer.js';
import { HeatMap, type Place } from './heat-map.js';
import { type QuantityName, quantityNames, type Trace, valueAt } from './quantity.js';
import { UnitPlot } from './unit-plot.js';
import { unitTable } from './unit-table.js';

const problem = new Problem<'network' | 'samples'>();
const answer = element('answer', HTMLElement);
const digit = element('digit', HTMLCanvasElement);
const digitMark = element('digit-mark', HTMLElement);
const unitSlider = element('unit', HTMLInputElement);
const rowSlider = element('row', HTMLInputElement);
const plot = new UnitPlot(element('unit-plot', HTMLElement));
const maps = quantityNames.map((name): readonly [QuantityName, HeatMap] => [
  name,
  new HeatMap(name, { onPoint: look, onKeep: keep, onLeave: () => look(kept) }),
]);

let image: DigitImage | undefined;
let trace: Trace | undefined;
/** The units as their columns come. */
let order: readonly number[] = [];
/** Where the person looks when the pointer is nowhere. */
let kept: Place = { column: 0, row: imageSide - 1 };
let shownUnit: number | undefined;

const samples = new SampleButtons(element('samples', HTMLElement), (chosen) => void open(chosen));

/** Shows an image and what goes on inside while it is read. */
async function open(chosen: DigitImage): Promise<void> {
  image = chosen;
  keepDigit(chosen);
  paintNumbers(digit, chosen, 'ink');
  problem.mended('network');
  let traced: TracedDigit;
  try {
    traced = await traceDigit(chosen);
  } catch (error) {
    if (image !== chosen) return;
    problem.tell('network', 'The network could not be looked into', error, () => void open(chosen));
    return;
  }
  // Another one may have been chosen meanwhile.
  if (image !== chosen) return;
  answer.textContent = `The network reads ${traced.answer}, ${traced.share} sure.`;
  trace = traced.trace;
  unitSlider.max = String(trace.units - 1);
  rowSlider.max = String(trace.rows);
  sort();
}

/** Puts the units in the order that is chosen; the one that is kept stays kept. */
function sort(): void {
  if (!trace) return;
  const { units, rows } = trace;
  const current = trace;
  const unit = order[kept.column] ?? 0;
  order = Array.from({ length: units }, (_, index) => index);
  if (element('order', HTMLElement).querySelector<HTMLInputElement>('input:checked')?.value === 'cell') {
    const last = (index: number): number => valueAt(current, 'cell', rows - 1, index);
    order = order.toSorted((one, other) => last(other) - last(one));
  }
  kept = { ...kept, column: order.indexOf(unit) };
  paint();
}

function paint(): void {
  if (image) paintNumbers(digit, image, 'ink');
  if (!trace) return;
  for (const [, map] of maps) map.paint(trace, order);
  shownUnit = undefined;
  look(kept);
}

/** Marks a unit and a row everywhere, and plots the unit. */
function look(place: Place): void {
  if (!trace) return;
  const unit = order[place.column] ?? 0;
  if (unit !== shownUnit) {
    shownUnit = unit;
    element('unit-number', HTMLElement).textContent = String(unit);
    plot.show(trace, unit);
    element('unit-table', HTMLElement).replaceChildren(unitTable(trace, unit));
  }
  plot.mark(place.row);
  digitMark.style.setProperty('--row', String(place.row));
  element('row-number', HTMLElement).textContent = String(place.row + 1);
  unitSlider.value = String(place.column);
  unitSlider.setAttribute('aria-valuetext', `unit ${unit}`);
  rowSlider.value = String(place.row + 1);
  for (const [name, map] of maps) map.mark(place, valueAt(trace, name, place.row, unit));
}

function keep(place: Place): void {
  kept = place;
  look(place);
}

/** Where nothing was drawn, begins with a sample. */
async function offerSamples(): Promise<void> {
  problem.mended('samples');
  try {
    samples.offer(await loadSamples());
    if (!image) samples.choose(2);
  } catch (error) {
    problem.tell('samples', 'The sample digits could not be loaded', error, () => void offerSamples());
  }
}

for (const slider of [unitSlider, rowSlider]) {
  slider.addEventListener('input', () =>
    keep({ column: unitSlider.valueAsNumber, row: rowSlider.valueAsNumber - 1 }),
  );
}
element('order', HTMLElement).addEventListener('change', sort);
onSchemeChange(() => {
  paint();
  samples.paint();
});
scrollByKeyboard(element('unit-table', HTMLElement), "The unit's numbers");
const drawn = keptDigit();
if (drawn) void open(drawn);
void offerSamples();
