/** A network as JSON that people edit: one line for each input, node and output. */
import type { Network } from '../../builder/network.js';
import { networkToJson } from '../../builder/network-json.js';

export function networkInLines(network: Network): string {
  const fields: Record<string, unknown> = JSON.parse(networkToJson(network));
  const entries = Object.entries(fields).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${inLines(value)}`,
  );
  return `{\n${entries.join(',\n')}\n}\n`;
}

function inLines(value: unknown): string {
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([name, item]) => `    ${JSON.stringify(name)}: ${JSON.stringify(item)}`,
  );
  return `{\n${entries.join(',\n')}\n  }`;
}
