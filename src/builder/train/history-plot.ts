/** The history of a run as a picture: its losses, and the learning rate where it changed. */
import { isObject, wrongArgument } from '../../arguments.js';
import { counted } from '../../counted.js';
import type { EpochLog } from './logs.js';
import { type Axis, countAxis, valueAxis } from './plot-axis.js';

const WIDTH = 640;
const LOSS_HEIGHT = 240;
const RATE_HEIGHT = 80;
/** Of a legend in lines: the distance between these, and where they begin, so that long ones fit. */
const LINE = 18;
const LEGEND_LEFT = 24;
const MARGIN = { left: 64, right: 20, top: 40, between: 36, bottom: 44 };

/** Colors that can be told apart, by people who see few of them too, on light and on dark. */
const TRAINING = '#2b83d6';
const VALIDATION = '#e07b25';

/** A file of its own takes the colors of whoever looks at it; within a page the text has the page's. */
const STYLE = 'svg:root{color-scheme:light dark;color:CanvasText}';

interface Curve {
  readonly name: string;
  readonly color: string;
  readonly points: readonly (readonly [epoch: number, value: number])[];
}

/** Where a panel lies. */
interface Frame {
  readonly top: number;
  readonly height: number;
}

/** The axis of epochs, which all panels have. */
interface Across {
  readonly ticks: Axis['ticks'];
  readonly right: number;
  readonly x: (epoch: number) => number;
}

/**
 * The losses of a run by epoch as an SVG image: that of training, that of validation with its lowest marked, and below them the
 * learning rate where it changed. An axis is logarithmic, and says so, where most of its values are far below the largest.
 *
 * @param history what `fit` gives, of one epoch at least
 * @returns the text of an SVG file, 640 wide. Within a page its text takes the page's color (`currentColor`); on its own it follows
 *   the light or dark of whoever looks at it
 * @throws E_INVALID_OPTION for what is no history, or has no epoch
 */
export function historyPlot(history: readonly EpochLog[]): string {
  checkHistory(history);
  return historyPlotFor(history, WIDTH);
}

/** @internal The plot for a narrower page, too, where the names of the curves stand above it, one in a line. */
export function historyPlotFor(history: readonly EpochLog[], width: number): string {
  const rates = history.map(({ epoch, lr }) => [epoch, lr] as const);
  const hasRates = new Set(rates.map(([, lr]) => lr)).size > 1;
  const curves = lossCurves(history);
  const isNarrow = width < WIDTH;
  const loss = { top: MARGIN.top + (isNarrow ? LINE * curves.length : 0), height: LOSS_HEIGHT };
  const rate = { top: loss.top + LOSS_HEIGHT + MARGIN.between, height: RATE_HEIGHT };
  const last = hasRates ? rate : loss;
  const epochs = acrossOf(history, width);
  const height = last.top + last.height + MARGIN.bottom;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" ` +
      `aria-label="${spoken(curves, history.length)}" font-family="system-ui, sans-serif" font-size="12" fill="currentColor">`,
    `<style>${STYLE}</style>`,
    isNarrow ? legendInLines(curves) : legend(curves),
    panel('loss', loss, epochs, curves, 6),
    ...(hasRates
      ? [panel('learning rate', rate, epochs, [{ name: '', color: 'currentColor', points: rates }], 3)]
      : []),
    epochTicks(epochs, last),
    '</svg>',
    '',
  ].join('\n');
}

function acrossOf(history: readonly EpochLog[], width: number): Across {
  const axis = countAxis(history[0]?.epoch ?? 1, history.at(-1)?.epoch ?? 1, width < WIDTH ? 6 : 10);
  const right = width - MARGIN.right;
  const x = (epoch: number) => round(MARGIN.left + axis.at(epoch) * (right - MARGIN.left));
  return { ticks: axis.ticks, right, x };
}

function checkHistory(history: unknown): void {
  const isLog = (log: unknown) =>
    isObject(log) &&
    [log.epoch, log.lr, log.loss].every(Number.isFinite) &&
    (log.validation === undefined || (isObject(log.validation) && Number.isFinite(log.validation.loss)));
  if (Array.isArray(history) && history.length > 0 && history.every(isLog)) return;
  const expected =
    'the history that fit gives, with an entry { epoch, lr, loss, ... } for each epoch, one at least';
  throw wrongArgument('historyPlot', history, expected);
}

function lossCurves(history: readonly EpochLog[]): Curve[] {
  const validated = history.flatMap(({ epoch, validation }) =>
    validation ? [[epoch, validation.loss] as const] : [],
  );
  return [
    { name: 'training', color: TRAINING, points: history.map(({ epoch, loss }) => [epoch, loss] as const) },
    ...(validated.length > 0 ? [{ name: 'validation', color: VALIDATION, points: validated }] : []),
  ];
}

