/** A network as JSON and back. What comes back is checked like a definition in code: names, options, shapes. */
import { z } from 'zod';
import { LstmOnnxError, messageOf } from '../errors.js';
import { GraphBuilder } from './graph-builder.js';
import { finishNetwork, type Network } from './network.js';
import type { OpName, OpOptions } from './ops/index.js';
import { ops } from './ops/index.js';
import { checkDims, type Value } from './tensor.js';

const formatVersion = 1;

const networkJson = z.strictObject({
  version: z.literal(formatVersion),
  inputs: z.record(
    z.string(),
    z.strictObject({
      dtype: z.enum(['float32', 'int32']),
      shape: z.array(z.union([z.number(), z.string()])).max(8),
    }),
  ),
  nodes: z
    .array(
      z.strictObject({
        name: z.string(),
        op: z.string(),
        inputs: z.array(z.string()),
        options: z.record(z.string(), z.unknown()),
      }),
    )
    .max(10_000),
  outputs: z.record(z.string(), z.string()),
});

/** The network as JSON text; types of intermediate values are left out, since they follow. */
export function networkToJson(network: Network): string {
  const json: z.input<typeof networkJson> = {
    version: formatVersion,
    inputs: Object.fromEntries(
      Object.entries(network.inputs).map(([name, { dtype, shape }]) => [name, { dtype, shape: [...shape] }]),
    ),
    nodes: network.nodes.map(({ name, op, inputs, options }) => ({
      name,
      op,
      inputs: [...inputs],
      options: { ...options },
    })),
    outputs: Object.fromEntries(Object.entries(network.outputs).map(([name, { from }]) => [name, from])),
  };
  return JSON.stringify(json);
}

/**
 * The network that {@link networkToJson} wrote.
 *
 * @throws E_INVALID_FILE for text that is not such JSON, E_UNSUPPORTED for an op this version does not know, and what
 *   `defineNetwork` throws for a network that does not fit together
 */
export function networkFromJson(text: string): Network {
  const { inputs, nodes, outputs } = parse(text);
  const graph = new GraphBuilder();
  const values = new Map<string, Value>();
  for (const [name, type] of Object.entries(inputs)) {
    checkDims(type.shape, `Input '${name}'`);
    values.set(name, graph.addInput(name, type));
  }
  const find = (id: string, reader: string) => {
    const value = values.get(id);
    if (!value) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `The network's ${reader} reads '${id}', which nothing before it computes.`,
      );
    }
    return value;
  };
  for (const node of nodes) {
    const { op } = node;
    if (!isOpName(op)) {
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        `The network uses the op '${op}'; this version knows ${Object.keys(ops).join(', ')}.`,
      );
    }
    const from = node.inputs.map((id) => find(id, `node '${node.name}'`));
    // GraphBuilder.add checks the options against the op's own schema before anything reads them.
    const ports = graph.add(op, node.name, from, node.options as unknown as OpOptions[typeof op]);
    for (const value of Object.values(ports)) values.set(value.id, value);
  }
  const named = Object.entries(outputs).map(([name, id]) => [name, find(id, `output '${name}'`)] as const);
  return finishNetwork(inputs, graph, Object.fromEntries(named));
}

function isOpName(name: string): name is OpName {
  return Object.hasOwn(ops, name);
}

function parse(text: string): z.output<typeof networkJson> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new LstmOnnxError('E_INVALID_FILE', `The network is not JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const parsed = networkJson.safeParse(json);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`);
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The network's JSON is not in this format: ${issues.join('; ')}.`,
    );
  }
  return parsed.data;
}
