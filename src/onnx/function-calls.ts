/**
 * The functions of an ONNX file, which a runtime puts in place of every node that calls them. Twenty functions that each
 * call the one before twice are a thousand bytes and a million nodes, so what the calls come to is counted first.
 * https://onnx.ai/onnx/repo-docs/IR.html#functions
 */
import { LstmOnnxError } from '../errors.js';
import type { proto } from './proto.js';
import { readProto } from './proto-reader.js';

/**
 * Nodes that calls may come to. onnxruntime takes about a second for 5,000, and four times as long for twice as many, during
 * which a process does nothing else; exporters that keep functions write some thousand.
 */
const MAX_CALLED_NODES = 10_000;
/** Functions that are called in one another; exporters go down two or three. */
const MAX_CALL_DEPTH = 64;

type Node = proto.NodeProto.$Properties;

/**
 * @param file that has functions
 * @throws E_UNSUPPORTED where the calls come to more than {@link MAX_CALLED_NODES} nodes; E_INVALID_FILE where functions
 *   call each other in a circle, or deeper than all measure
 */
export function checkFunctionCalls(file: Uint8Array): void {
  // The reader's table of fields is that of the schema which the types were made from.
  const { graph, functions } = readProto('ModelProto', file) as proto.ModelProto.$Properties;
  const called = new Map((functions ?? []).map((f) => [keyOf(f.domain, f.name, f.overload), f.node ?? []]));
  /** By function, where it is counted already; undefined while it is being counted. */
  const counted = new Map<string, number | undefined>();

  const countCall = (key: string, nodes: readonly Node[], depth: number): number => {
    if (depth > MAX_CALL_DEPTH) {
      throw invalid(`Functions call each other deeper than ${MAX_CALL_DEPTH} levels`);
    }
    if (!counted.has(key)) {
      counted.set(key, undefined);
      counted.set(key, nodes.length + countCalls(nodes, depth + 1));
    }
    const count = counted.get(key);
    if (count === undefined) throw invalid(`The function "${key}" calls itself`);
    return count;
  };

  /** The nodes that the calls among these come to, those in their bodies included. */
  const countCalls = (nodes: readonly Node[], depth: number): number => {
    let count = 0;
    for (const { domain, opType, overload, attribute } of nodes) {
      const key = keyOf(domain, opType, overload);
      const body = called.get(key);
      if (body) count += countCall(key, body, depth);
      for (const { g, graphs } of attribute ?? []) {
        for (const { node } of [...(g ? [g] : []), ...(graphs ?? [])]) count += countCalls(node ?? [], depth);
      }
      if (count > MAX_CALLED_NODES) {
        throw new LstmOnnxError(
          'E_UNSUPPORTED',
          `The calls of the file's functions come to more than ${MAX_CALLED_NODES} nodes; put the functions' nodes in the ` +
            'place of the calls, in Python with onnx.inliner.inline_local_functions(model).',
        );
      }
    }
    return count;
  };

  countCalls(graph?.node ?? [], 0);
}

function keyOf(domain?: string | null, name?: string | null, overload?: string | null): string {
  return [domain === 'ai.onnx' ? '' : domain, name, overload].map((part) => part ?? '').join(':');
}

function invalid(what: string): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_FILE', `${what}, which no runtime can resolve.`);
}
