import { LstmOnnxError } from './errors.js';

/**
 * The value under a name.
 *
 * @param what is looked for, such as `parameter`
 * @throws E_MISSING_NAME where there is none
 */
export function mustGet<V>(map: ReadonlyMap<string, V>, name: string, what: string): V {
  const value = map.get(name);
  if (value === undefined) throw new LstmOnnxError('E_MISSING_NAME', `The ${what} '${name}' is missing.`);
  return value;
}

/**
 * A value that is known to be there, which the types cannot say.
 *
 * @throws E_INTERNAL where it is not
 */
export function mustHave<V>(value: V | undefined, what: string): V {
  if (value !== undefined) return value;
  throw new LstmOnnxError('E_INTERNAL', `${what} is missing: a fault in lstm-onnx. Please report it.`);
}
