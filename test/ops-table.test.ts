/**
 * docs/ops.md: every op of the table of ops, its options, and what its fixtures of PyTorch show. `vitest run
 * test/ops-table.test.ts -u` writes it. What runs the fixtures is in test/parity.
 */
import { expect, it } from 'vitest';
import type { Network } from '../src/builder/network.js';
import { networkSchema } from '../src/builder/network-schema.js';
import { type OpName, ops } from '../src/builder/ops/index.js';
import { LstmOnnxError } from '../src/errors.js';
import { exportOnnx } from '../src/export/export.js';
import { readOnnx } from '../src/import/onnx/read-onnx.js';
import { decodeModel } from '../src/onnx/decode-model.js';
import { type Fixture, type GruRnnCase, type LstmCase, listFixtures, loadFixture } from './fixtures.js';
import { lstmNetwork, recurrentNetwork } from './parity/networks.js';
import { type OpCase, opNetwork } from './parity/op-networks.js';

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

const { properties } = networkSchema() as Schema;
const nodes = properties?.nodes?.items?.anyOf ?? [];
const opNames = Object.keys(ops) as OpName[];
const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (heads: readonly string[], rows: readonly string[]) =>
  [row(...heads), row(...heads.map(() => '---')), ...rows].join('\n');

/** A fixture, and its network. */
interface Case {
  readonly name: string;
  readonly network: Network;
  readonly bytes: () => Uint8Array;
}

function casesOf<Config>(folder: string, networkOf: (fixture: Fixture<Config>) => Network): Case[] {
  return listFixtures(folder).map((name) => {
    const fixture = loadFixture<Config>(name);
    const network = networkOf(fixture);
    return { name, network, bytes: () => exportOnnx(network, fixture.params) };
  });
}

const cases = [
  ...casesOf<OpCase>('ops', opNetwork),
  ...casesOf<LstmCase>('lstm', (fixture) => lstmNetwork(fixture.case)),
  ...casesOf<GruRnnCase>('gru-rnn/layers', (fixture) => recurrentNetwork(fixture.case)),
];

/** The fixtures whose networks have an op, those first that have no other. */
function fixturesOf(op: OpName): Case[] {
  const own = cases.filter(({ network }) => network.nodes.some((node) => node.op === op));
  return own.toSorted((a, b) => a.network.nodes.length - b.network.nodes.length);
}

/** The operators of an op's files where it is alone, and whether one of its files is read back as the op. */
function inOnnx(op: OpName, own: readonly Case[]) {
  const written = new Set<string>();
  let isRead = false;
  for (const { network, bytes } of own) {
    const file = bytes();
    if (network.nodes.length === 1) {
      for (const { opType } of decodeModel(file).graph.nodes) written.add(opType);
    }
    try {
      isRead ||= readOnnx(file).network.nodes.some((node) => node.op === op);
    } catch (error) {
      if (!(error instanceof LstmOnnxError && error.code === 'E_UNSUPPORTED')) throw error;
    }
  }
  return { written: [...written].sort().join(', ') || 'not alone', isRead };
}

function typeOf(schema: Schema): string {
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((name) => `\`${name}\``).join(', ');
  if (schema.prefixItems) return `[${schema.prefixItems.map(typeOf).join(', ')}]`;
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.properties) {
    const entries = Object.entries(schema.properties).map(([name, of]) => `${name}: ${typeOf(of)}`);
    return `{ ${entries.join('; ')} }`;
  }
  const { minimum, maximum, exclusiveMinimum, type = 'any' } = schema;
  const isReal = (bound?: number): bound is number =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const bounds = [
    isReal(minimum) ? `from ${minimum}` : '',
    isReal(exclusiveMinimum) ? `above ${exclusiveMinimum}` : '',
    isReal(maximum) ? `to ${maximum}` : '',
  ].filter((text) => text !== '');
  return [type, ...bounds].join(' ');
}

function optionRows(): string[] {
  return nodes.flatMap(({ properties: node }) => {
    const { properties: options = {}, required = [] } = node?.options ?? {};
    return Object.entries(options).map(([name, schema]) => {
      const absent =
        schema.default === undefined
          ? required.includes(name)
            ? 'must be given'
            : 'may be left out'
          : undefined;
      const type = typeOf(schema).replaceAll('|', '\\|');
      return row(String(node?.op?.const), name, type, absent ?? `\`${JSON.stringify(schema.default)}\``);
    });
  });
}

it('docs/ops.md has every op, its options and what its fixtures show', async () => {
  const rows = opNames.map((op, i) => {
    const { properties: inputs = {}, required = [] } = nodes[i]?.properties?.inputs ?? {};
    const names = Object.keys(inputs).map((name) => (required.includes(name) ? name : `${name}?`));
    const taken = ops[op].inputs === 'several' ? 'x1, x2, ...' : names.join(', ') || 'none';
    const own = fixturesOf(op);
    const [first] = own;
    if (first === undefined) return row(op, taken, 'none', '-', '-');
    const { written, isRead } = inOnnx(op, own);
    return row(op, taken, `${own.length}: \`${first.name}\``, written, isRead ? 'yes' : 'no');
  });
  const text = `# Ops

Written by \`npx vitest run test/ops-table.test.ts -u\` from the table of ops (\`src/builder/ops\`) and its fixtures. [networks.md](networks.md)
says how a network is written as JSON, [support.md](support.md) what is read from other formats.

## What the fixtures show

A fixture is PyTorch's numbers for a network of one op, or of a few: how many have the op, and one of them, in \`fixtures/data\`. Each is held to
PyTorch's outputs and gradients on every backend that trains (\`test/parity/ops.test.ts\`, \`test/parity/lstm.test.ts\`,
\`test/parity/recurrent.test.ts\`), and exported on cpu, wasm and simd (\`test/parity/onnx.test.ts\`, \`test/parity/simd-provider.test.ts\`,
\`test/parity/recurrent.test.ts\`). ONNX: the operators of the exported files in which
the op is alone, and whether a file is read back as this op; if not, its nodes are read as others, or refused. None means that no fixture
of this kind has the op. An input with a ? may be left out.

${table(['op', 'inputs', 'fixtures', 'ONNX', 'read back'], rows)}

## Options

As a network file has them. In code some are given otherwise: the names are those of the typed functions.

${table(['op', 'option', 'type', 'where it is not given'], optionRows())}
`;
  expect(cases.length).toBeGreaterThan(0);
  await expect(text).toMatchFileSnapshot('../docs/ops.md');
});
