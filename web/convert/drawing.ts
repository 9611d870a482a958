/** The drawing of a network as numbers and words: made in the worker, since its layout takes its time. */
import { counted, formatCount } from '../shared/quantities.js';
import { layOut } from './layout.js';
import type { DiagramNode, Drawing } from './messages.js';

export const [lineHeight, padding] = [19, 10];
/** Of an average letter at the drawing's size; widths of texts are not known before they are shown. */
export const letterWidth = 7.3;
const [narrowest, widest] = [170, 320];
/** Of a text in the drawing, and of the names in a list. */
const [mostLetters, mostNames] = [300, 20];

/** @returns undefined where there is too much to draw */
export function drawingOf(nodes: readonly DiagramNode[]): Drawing | undefined {
  const measured = nodes.map((node) => {
    const lines = linesOf(node);
    const longest = Math.max(...lines.map((line) => line.length));
    const width = Math.min(widest, Math.max(narrowest, longest * letterWidth + 2 * padding));
    const { id, kind, reads } = node;
    return { id, kind, reads, lines, width, height: lines.length * lineHeight + 2 * padding - 4 };
  });
  const layout = layOut(measured);
  if (!layout) return undefined;
  const places = new Map(layout.boxes.map((place) => [place.id, place]));
  const boxes = measured.map(({ reads: _, ...box }) => ({ x: 0, y: 0, ...box, ...places.get(box.id) }));
  const { width, height, edges } = layout;
  return { width, height, edges, boxes, words: inWords(nodes) };
}

/** The first names of a list, and how many follow. */
export function listed(names: readonly string[], last = ', '): string {
  const rest = names.length - mostNames;
  const shown = names.slice(0, mostNames).map(shortened);
  return rest > 0 ? `${shown.join(', ')} and ${formatCount(rest)} more` : shown.join(last);
}

function shortened(text: string): string {
  return text.length > mostLetters ? `${text.slice(0, mostLetters)}…` : text;
}

function linesOf({ name, what, gives, parameters }: DiagramNode): string[] {
  const lines = [name, what, gives, ...(parameters > 0 ? [counted(parameters, 'parameter')] : [])];
  return lines.map(shortened);
}

function inWords(nodes: readonly DiagramNode[]): string {
  const parts = nodes.map(({ kind, name, what, reads }) =>
    kind === 'input' ? `input ${name}` : `${name}, ${what}, reads ${listed(reads, ' and ')}`,
  );
  return `From top to bottom: ${parts.join('; ')}. The table below says the same.`;
}
