/** A network as a table for people: what each op makes of its input, and how many parameters it has. */

import { sizeOf } from '../nd-array.js';
import { checkNetwork } from './check-network.js';
import type { NetworkNode } from './graph-builder.js';
import type { Network } from './network.js';
import { parameterSpecs, parameterUses } from './parameters.js';
import { formatShape } from './shape.js';

/** A line for each op: name, op with its options, output shapes, number of parameters; then the total. */
export function summary(network: Network): string {
  checkNetwork('summary', network);
  return summaryLines(network).join('\n');
}

/** The lines of {@link summary}; a name that holds a line break stays in its line. */
export function summaryLines(network: Network): string[] {
  const counts = parameterCounts(network);
  const inputs = Object.entries(network.inputs).map(([name, { dtype, shape }]) => [
    name,
    `input ${dtype}`,
    formatShape(shape),
    '',
  ]);
  const nodes = network.nodes.map((node) => [
    node.name,
    describe(node),
    Object.entries(node.outputs)
      .map(([port, { shape }]) => (port === 'output' ? formatShape(shape) : `${port} ${formatShape(shape)}`))
      .join(', '),
    formatCount(counts.get(node.name) ?? 0),
  ]);
  const rows = [['name', 'op', 'output', 'parameters'], ...inputs, ...nodes];
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const fixed = parameterSpecs(network)
    .filter(({ trained = true }) => !trained)
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const outputs = Object.entries(network.outputs).map(
    ([name, { from, shape }]) => `${name} = ${from} ${formatShape(shape)}`,
  );
  return [
    ...alignColumns(rows),
    `outputs: ${outputs.join(', ')}`,
    `parameters: ${formatCount(total)}${fixed > 0 ? `, ${formatCount(fixed)} not trained` : ''}`,
  ];
}

/** The op and its options, without those that are off: `lstm(hiddenSize=64, numLayers=1, bidirectional)`. */
function describe({ op, options, module, tied = {} }: NetworkNode): string {
  const shown = Object.entries(options).flatMap(([name, value]) => {
    if (value === true) return [name];
    return value === false || (name === 'dropout' && value === 0) ? [] : [`${name}=${describeValue(value)}`];
  });
  const ties = Object.entries(tied).map(([own, name]) => `${own} is ${name}`);
  return [
    shown.length === 0 ? op : `${op}(${shown.join(', ')})`,
    ...(module === undefined ? [] : [`of ${module}`]),
    ...(ties.length > 0 ? [`with ${ties.join(', ')}`] : []),
  ].join(' ');
}

/** Of a list, such as the numbers of a constant. */
const MAX_SHOWN = 8;

function describeValue(value: unknown): string {
  if (Array.isArray(value))
    return formatShape(value.length > MAX_SHOWN ? [...value.slice(0, MAX_SHOWN), '...'] : value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function parameterCounts(network: Network): Map<string, number> {
  const counts = new Map<string, number>();
  const counted = new Set<string>();
  for (const { node, name, spec } of parameterUses(network)) {
    // What layers share counts at the first of them.
    if (counted.has(name)) continue;
    counted.add(name);
    counts.set(node.name, (counts.get(node.name) ?? 0) + sizeOf(spec.shape));
  }
  return counts;
}

function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** Rows as lines whose columns are as wide as their widest cell. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
