/**
 * The JSON schema of network files, for editors and other programs: `schemas/network.schema.json` is generated from it.
 * https://json-schema.org/draft/2020-12
 */
import * as z from 'zod';
import { networkJson } from './network-json.js';
import { type OpName, ops } from './ops/index.js';
import type { InputNames } from './ops/op-inputs.js';
import { optionSchemas } from './ops/option-schemas.js';

const opNames = Object.keys(ops) as OpName[]; // the table has every op

/** What `networkFromJson` reads, with the options of every op; shapes and names are checked when a network is read. */
export function networkSchema(): Readonly<Record<string, unknown>> {
  const { nodes } = networkJson.shape;
  const [first, ...others] = opNames.map((op) => {
    const options: z.core.$ZodType = optionSchemas[op];
    // Only a layer has parameters to share.
    const node = ops[op].parameters ? nodes.element : nodes.element.omit({ module: true, tied: true });
    return node.extend({
      op: z.literal(op),
      inputs: inputsSchema(ops[op].inputs),
      options: z.safeParse(options, {}).success ? z.optional(options) : options,
    });
  });
  if (!first) return z.toJSONSchema(networkJson, { io: 'input' });
  const described = networkJson.extend({ nodes: z.array(z.union([first, ...others])) }).meta({
    title: 'Network of lstm-onnx',
    description:
      'Inputs, nodes in the order of execution, outputs. A node reads values: the name of an input, or NODE:PORT of a ' +
      'node before it; outputs name values in the same way.',
  });
  return z.toJSONSchema(described, { io: 'input' });
}

/** Ids of values by the names of an op's inputs. */
function inputsSchema(names: InputNames) {
  if (names === 'several') return z.record(z.string().regex(/^x[1-9]\d*$/), z.string());
  const required = names.required.map((name) => [name, z.string()] as const);
  const optional = (names.optional ?? []).map((name) => [name, z.string().optional()] as const);
  return z.strictObject(Object.fromEntries<z.ZodType>([...required, ...optional]));
}
