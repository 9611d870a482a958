/** A network as JSON and back. What comes back is checked like a definition in code: names, options, shapes. */

import * as z from 'zod';
import { expectText, isObject } from '../arguments.js';
import { counted } from '../counted.js';
import { parseJson } from '../data/bounded-json.js';
import { LstmOnnxError, reading, reworded } from '../errors.js';
import { checkCall } from './check-call.js';
import { checkNetwork } from './check-network.js';
import { issueText } from './check-options.js';
import { GraphBuilder } from './graph-builder.js';
import { finishNetwork, type Network } from './network.js';
import type { OpName, OpOptions } from './ops/index.js';
import { ops } from './ops/index.js';
import { inputEntries, mapInputs, type NamedInputs, severalInputs } from './ops/op-inputs.js';
import { ParameterNames } from './parameter-names.js';
import { isRecurrent } from './recurrent/cells.js';
import { checkDims, type Value } from './tensor.js';

/** Limits for networks from outside; nobody trains one past them. */
export const MAX_TEXT_LENGTH = 4 * 2 ** 20;
const MAX_NODES = 10_000;
/** Of one node: what `concat` joins. */
const MAX_INPUTS = 10_000;
/** Of all recurrent ops together: one option could ask for a billion, each with parameters. */
const MAX_LAYERS = 1_000;
const MAX_RANK = 8;
/** Joined dimensions are named after their parts, so that a chain of joins doubles the name at every step. */
const MAX_DIM_LENGTH = 1_000;
/** Ten lines are enough for a message; a hostile file could cause millions. */
const MAX_ISSUES = 10;
const MAX_ISSUE_LENGTH = 200;
const MAX_SHOWN_VALUES = 12;

/** A file of the format, by its version and what a node has for inputs. */
function fileOf<Version extends number, Inputs extends z.ZodType>(version: Version, inputs: Inputs) {
  return z.strictObject({
    /** Where editors find the schema. */
    $schema: z.string().optional(),
    version: z.literal(version),
    inputs: z.record(
      z.string(),
      z.strictObject({
        dtype: z.enum(['float32', 'int32']),
        shape: z.array(z.union([z.number(), z.string()])).max(MAX_RANK),
      }),
    ),
    nodes: z
      .array(
        z.strictObject({
          name: z.string(),
          op: z.string(),
          /** The layer that this is another call of, whose parameters it has. */
          module: z.string().optional(),
          /** Parameters that are a tensor of another layer, by their own names. */
          tied: z.record(z.string(), z.string()).optional(),
          inputs,
          options: z.record(z.string(), z.unknown()).default({}),
        }),
      )
      .max(MAX_NODES),
    outputs: z.record(z.string(), z.string()),
  });
}

const inputsByName = z
  .record(z.string(), z.string())
  .refine((inputs) => Object.keys(inputs).length <= MAX_INPUTS, { error: `more than ${MAX_INPUTS} inputs` });

/** The format; `network-schema.ts` says what it leaves open, the inputs and options of each op. */
export const networkJson = fileOf(2, inputsByName);

/** Version 1 lists the inputs of a node in an order of their own. */
const networkJson1 = fileOf(1, z.array(z.string()).max(MAX_INPUTS));

/** The network as JSON text; types of intermediate values are left out, since they follow. */
export function networkToJson(network: Network): string {
  checkNetwork('networkToJson', network);
  checkReadable(network);
  const json: z.input<typeof networkJson> = {
    version: 2,
    inputs: Object.fromEntries(
      Object.entries(network.inputs).map(([name, { dtype, shape }]) => [name, { dtype, shape: [...shape] }]),
    ),
    nodes: network.nodes.map(({ name, op, module, tied, inputs, options }) => ({
      name,
      op,
      module, // JSON leaves out what is undefined
      tied,
      inputs: Object.fromEntries(inputEntries<string>(inputs)),
      options: { ...options },
    })),
    outputs: Object.fromEntries(Object.entries(network.outputs).map(([name, { from }]) => [name, from])),
  };
  return JSON.stringify(json);
}

/** @throws E_INVALID_OPTION for a network that the limits would not let in again: a checkpoint of it would be lost */
function checkReadable({ nodes }: Network): void {
  const layers = nodes.reduce((sum, node) => (isRecurrent(node) ? sum + node.options.numLayers : sum), 0);
  if (nodes.length <= MAX_NODES && layers <= MAX_LAYERS) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `The network has ${counted(nodes.length, 'node')} and ${counted(layers, 'recurrent layer')}; files hold ${MAX_NODES} and ` +
      `${MAX_LAYERS} at most.`,
  );
}

/**
 * The network that {@link networkToJson} wrote.
 *
 * @throws E_INVALID_FILE for text that is not such JSON, E_UNSUPPORTED for an op this version does not know, and what
 *   `defineNetwork` throws for a network that does not fit together
 */
export function networkFromJson(text: string): Network {
  expectText('networkFromJson', text, 'JSON');
  return reading("the network's JSON", () => readNetwork(text));
}

