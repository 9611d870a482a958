/**
 * The JSON schema of network files, for editors and other programs: `schemas/network.schema.json` is generated from it.
 * https://json-schema.org/draft/2020-12
 */
import * as z from 'zod';
import { networkJson } from './network-json.js';
import { optionSchemas } from './ops/option-schemas.js';

/** What `networkFromJson` reads, with the options of every op; shapes and names are checked when a network is read. */
export function networkSchema(): Readonly<Record<string, unknown>> {
  const { nodes } = networkJson.shape;
  const [first, ...others] = Object.entries(optionSchemas).map(([op, options]) =>
    nodes.element.extend({
      op: z.literal(op),
      options: options.safeParse({}).success ? z.optional(options) : options,
    }),
  );
  if (!first) return z.toJSONSchema(networkJson, { io: 'input' });
  const described = networkJson.extend({ nodes: z.array(z.union([first, ...others])) }).meta({
    title: 'Network of lstm-onnx',
    description:
      'Inputs, nodes in the order of execution, outputs. A node reads values: the name of an input, or NODE:PORT of a ' +
      'node before it; outputs name values in the same way.',
  });
  return z.toJSONSchema(described, { io: 'input' });
}
