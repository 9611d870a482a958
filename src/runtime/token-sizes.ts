/** How many tokens there are, by input, in the metadata of a model: ONNX's Gather reads a token of -1 as the last one, in silence. */
import { isObject } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import { jsonOf } from '../json-of.js';

/** The key; its value is JSON: `{ "tokens": 80 }`. */
export const TOKENS_KEY = 'lstm_onnx.tokens';

/** @throws E_INVALID_FILE for metadata that is no object of numbers */
export function tokenSizes(metadata: ReadonlyMap<string, string>): ReadonlyMap<string, number> {
  const read = jsonOf(metadata.get(TOKENS_KEY) ?? '{}');
  const sizes = isObject(read) ? Object.entries(read) : [['', read] as const];
  return new Map(
    sizes.map(([name, size]) => {
      if (Number.isSafeInteger(size)) return [name, Number(size)];
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `The model's metadata '${TOKENS_KEY}' must be JSON such as {"tokens":80}.`,
      );
    }),
  );
}
