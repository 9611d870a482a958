/** Measures in processes of their own, ours and PyTorch's, and the cells of the tables. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from 'lstm-onnx';
import { installNode } from '../scripts/node-versions.js';
import { median } from './networks.js';

export const here = dirname(fileURLToPath(import.meta.url));

/** What a process prints. */
export interface Measured {
  /** The median in milliseconds, and the least. */
  readonly ms: number;
  readonly least?: number;
  /** Of the first steps. */
  readonly losses?: readonly number[];
  /** PyTorch's. */
  readonly version?: string;
}

/** A Node.js that is measured. */
export interface Node {
  /** Such as `v24.11.0`. */
  readonly version: string;
  readonly path: string;
}

/** The newest version that is maintained for long. */
export const LTS = '24';

/**
 * Installs versions such as '24'; those that cannot be had are said and left out.
 *
 * @returns them, and the LTS version among them, else the one that runs this
 */
export function benchNodes(versions: readonly string[]): Pick<BenchOptions, 'node' | 'nodes'> {
  const nodes = versions.flatMap((asked) => {
    const folder = join(here, '../out/nodes', asked);
    mkdirSync(folder, { recursive: true });
    const installed = installNode(asked, folder);
    if ('missing' in installed) {
      console.error(`Node.js ${asked} is not measured: ${installed.missing}.`);
      return [];
    }
    const { path } = installed;
    return [{ path, version: execFileSync(path, ['--version'], { encoding: 'utf8' }).trim() }];
  });
  const current = { version: process.version, path: process.execPath };
  const lts = nodes.find(({ version }) => version.startsWith(`v${LTS}.`));
  return { nodes: nodes.length > 0 ? nodes : [current], node: lts ?? current };
}

export interface BenchOptions {
  /** The one that runs ours, where a part does not compare several. */
  readonly node: Node;
  /** Those that a part compares. */
  readonly nodes: readonly Node[];
  /** A Python that has PyTorch; without one its columns stay empty. */
  readonly python: string | undefined;
  readonly rounds: number;
  readonly threads: number;
}

/** What is not measured is no number, which JSON has no word for. */
const nothing: Measured = { ms: Number.NaN };

export class Bench {
  readonly options: BenchOptions;
  /** As many threads as PyTorch gets. */
  readonly backend: string;
  #pytorchVersion = 'not measured';

  constructor(options: BenchOptions) {
    this.options = options;
    this.backend = `simd:${options.threads}`;
  }

  ours(...args: (string | number)[]): Measured {
    return this.script('ours.ts', ...args);
  }

  /** `ours.ts` on each of the Node.js versions, by their names. */
  oursOnNodes(...args: (string | number)[]): Record<string, () => Measured> {
    const measure = ({ path }: Node) => measureIn(path, ['--import', 'tsx', join(here, 'ours.ts'), ...args]);
    return Object.fromEntries(this.options.nodes.map((node) => [node.version, () => measure(node)]));
  }

  /** A file of this folder. */
  script(name: string, ...args: (string | number)[]): Measured {
    return measureIn(this.options.node.path, ['--import', 'tsx', join(here, name), ...args]);
  }

  pytorch(...args: (string | number)[]): Measured {
    return this.python('pytorch.py', ...args);
  }

  /** A Python file of this folder. */
  python(name: string, ...args: (string | number)[]): Measured {
    const { python, threads } = this.options;
    if (python === undefined) return nothing;
    const measured = measureIn(python, [join(here, name), ...args, '--threads', threads]);
    this.#pytorchVersion = measured.version ?? this.#pytorchVersion;
    return measured;
  }

  /** Each measured in turn, so that the machine's mood is shared; medians of the medians, least of the least. */
  sideBySide<K extends string>(measures: Readonly<Record<K, () => Measured>>): Record<K, Measured> {
    const names = Object.keys(measures) as K[];
    const rounds = Array.from({ length: this.options.rounds }, () => names.map((name) => measures[name]()));
    const entries = names.map((name, i) => {
      const all = rounds.map((round) => round[i] ?? nothing);
      const least = Math.min(...all.map((one) => one.least ?? one.ms));
      return [name, { ...all[0], ms: median(all.map(({ ms }) => ms)), least }];
    });
    return Object.fromEntries(entries) as Record<K, Measured>; // its own names
  }

  /** What the figures of a part depend on. */
  conditions(before: number | undefined): string {
    const { threads, rounds, node } = this.options;
    return conditionsOf({ node, pytorch: this.#pytorchVersion, before, threads, rounds });
  }
}

/** What figures depend on, in words. */
export function conditionsOf(given: {
  readonly node: Node;
  readonly pytorch: string;
  readonly before: number | undefined;
  readonly threads: number | string;
  readonly rounds: number | string;
}): string {
  const { node, pytorch, before, threads, rounds } = given;
  return (
    `lstm-onnx ${version}, Node ${node.version}, PyTorch ${pytorch} on ${threads} threads; ` +
    `${cpus().length} cores of ${processor()}; load before ${before?.toFixed(2)}; processes taken in turn: ${rounds}.`
  );
}

/** Its name, which may be of several kinds, with the numbers that tell them apart on Linux. */
function processor(): string {
  const name = cpus()[0]?.model.trim();
  const info = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  const number = (key: string) => new RegExp(`^${key}\\s*: (\\d+)`, 'm').exec(info)?.[1];
  const [family, model] = [number('cpu family'), number('model')];
  return family === undefined ? `${name}` : `${name} (family ${family}, model ${model})`;
}

/** Processes of the last minute. */
export const load = () => loadavg()[0];

/** With it tsx takes the package that was built, as whoever installs it does, and not its sources. */
export const asInstalled = { ...process.env, TSX_TSCONFIG_PATH: join(here, 'tsconfig.json') };

function measureIn(command: string, args: readonly (string | number)[]): Measured {
  const printed = execFileSync(command, args.map(String), {
    encoding: 'utf8',
    cwd: join(here, '..'),
    env: asInstalled,
  });
  const measured = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as Measured; // what both scripts print
  return { ...measured, ms: measured.ms ?? Number.NaN };
}

export const number = (ms = Number.NaN) =>
  Number.isNaN(ms) ? '-' : ms >= 100 ? ms.toFixed(0) : ms.toFixed(3);
export const ratio = (a = Number.NaN, b = Number.NaN) => (Number.isNaN(a / b) ? '-' : (a / b).toFixed(2));
export const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;

/** The least and the median. */
export const both = ({ least, ms }: Measured) => `${number(least)} / ${number(ms)}`;

/** A Markdown table. */
export function table(heads: readonly string[], rows: readonly string[]): string {
  return [row(...heads), row(...heads.map(() => '---')), ...rows].join('\n');
}
