/** The drawing of a network: boxes from the inputs at the top to the outputs at the bottom. */
import { makeSvg } from '../shared/element.js';
import { letterWidth, lineHeight, padding } from './drawing.js';
import type { Drawing } from './messages.js';

const border = 2;

export function drawNetwork({ width, height, edges, boxes, words }: Drawing): SVGSVGElement {
  const paths = edges.map((points) => makeSvg('path', { d: pathThrough(points), class: 'edge' }));
  const groups = boxes.map((box) => {
    const { x, y } = box;
    const left = x - box.width / 2;
    const frame = {
      x: left,
      y,
      width: box.width,
      height: box.height,
      rx: box.kind === 'op' ? 6 : box.height / 2,
    };
    const most = Math.floor((box.width - 2 * padding) / letterWidth);
    const texts = box.lines.map((line, i) =>
      makeSvg(
        'text',
        { x, y: y + padding + lineHeight * (i + 0.65), class: i === 0 ? 'name' : 'detail' },
        line.length > most + 1 ? `${line.slice(0, most)}…` : line,
      ),
    );
    const tip = makeSvg('title', {}, box.lines.join('\n'));
    return makeSvg('g', { class: `node ${box.kind}` }, makeSvg('rect', frame), tip, ...texts);
  });
  const title = makeSvg('title', { id: 'diagram-title' }, 'The network');
  const desc = makeSvg('desc', { id: 'diagram-desc' }, words);
  const drawing = makeSvg('g', { 'aria-hidden': 'true' }, ...paths, ...groups);
  const [wide, high] = [width + 2 * border, height + 2 * border];
  const viewBox = `${-border} ${-border} ${wide} ${high}`;
  const labelled = { role: 'img', 'aria-labelledby': 'diagram-title diagram-desc' };
  const svg = makeSvg(
    'svg',
    { ...labelled, viewBox, width: wide, height: high, class: 'network' },
    title,
    desc,
    drawing,
  );
  svg.style.setProperty('--natural-width', `${wide}px`);
  return svg;
}

/** Straight down through gaps, in curves from one row to the next. */
function pathThrough(points: readonly (readonly [number, number])[]): string {
  return points
    .map(([x, y], i) => {
      const before = points[i - 1];
      if (!before) return `M${x} ${y}`;
      const [, beforeY] = before;
      if (before[0] === x) return `V${y}`;
      const middle = (beforeY + y) / 2;
      return `C${before[0]} ${middle} ${x} ${middle} ${x} ${y}`;
    })
    .join('');
}
