/**
 * Which file format version (ir_version) each operator set came out with, from the ONNX project's Versioning.md.
 * A reader that knows the operator set knows that format; an older number would promise less than the file uses.
 */
import { LstmOnnxError } from '../errors.js';

/** First operator set of each ir_version, newest first. */
const releases: readonly { readonly opset: number; readonly irVersion: number }[] = [
  { opset: 28, irVersion: 14 },
  { opset: 25, irVersion: 13 },
  { opset: 24, irVersion: 12 },
  { opset: 23, irVersion: 11 },
  { opset: 21, irVersion: 10 },
  { opset: 19, irVersion: 9 },
  { opset: 15, irVersion: 8 },
  { opset: 12, irVersion: 7 },
  { opset: 11, irVersion: 6 },
  { opset: 10, irVersion: 5 },
  { opset: 9, irVersion: 4 },
  { opset: 1, irVersion: 3 },
];

/** The newest operator set and file format that this library knows. */
export const NEWEST_OPSET = 28;
export const NEWEST_IR_VERSION = 14;

/** The ir_version of the ONNX release that brought this operator set. @throws E_INVALID_OPTION for an unknown one. */
export function irVersionFor(opset: number): number {
  const release = releases.find((known) => opset >= known.opset);
  if (release && Number.isInteger(opset) && opset <= NEWEST_OPSET) return release.irVersion;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `Operator set ${opset} is not known; expected an integer from 1 to ${NEWEST_OPSET}.`,
  );
}