function readNetwork(text: string): Network {
  const { inputs, nodes, outputs } = parse(text);
  const graph = new GraphBuilder(checkCall, new ParameterNames());
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
        `The network's ${reader} reads '${id}', which nothing before it computes. Values are named INPUT ` +
          `or NODE:PORT; those before it are ${listValues([...values.keys()])}.`,
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
    const ids = namedInputs(op, node.inputs);
    const from = mapInputs<OpName, string, Value>(ids, (id) => find(id, `node '${node.name}'`));
    // GraphBuilder.add checks the options against the op's own schema before anything reads them.
    const add = () => graph.add(op, node.name, from, node.options as unknown as OpOptions[typeof op], node);
    const ports = isList(node.inputs) ? byPosition(ids, add) : add();
    for (const value of Object.values(ports)) values.set(value.id, value);
    checkLimits(graph);
  }
  const named = Object.entries(outputs).map(([name, id]) => [name, find(id, `output '${name}'`)] as const);
  return finishNetwork(inputs, graph, Object.fromEntries(named));
}

/** Limits the size of the newest node, and of all recurrent layers together. */
function checkLimits({ nodes }: GraphBuilder): void {
  const node = nodes.at(-1);
  if (!node) return;
  const tooLarge = (what: string, limit: number) =>
    new LstmOnnxError('E_INVALID_FILE', `The network's node '${node.name}' ${what}; the limit is ${limit}.`);
  if (isRecurrent(node)) {
    const layers = nodes.reduce((sum, one) => (isRecurrent(one) ? sum + one.options.numLayers : sum), 0);
    if (layers > MAX_LAYERS)
      throw tooLarge(`and those before it have ${layers} recurrent layers`, MAX_LAYERS);
  }
  for (const { shape } of Object.values(node.outputs)) {
    if (shape.length > MAX_RANK) throw tooLarge(`has ${shape.length} dimensions`, MAX_RANK);
    const inexact = shape.find((dim) => typeof dim === 'number' && !Number.isSafeInteger(dim));
    if (inexact !== undefined) throw tooLarge(`has a dimension of ${inexact}`, Number.MAX_SAFE_INTEGER);
    const longest = Math.max(0, ...shape.map((dim) => (typeof dim === 'string' ? dim.length : 0)));
    if (longest > MAX_DIM_LENGTH)
      throw tooLarge(`has a dimension's name of ${longest} characters`, MAX_DIM_LENGTH);
  }
}

/** The last ones, which are most likely meant. */
function listValues(ids: readonly string[]): string {
  const shown = ids.slice(-MAX_SHOWN_VALUES).map((id) => id.slice(0, MAX_ISSUE_LENGTH));
  const more = ids.length > shown.length ? ` and ${ids.length - shown.length} before them` : '';
  return `${shown.join(', ') || 'none'}${more}`;
}

/** A node's inputs by name; version 1 lists x, then states, then lengths, as many as there are. */
function namedInputs(
  op: OpName,
  ids: readonly string[] | Readonly<Record<string, string>>,
): NamedInputs<string> {
  if (!isList(ids)) return ids;
  const named = (...names: string[]) => Object.fromEntries(ids.map((id, i) => [names[i] ?? `x${i + 1}`, id]));
  if (ops[op].inputs === 'several') return severalInputs(ids);
  // After x there were two states, or the lengths, or all three.
  if (op === 'lstm' && ids.length > 2) return named('x', 'h0', 'c0', 'lengths');
  return named('x', 'lengths');
}

/** Says in an error which name stands for which place in the list of version 1. */
function byPosition<T>(ids: NamedInputs<string>, add: () => T): T {
  try {
    return add();
  } catch (error) {
    if (!(error instanceof LstmOnnxError)) throw error;
    const places = inputEntries<string>(ids).map(([name, id], i) => `${i + 1}. '${id}' is ${name}`);
    throw reworded(
      error,
      `${error.message} (Inputs are a list in version 1 of the format: ${places.join(', ') || 'none'}.)`,
    );
  }
}

function isList(ids: readonly string[] | Readonly<Record<string, string>>): ids is readonly string[] {
  return Array.isArray(ids);
}

/** @throws E_INVALID_FILE for a key that objects do not keep as one, so that it would be left out without a word */
function refuseProto(json: unknown, where: string): void {
  if (typeof json !== 'object' || json === null) return;
  for (const [key, value] of Object.entries(json)) {
    if (key === '__proto__') {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `The network's JSON has the key '__proto__' in ${where}; give another name.`,
      );
    }
    refuseProto(value, key);
  }
}

function isOpName(name: string): name is OpName {
  return Object.hasOwn(ops, name);
}

function parse(text: string): z.output<typeof networkJson> | z.output<typeof networkJson1> {
  if (text.length > MAX_TEXT_LENGTH) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The network's JSON has ${text.length} characters; the limit is ${MAX_TEXT_LENGTH}.`,
    );
  }
  const json = parseJson(text, 'The network');
  refuseProto(json, 'the file');
  const isFirst = isObject(json) && json.version === 1;
  const parsed = (isFirst ? networkJson1 : networkJson).safeParse(json);
  if (!parsed.success) {
    const { issues } = parsed.error;
    const shown = issues
      .slice(0, MAX_ISSUES)
      .map(
        ({ path, message }) =>
          `${path.length > 0 ? `${path.join('.')}: ` : ''}${issueText(message).slice(0, MAX_ISSUE_LENGTH)}`,
      );
    if (issues.length > MAX_ISSUES) shown.push(`and ${issues.length - MAX_ISSUES} more`);
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The network's JSON is not in this format: ${shown.join('; ')}.`,
    );
  }
  return parsed.data;
}
