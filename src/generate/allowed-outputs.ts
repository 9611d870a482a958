/** The outputs that a generation may come to, as a trie: what may come next follows from what is there. */
import { inWords, wrongArgument } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';

export interface AllowedNode {
  readonly next: Map<number, AllowedNode>;
  /** Whether an output ends here. */
  isEnd: boolean;
}

/**
 * @param outputs as a caller gave them, without the end token
 * @param maxLength of what is generated, the end token counted
 * @throws E_INVALID_OPTION for what is no list of tokens, and for an output that is too long or has the end token
 */
export function allowedOutputs(outputs: unknown, end: number | undefined, maxLength: number): AllowedNode {
  if (!Array.isArray(outputs) || outputs.length === 0) {
    throw wrongArgument('generate: the option allowed', outputs, 'a list of outputs, each a list of tokens');
  }
  if (end === undefined) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'generate: allowed outputs end with the end token; give it as the option end.',
    );
  }
  const root: AllowedNode = { next: new Map(), isEnd: false };
  for (const [i, output] of outputs.entries()) {
    const where = `generate: allowed[${i}]`;
    const tokens = tokenList(where, output);
    if (tokens.length >= maxLength) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${where} has ${tokens.length} tokens, and with the end token maxLength (${maxLength}) does not hold it; give a larger maxLength.`,
      );
    }
    if (tokens.includes(end)) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${where} has the end token ${end}; leave it out, each output ends with it.`,
      );
    }
    let node = root;
    for (const token of tokens) {
      const next = node.next.get(token) ?? { next: new Map(), isEnd: false };
      node.next.set(token, next);
      node = next;
    }
    node.isEnd = true;
  }
  return root;
}

/** The tokens that may come at a place. */
export function allowedNext({ next, isEnd }: AllowedNode, end: number | undefined): number[] {
  return [...next.keys(), ...(isEnd && end !== undefined ? [end] : [])];
}

/** @throws E_INVALID_OPTION unless it is a list of whole numbers from 0 */
export function tokenList(where: string, tokens: unknown): readonly number[] {
  const isList = Array.isArray(tokens) || tokens instanceof Int32Array;
  if (!isList) throw wrongArgument(where, tokens, 'a list of tokens, such as [1, 5, 2]');
  const list: readonly unknown[] = Array.from(tokens);
  const wrong = list.findIndex((token) => !Number.isInteger(token) || Number(token) < 0);
  if (wrong === -1) return list as readonly number[]; // whole numbers, by the line above
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${where} has ${inWords(list[wrong])} at place ${wrong}; expected a token, a whole number from 0.`,
  );
}
