/**
 * docs/ops.md: how every op is called in code and in a network file, and what it is in ONNX. `vitest run test/ops-table.test.ts -u`
 * writes it. What is tested of each is in docs/support.md.
 */
import { expect, it } from 'vitest';
import { activationNames, cellActivationNames } from '../src/builder/activations.js';
import { networkSchema } from '../src/builder/network-schema.js';
import { type OpName, ops } from '../src/builder/ops/index.js';
import { decodeModel } from '../src/onnx/decode-model.js';
import { functionsOfOps } from './documented-functions.js';
import { table } from './markdown.js';
import { fixtureCases } from './support/fixture-sources.js';

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
const functions = functionsOfOps();

/** The functions that are an op: `conv1d` and `conv2d` are `conv`. */
const codeOf = (op: OpName) => [op, `${op}1d`, `${op}2d`].filter((name) => functions.has(name));
const ofOps = opNames.flatMap(codeOf);

/** The operators of the files of fixtures in which an op is alone. */
function operatorsOf(op: OpName): string {
  const own = fixtureCases.filter(({ network: { nodes } }) => nodes.length === 1 && nodes[0]?.op === op);
  const written = own.flatMap(({ bytes }) => decodeModel(bytes()).graph.nodes.map(({ opType }) => opType));
  return [...new Set(written)].sort().join(', ') || '-';
}

const sameNames = (names: readonly string[], others: readonly string[]) => names.join() === others.join();

function typeOf(schema: Schema): string {
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum && sameNames(schema.enum, activationNames)) return 'name of an activation';
  if (schema.enum && sameNames(schema.enum, cellActivationNames)) return 'name of an activation of cells';
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

function optionRows(): string[][] {
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
      const given = absent ?? `\`${JSON.stringify(schema.default)}\``;
      return [`\`${node?.op?.const}\``, `\`${name}\``, type, given];
    });
  });
}

it('docs/ops.md has every op and function, its options and what it is in ONNX', async () => {
  const quoted = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');
  const rows = opNames.map((op, i) => {
    const { properties: inputs = {}, required = [] } = nodes[i]?.properties?.inputs ?? {};
    const names = Object.keys(inputs).map((name) => (required.includes(name) ? name : `${name}?`));
    const taken = ops[op].inputs === 'several' ? 'x1, x2, ...' : names.join(', ') || '-';
    const code = codeOf(op);
    expect(code, op).not.toEqual([]);
    return [`\`${op}\``, quoted(code), functions.get(code[0]!)!, taken, operatorsOf(op)];
  });
  const others = [...functions].filter(([name]) => !ofOps.includes(name));
  const text = `# Ops

Written by \`npx vitest run test/ops-table.test.ts -u\` from the table of ops (\`src/builder/ops\`), the comments of the functions and the
fixtures. [networks.md](networks.md) says how a network is written as JSON, [support.md](support.md) what of each op is tested, and what is read from other formats.

## Ops and their functions

In a network file an op has its own name, in code that of its function. An input with a ? may be left out. ONNX: the operators to which the op
is exported, as fixtures of networks with this op alone show; - where there is no such fixture.

${table(['op', 'in code', 'what it is', 'inputs', 'ONNX'], rows)}

## Functions made of ops

These write one or more of the ops above.

${table(
  ['in code', 'what it is'],
  others.map(([name, sentence]) => [`\`${name}\``, sentence]),
)}

## Options

As a network file has them. In code some are given otherwise: the names are those of the typed functions. The activations are in [support.md](support.md#activations);
those of cells are ${quoted(cellActivationNames)}.

${table(['op', 'option', 'type', 'where it is not given'], optionRows())}
`;
  await expect(text).toMatchFileSnapshot('../docs/ops.md');
});
