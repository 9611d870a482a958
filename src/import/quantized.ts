/** Weights kept as small integers, which only their scales make floats again. */
import { formatShape } from '../builder/shape.js';
import { LstmOnnxError } from '../errors.js';
import { quoted } from './quoted.js';

const smallIntegers: ReadonlySet<string> = new Set(['int8', 'uint8']);

/**
 * A matrix of 8-bit integers that is called a weight is no counter and no mask.
 *
 * @param dtype as the file calls it: `int8`
 * @throws E_UNSUPPORTED for one
 */
export function refuseQuantizedWeight(name: string, dtype: string, shape: readonly number[]): void {
  const isWeight = /(^|\.)q?weight(_|$)/.test(name) && !name.endsWith('mask');
  if (!smallIntegers.has(dtype) || !isWeight || shape.length < 2) return;
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `The model is quantized: ${quoted(name)} is ${dtype} ${formatShape(shape)}; read are weights of floats. Save the ` +
      "state dict of the model before it is quantized: torch.save(model.state_dict(), 'model.pt').",
  );
}
