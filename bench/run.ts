/**
 * `npm run bench -- --python PATH`: measures ours and PyTorch side by side, alternating, and writes bench/results.md. With
 * `--only conv` (or another name of `parts.ts`) that part alone; the others stay as they are. Without --python the PyTorch columns
 * are empty, and nothing is written. Ours runs on the newest LTS of Node.js, and what is trained on each of `--nodes`, which npm brings.
 * `--into FILE` writes another file of this folder, for another machine, which `--title` names.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFileAtomic } from 'lstm-onnx';
import { nodeVersions } from '../scripts/node-versions.js';
import { Bench, benchNodes, here, load } from './measure.js';
import { parts } from './parts.js';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    only: { type: 'string', multiple: true },
    nodes: { type: 'string', default: nodeVersions.join(',') },
    into: { type: 'string', default: 'results.md' },
    title: { type: 'string', default: 'Measured' },
  },
});
const names = Object.keys(parts) as (keyof typeof parts)[]; // its own names
const unknown = options.only?.filter((name) => !names.some((known) => known === name)) ?? [];
if (unknown.length > 0) throw new Error(`--only takes ${names.join(', ')}; got ${unknown.join(', ')}`);

const file = join(here, options.into);
/** What the file says of each part, by its heading. */
const known = new Map(
  (existsSync(file) ? readFileSync(file, 'utf8') : '')
    .split(/^## /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n')).trim()]),
);
const bench = new Bench({
  ...benchNodes(options.nodes.split(',')),
  python: options.python,
  rounds: Number(options.rounds),
  threads: Number(options.threads),
});
for (const name of options.only ? names.filter((one) => options.only?.includes(one)) : names) {
  const { title, measure } = parts[name];
  const before = load();
  console.error(`${name}; load before: ${before?.toFixed(2)}`);
  const text = measure(bench);
  known.set(title, `${bench.conditions(before)}\n\n${text}`);
}
const sections = names.flatMap((name) => {
  const { title } = parts[name];
  const text = known.get(title);
  return text === undefined ? [] : [`## ${title}\n\n${text}\n`];
});
const results = `# ${options.title}

By \`npm run bench\`, in milliseconds: the least and the median of processes that are taken in turn. The first line of each part says with
what, and how many. Ratios are of the least, which others on the machine disturb less; ours is with \`enableWideKernels()\`, which has an effect
from Node.js 24 on and takes a processor with AVX2.

${sections.join('\n')}`;
if (options.python !== undefined) await writeFileAtomic(file, results);
console.log(results);
