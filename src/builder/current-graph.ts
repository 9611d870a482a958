/** The definition that is running, for ops that no value leads to it: those without inputs. */
import { LstmOnnxError } from '../errors.js';
import type { GraphBuilder } from './graph-builder.js';

let current: GraphBuilder | undefined;

/** Calls a definition's function; the graph is the current one until it returns, and again the one before. */
export function defining<T>(graph: GraphBuilder, define: () => T): T {
  const before = current;
  current = graph;
  try {
    return define();
  } finally {
    current = before;
  }
}

/** @param op for the message @throws E_INVALID_OPTION outside of a definition */
export function currentGraph(op: string): GraphBuilder {
  if (current) return current;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${op} is called where no network is being defined: call it in the function that defineNetwork is given, and there not ` +
      'behind an await.',
  );
}