/** A frame with grid lines, ticks and curves. */
function panel(name: string, frame: Frame, epochs: Across, curves: readonly Curve[], ticks: number): string {
  const values = valueAxis(
    curves.flatMap(({ points }) => points.map(([, value]) => value)),
    ticks,
  );
  const y = (value: number) => round(frame.top + frame.height * (1 - values.at(value)));
  const grid = values.ticks.map(
    (tick) =>
      `<path d="M${MARGIN.left} ${y(tick)}H${epochs.right}" stroke="currentColor" stroke-opacity="0.15"/>` +
      `<text x="${MARGIN.left - 8}" y="${y(tick) + 4}" text-anchor="end">${label(tick)}</text>`,
  );
  const title = `${name}${values.isLog ? ', logarithmic' : ''}`;
  return [
    `<text x="${MARGIN.left}" y="${frame.top - 12}" font-weight="600">${title}</text>`,
    ...grid,
    ...curves.map((curve) => drawn(curve, epochs, y)),
  ].join('\n');
}

function drawn({ name, color, points }: Curve, { x }: Across, y: (value: number) => number): string {
  const places = points.map(([epoch, value]) => `${x(epoch)} ${y(value)}`);
  const line = `<path d="M${places.join('L')}" fill="none" stroke="${color}" stroke-width="2" stroke-linejoin="round"/>`;
  const marked = points.length === 1 ? points[0] : name === 'validation' ? lowestOf(points) : undefined;
  if (!marked) return line;
  const [epoch, value] = marked;
  return `${line}<circle cx="${x(epoch)}" cy="${y(value)}" r="4" fill="${color}"/>`;
}

function epochTicks({ ticks: all, right, x }: Across, { top, height }: Frame): string {
  const bottom = top + height;
  const ticks = all.map((tick) => {
    const at = x(tick);
    return (
      `<path d="M${at} ${bottom}v5" stroke="currentColor" stroke-opacity="0.6"/>` +
      `<text x="${at}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`
    );
  });
  const axis = `<path d="M${MARGIN.left} ${bottom}H${right}" stroke="currentColor" stroke-opacity="0.6"/>`;
  const middle = (MARGIN.left + right) / 2;
  return [axis, ...ticks, `<text x="${middle}" y="${bottom + 36}" text-anchor="middle">epoch</text>`].join(
    '\n',
  );
}

/** Right above the plot, from right to left. */
function legend(curves: readonly Curve[]): string {
  const texts = curves.map(legendText);
  const rows = curves.map(({ color }, i) => {
    const right = WIDTH - MARGIN.right;
    const after = texts.slice(i + 1).reduce((sum, text) => sum + text.length * 6.2 + 44, 0);
    const end = right - after;
    const start = end - (texts[i] ?? '').length * 6.2;
    return (
      `<path d="M${round(start - 26)} 24h20" stroke="${color}" stroke-width="2"/>` +
      `<text x="${round(start)}" y="28">${texts[i]}</text>`
    );
  });
  return rows.join('\n');
}

function legendInLines(curves: readonly Curve[]): string {
  const lines = curves.map((curve, i) => {
    const y = 16 + LINE * i;
    return (
      `<path d="M${LEGEND_LEFT} ${y - 4}h20" stroke="${curve.color}" stroke-width="2"/>` +
      `<text x="${LEGEND_LEFT + 26}" y="${y}">${legendText(curve)}</text>`
    );
  });
  return lines.join('\n');
}

function legendText({ name, points }: Curve): string {
  if (name !== 'validation' || points.length === 1) return name;
  const [epoch, value] = lowestOf(points);
  return `${name}, lowest ${label(value)} after epoch ${epoch}`;
}

function spoken(curves: readonly Curve[], epochs: number): string {
  const parts = curves.map(({ name, points }) => {
    const ends = [points[0], points.at(-1)].map((point) => label(point?.[1] ?? Number.NaN));
    return `${name} loss from ${ends.join(' to ')}`;
  });
  return `${parts.join(', ')}, over ${counted(epochs, 'epoch')}`;
}

function lowestOf(points: Curve['points']): readonly [epoch: number, value: number] {
  return points.reduce((lowest, point) => (point[1] < lowest[1] ? point : lowest));
}

/** A number of at most four digits, as people write it. */
function label(value: number): string {
  const short = Number(value.toPrecision(4));
  const size = Math.abs(short);
  return size !== 0 && (size < 1e-4 || size >= 1e6) ? short.toExponential() : String(short);
}

function round(place: number): number {
  return Math.round(place * 10) / 10;
}
