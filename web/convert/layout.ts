/**
 * Where the boxes of a drawing go: each in the row below all that it reads, rows centred, boxes of a row in the order of
 * what they read (the barycentre method of Sugiyama, 1981). An edge that skips rows passes through gaps kept for it.
 */

export interface LayoutNode {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly reads: readonly string[];
}

export interface Placed {
  readonly id: string;
  /** The centre. */
  readonly x: number;
  /** The upper edge. */
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Placed[];
  /** From the lower edge of a box, through gaps, to the upper edge of another: `[x, y]` each. */
  readonly edges: readonly (readonly (readonly [number, number])[])[];
}

const rowGap = 36;
const columnGap = 24;
const laneWidth = 16;

interface Cell extends LayoutNode {
  /** The same box or edge in the row above: where it wants to stand below. */
  readonly above: readonly string[];
}

/** Boxes, edges and the gaps that edges pass through: more than this nobody can follow with their eyes. */
const mostCells = 2000;

/** @returns undefined where there is too much to draw: an edge takes a gap in each row that it skips */
export function layOut(nodes: readonly LayoutNode[]): Layout | undefined {
  if (nodes.length > mostCells) return undefined;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const rowOf = rowsOf(nodes, byId);
  if (cellCount(nodes, rowOf) > mostCells) return undefined;
  const rows: Cell[][] = Array.from({ length: Math.max(0, ...rowOf.values()) + 1 }, () => []);
  const paths: string[][] = [];
  const above = new Map<string, string[]>();
  for (const node of nodes) {
    for (const from of node.reads.filter((id) => byId.has(id))) {
      const path = [from];
      for (let row = (rowOf.get(from) ?? 0) + 1; row < (rowOf.get(node.id) ?? 0); row++) {
        const lane = `${from} to ${node.id} in ${row}`;
        const previous = path.at(-1) ?? from;
        rows[row]?.push({ id: lane, width: laneWidth, height: 0, reads: [], above: [previous] });
        path.push(lane);
      }
      const seen = above.get(node.id) ?? [];
      above.set(node.id, seen);
      seen.push(path.at(-1) ?? from);
      paths.push([...path, node.id]);
    }
  }
  for (const node of nodes) rows[rowOf.get(node.id) ?? 0]?.push({ ...node, above: above.get(node.id) ?? [] });
  return place(rows, paths, byId);
}

function cellCount(nodes: readonly LayoutNode[], rowOf: ReadonlyMap<string, number>): number {
  let count = nodes.length;
  for (const { id, reads } of nodes) {
    // One for the edge itself.
    for (const from of reads) count += Math.max(1, (rowOf.get(id) ?? 0) - (rowOf.get(from) ?? 0));
  }
  return count;
}

/** One below the lowest of what is read. Nodes come in an order of execution. */
function rowsOf(nodes: readonly LayoutNode[], byId: ReadonlyMap<string, LayoutNode>): Map<string, number> {
  const rowOf = new Map<string, number>();
  for (const { id, reads } of nodes) {
    const known = reads.filter((from) => byId.has(from)).map((from) => rowOf.get(from) ?? 0);
    rowOf.set(id, known.length === 0 ? 0 : Math.max(...known) + 1);
  }
  return rowOf;
}

function place(
  rows: readonly (readonly Cell[])[],
  paths: readonly (readonly string[])[],
  boxes: ReadonlyMap<string, LayoutNode>,
): Layout {
  const widths = rows.map((row) => row.reduce((sum, { width }) => sum + width + columnGap, -columnGap));
  const width = Math.max(0, ...widths);
  const placed = new Map<string, { x: number; y: number; height: number }>();
  let y = 0;
  rows.forEach((row, index) => {
    const height = Math.max(0, ...row.map((cell) => cell.height));
    const wish = ({ above }: Cell): number => {
      const places = above.map((id) => placed.get(id)?.x ?? 0);
      return places.length === 0 ? 0 : places.reduce((sum, x) => sum + x, 0) / places.length;
    };
    let left = (width - (widths[index] ?? 0)) / 2;
    for (const cell of row.toSorted((a, b) => wish(a) - wish(b))) {
      placed.set(cell.id, { x: left + cell.width / 2, y, height: boxes.has(cell.id) ? cell.height : height });
      left += cell.width + columnGap;
    }
    y += height + rowGap;
  });
  const edges = paths.map((path) =>
    path.flatMap((id, i): [number, number][] => {
      const { x, y: top, height } = placed.get(id) ?? { x: 0, y: 0, height: 0 };
      const [upper, lower]: [[number, number], [number, number]] = [
        [x, top],
        [x, top + height],
      ];
      if (i === 0) return [lower];
      return i === path.length - 1 ? [upper] : [upper, lower];
    }),
  );
  return {
    width,
    height: Math.max(0, y - rowGap),
    boxes: [...boxes.keys()].map((id) => ({ id, x: placed.get(id)?.x ?? 0, y: placed.get(id)?.y ?? 0 })),
    edges,
  };
}
