/**
 * Nodes of an ONNX file replaced by others, in its graph, in bodies of control flow and in functions. Everything else in
 * the file keeps its bytes.
 */
import { joinBytes } from '../array-layout.js';
import { LstmOnnxError } from '../errors.js';
import { bytesField, type WireField, wireFields } from './wire.js';

/** Field numbers of onnx.proto. */
const modelField = { graph: 7, functions: 25 };
const graphField = { node: 1 };
const functionField = { node: 7 };
export const nodeField = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 };
export const attributeField = { name: 1, i: 3, t: 5, graph: 6, ints: 8, graphs: 11, type: 20 };

const UNDERSCORE = 0x5f;
const MAX_UNDERSCORES = 100;

/** Bodies of control flow nest so deep; those below are left as they are. */
const MAX_DEPTH = 24;

/** A node as its rewriter sees it. */
export interface WireNode {
  readonly fields: readonly WireField[];
  readonly opType: string;
  /** Empty for ONNX's own. */
  readonly domain: string;
}

/**
 * The nodes that stand in a node's place, undefined where it stays.
 *
 * @param fresh a name that stands nowhere in the file, another one each time
 */
export type RewriteNode = (node: WireNode, fresh: () => string) => readonly Uint8Array[] | undefined;

/**
 * The file with some nodes rewritten; the same bytes where there is nothing to change. Passes over the weights, so that
 * it takes no time that depends on them.
 *
 * @param prefix what the new names begin with
 * @throws E_INVALID_FILE for bytes that are no protobuf message; E_UNSUPPORTED where no name is left for what is added
 */
export function withNodes(file: Uint8Array, prefix: string, rewrite: RewriteNode): Uint8Array {
  const rewriter = new Rewriter(file, prefix, rewrite);
  const changed = edited(file, ({ number, payload }) => {
    if (number === modelField.graph) return message(number, rewriter.nodes(payload, graphField.node, 0));
    if (number === modelField.functions)
      return message(number, rewriter.nodes(payload, functionField.node, 0));
    return undefined;
  });
  return changed ?? file;
}

class Rewriter {
  readonly #file: Uint8Array;
  readonly #word: string;
  readonly #rewrite: RewriteNode;
  #prefix: string | undefined;
  #count = 0;

  constructor(file: Uint8Array, word: string, rewrite: RewriteNode) {
    this.#file = file;
    this.#word = word;
    this.#rewrite = rewrite;
  }

  /** The graph or function with its nodes rewritten; undefined where none is. */
  nodes(graph: Uint8Array, nodeNumber: number, depth: number): Uint8Array | undefined {
    if (depth > MAX_DEPTH) return undefined;
    return edited(graph, ({ number, payload }) =>
      number === nodeNumber ? this.#node(payload, number, depth) : undefined,
    );
  }

  #node(node: Uint8Array, number: number, depth: number): Uint8Array[] | undefined {
    const fields = [...wireFields(node)];
    const opType = lastText(fields, nodeField.opType);
    const named = lastText(fields, nodeField.domain);
    const domain = named === 'ai.onnx' ? '' : named;
    const replaced = this.#rewrite({ fields, opType, domain }, () => this.#fresh());
    if (replaced) return replaced.map((each) => bytesField(number, each));
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

  /** A name that stands nowhere in the file, so that no graph, inner or outer, has it. */
  #fresh(): string {
    this.#prefix ??= unusedPrefix(this.#file, this.#word);
    return `${this.#prefix}${this.#count++}`;
  }
}

/** A node; its attributes are whole messages. */
export function wireNode(
  opType: string,
  inputs: readonly string[],
  output: string,
  name: string,
  attributes: readonly Uint8Array[] = [],
): Uint8Array {
  return joinBytes([
    ...inputs.map((input) => bytesField(nodeField.input, input)),
    bytesField(nodeField.output, output),
    bytesField(nodeField.name, name),
    bytesField(nodeField.opType, opType),
    ...attributes.map((attribute) => bytesField(nodeField.attribute, attribute)),
  ]);
}

export function decoded(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

function lastText(fields: readonly WireField[], wanted: number): string {
  return decoded(fields.findLast(({ number }) => number === wanted)?.payload);
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

/** The word with more underscores behind it than it has anywhere in the file. */
function unusedPrefix(file: Uint8Array, word: string): string {
  const bytes = new TextEncoder().encode(word);
  const [first = 0] = bytes;
  let longest = -1;
  for (let at = file.indexOf(first); at !== -1; at = file.indexOf(first, at + 1)) {
    if (!bytes.every((byte, i) => file[at + i] === byte)) continue;
    let end = at + bytes.length;
    while (file[end] === UNDERSCORE) end++;
    longest = Math.max(longest, end - at - bytes.length);
  }
  if (longest < MAX_UNDERSCORES) return `${word}${'_'.repeat(longest + 1)}`;
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `A name in the file is '${word}' with ${longest} underscores, and names like it are needed; rename it.`,
  );
}
