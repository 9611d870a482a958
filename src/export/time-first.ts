/**
 * LSTM nodes of layout 1 (batch first), which onnxruntime's CPU provider does not take, as layout 0 between Transposes:
 * X [batch, time, I], initial states and Y_h, Y_c [batch, directions, H], Y [batch, time, directions, H]. Everything else
 * in the file keeps its bytes. https://onnx.ai/onnx/operators/onnx__LSTM.html
 */
import { LstmOnnxError } from '../errors.js';
import { bytesField, integerField, joinBytes, type WireField, wireFields } from './wire.js';

/** Field numbers of onnx.proto. */
const modelField = { graph: 7, functions: 25 };
const graphField = { node: 1 };
const functionField = { node: 7 };
const nodeField = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 };
const attributeField = { name: 1, i: 3, graph: 6, ints: 8, graphs: 11, type: 20 };
const INTS = 7; // AttributeProto.AttributeType

const PREFIX = 'time_first';
const UNDERSCORE = 0x5f;
const MAX_UNDERSCORES = 100;

const swap = [1, 0, 2];
/** Which inputs and outputs of an LSTM have the batch first, and how they become so. */
const inputOrders = new Map([0, 5, 6].map((index) => [index, swap]));
const outputOrders = new Map([
  [0, [2, 0, 1, 3]],
  [1, swap],
  [2, swap],
]);

/** Bodies of control flow nest so deep; those below are left as they are. */
const MAX_DEPTH = 24;

/**
 * The file with every LSTM time-first; the same bytes where there is nothing to change. Passes over the weights, so that
 * it takes no time that depends on them.
 *
 * @throws E_INVALID_FILE for bytes that are no protobuf message; E_UNSUPPORTED where no name is left for what is added
 */
export function withTimeFirst(file: Uint8Array): Uint8Array {
  const rewriter = new Rewriter(file);
  const changed = edited(file, ({ number, payload }) => {
    if (number === modelField.graph) return message(number, rewriter.nodes(payload, graphField.node, 0));
    if (number === modelField.functions)
      return message(number, rewriter.nodes(payload, functionField.node, 0));
    return undefined;
  });
  return changed ?? file;
}

class Rewriter {
  #prefix: string | undefined;
  #count = 0;

  constructor(private readonly file: Uint8Array) {}

  /** The graph or function with its nodes rewritten; undefined where none is. */
  nodes(graph: Uint8Array, nodeNumber: number, depth: number): Uint8Array | undefined {
    if (depth > MAX_DEPTH) return undefined;
    return edited(graph, ({ number, payload }) =>
      number === nodeNumber ? this.#node(payload, number, depth) : undefined,
    );
  }

  #node(node: Uint8Array, number: number, depth: number): Uint8Array[] | undefined {
    const fields = [...wireFields(node)];
    const text = (wanted: number) => decoded(fields.findLast((field) => field.number === wanted)?.payload);
    const isOnnx = ['', 'ai.onnx'].includes(text(nodeField.domain));
    if (isOnnx && text(nodeField.opType) === 'LSTM' && fields.some(isBatchFirst)) {
      return this.#timeFirst(fields).map((replaced) => bytesField(number, replaced));
    }
    return message(
      number,
      edited(node, (field) => this.#bodies(field, depth)),
    );
  }

  /** The graphs in an attribute. */
  #bodies({ number, payload }: WireField, depth: number): Uint8Array[] | undefined {
    if (number !== nodeField.attribute) return undefined;
    const attribute = edited(payload, (field) => {
      const isGraph = field.number === attributeField.graph || field.number === attributeField.graphs;
      return isGraph
        ? message(field.number, this.nodes(field.payload, graphField.node, depth + 1))
        : undefined;
    });
    return message(number, attribute);
  }

  /** The LSTM of layout 0, and the Transposes before and after it. */
  #timeFirst(fields: readonly WireField[]): Uint8Array[] {
    const before: Uint8Array[] = [];
    const after: Uint8Array[] = [];
    const indexes = { input: 0, output: 0 };
    const own = fields.flatMap((field) => {
      if (isBatchFirst(field)) return [];
      const isInput = field.number === nodeField.input;
      if (!isInput && field.number !== nodeField.output) return [field.raw];
      const index = indexes[isInput ? 'input' : 'output']++;
      const order = (isInput ? inputOrders : outputOrders).get(index);
      const name = decoded(field.payload);
      if (!order || name === '') return [field.raw];
      const inner = this.#fresh();
      if (isInput) before.push(this.#transpose(name, inner, order));
      else after.push(this.#transpose(inner, name, order));
      return [bytesField(field.number, inner)];
    });
    return [...before, joinBytes(own), ...after];
  }

  #transpose(input: string, output: string, order: readonly number[]): Uint8Array {
    const perm = joinBytes([
      bytesField(attributeField.name, 'perm'),
      ...order.map((axis) => integerField(attributeField.ints, axis)),
      integerField(attributeField.type, INTS),
    ]);
    return joinBytes([
      bytesField(nodeField.input, input),
      bytesField(nodeField.output, output),
      bytesField(nodeField.name, this.#fresh()),
      bytesField(nodeField.opType, 'Transpose'),
      bytesField(nodeField.attribute, perm),
    ]);
  }

  /** A name that stands nowhere in the file, so that no graph, inner or outer, has it. */
  #fresh(): string {
    this.#prefix ??= unusedPrefix(this.file);
    return `${this.#prefix}${this.#count++}`;
  }
}

/** The message with some fields replaced, each by none, one or several; undefined where all stay. */
function edited(
  message: Uint8Array,
  replace: (field: WireField) => readonly Uint8Array[] | undefined,
): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  let isChanged = false;
  for (const field of wireFields(message)) {
    const replaced = replace(field);
    if (replaced) isChanged = true;
    parts.push(...(replaced ?? [field.raw]));
  }
  return isChanged ? joinBytes(parts) : undefined;
}

function message(number: number, payload: Uint8Array | undefined): Uint8Array[] | undefined {
  return payload && [bytesField(number, payload)];
}

/** Whether the field of an LSTM node is an attribute `layout` that says batch first. */
function isBatchFirst({ number, payload }: WireField): boolean {
  if (number !== nodeField.attribute) return false;
  const fields = [...wireFields(payload)];
  const name = fields.findLast((field) => field.number === attributeField.name);
  const value = fields.findLast((field) => field.number === attributeField.i);
  return decoded(name?.payload) === 'layout' && value?.integer === 1;
}

function decoded(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

/** `time_first` with more underscores behind it than it has anywhere in the file. */
function unusedPrefix(file: Uint8Array): string {
  const word = new TextEncoder().encode(PREFIX);
  const [first = 0] = word;
  let longest = -1;
  for (let at = file.indexOf(first); at !== -1; at = file.indexOf(first, at + 1)) {
    if (!word.every((byte, i) => file[at + i] === byte)) continue;
    let end = at + word.length;
    while (file[end] === UNDERSCORE) end++;
    longest = Math.max(longest, end - at - word.length);
  }
  if (longest < MAX_UNDERSCORES) return `${PREFIX}${'_'.repeat(longest + 1)}`;
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `A name in the file is '${PREFIX}' with ${longest} underscores, and names like it are needed; rename it.`,
  );
}
