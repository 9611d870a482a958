/**
 * `npm run examples`: runs the examples one after the other and writes README.md of what they print. With names of examples behind
 * `--` only those run, and the others stay as they are.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const examples = [
  ['captions', 'captions/captions.ts', 'image to text', 'a strip of digits told in words', 'MNIST'],
  ['spam', 'spam/spam.ts', 'sequence to class', 'spam or ham, by words', 'mails of SpamAssassin'],
  ['names', 'names/names.ts', 'sequence to class', 'a first name, by letters', 'Moby Word II'],
  [
    'pronunciation',
    'pronunciation/pronunciation.ts',
    'sequence to sequence, unequal',
    'how a word sounds',
    'CMUdict',
  ],
  [
    'frames',
    'frames/frames.ts',
    'sequence to sequence, equal',
    'a label for every frame of a video',
    'MNIST',
  ],
  ['moby-dick', 'moby-dick/moby-dick.ts', 'generation', 'a text, character by character', 'Moby-Dick'],
] as const;

const folder = fileURLToPath(new URL('.', import.meta.url));
const file = `${folder}README.md`;
const asked = process.argv.slice(2);
const strange = asked.find((name) => !examples.some(([known]) => known === name));
if (strange !== undefined)
  throw new Error(`${strange} is none of ${examples.map(([name]) => name).join(', ')}`);

/** What README.md says of each example that ran. */
const said = new Map(
  (existsSync(file) ? readFileSync(file, 'utf8') : '')
    .split(/^## /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n')).trim()]),
);
for (const [name, program] of examples) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n$ npx tsx examples/${program}`);
  const started = performance.now();
  const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', `${folder}${program}`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  console.log(stdout);
  if (status !== 0) throw new Error(`examples/${program} ended with ${status}`);
  const seconds = Math.round((performance.now() - started) / 1000);
  const machine = `${availableParallelism()} cores of ${cpus()[0]?.model.trim()}, Node ${process.version}`;
  said.set(
    name,
    `${seconds} seconds on ${machine}, with reading and testing.\n\n\`\`\`\n${stdout.trim()}\n\`\`\``,
  );
}

const table = examples.map(
  ([name, , use, what, data]) => `| ${use} | [${name}](${name}/README.md): ${what} | ${data} |`,
);
const outputs = examples.flatMap(([name]) => (said.has(name) ? [`## ${name}\n\n${said.get(name)}\n`] : []));
writeFileSync(
  file,
  `# Examples

Each folder is a use of recurrent networks, from data to a model file: a program of less than 100 lines that trains, exports, and tests the
file beside what takes no network; a second one that uses the file; and how it is kept honest. They use the package as anybody does.

\`\`\`sh
npm ci && npm run build
npx tsx examples/captions/captions.ts
\`\`\`

| use | example | data |
| --- | --- | --- |
${table.join('\n')}
| forecasts | [forecast](forecast/README.md): CO2, weather and stocks, and a series as it grows | vega-datasets |

Data that \`npm ci\` does not install is loaded from npm by the first run. What follows is printed by one run, \`npm run examples\`; those of forecasts have their output in their own README.

${outputs.join('\n')}`,
);
console.log(`wrote ${file}`);
