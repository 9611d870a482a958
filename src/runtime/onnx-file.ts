/** What a model's file says and onnxruntime's session does not. */

import { externalFiles } from '../import/onnx/external-data.js';
import { decodeModel } from '../onnx/decode-model.js';
import { checkFunctionCalls } from '../onnx/function-calls.js';
import type { OnnxModel } from '../onnx/graph.js';
import { withKeptStates } from '../onnx/kept-states.js';
import { withTimeFirst } from '../onnx/time-first.js';
import { sequenceInputs } from './sequence-inputs.js';

export interface OnnxFile {
  /** The file's `metadata_props`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Graph inputs and outputs without a shape. */
  readonly unranked: ReadonlySet<string>;
  /** See {@link sequenceInputs}. */
  readonly sequences: ReadonlySet<string>;
  /** Its decoded part; undefined for onnxruntime's own format. */
  readonly model: OnnxModel | undefined;
  /** Files of weights that the model names, relative to its own folder. */
  readonly externalFiles: readonly string[];
  /** The model, in a form that onnxruntime takes. */
  readonly bytes: Uint8Array;
  /** Whether it was changed from the file's own form. */
  readonly isRewritten: boolean;
}

/** Models of an older operator set, of 2018, have no Where for {@link withKeptStates}. */
const FIRST_WITH_WHERE = 9;

/** @throws E_INVALID_FILE, E_UNSUPPORTED */
export function readOnnxFile(file: Uint8Array): OnnxFile {
  if (isOrtFormat(file)) {
    const nothing = { metadata: new Map(), unranked: new Set<string>(), sequences: new Set<string>() };
    return { ...nothing, model: undefined, externalFiles: [], bytes: file, isRewritten: false };
  }
  const model = decodeModel(file);
  const { graph, metadata, opsets, localFunctions } = model;
  if (localFunctions) checkFunctionCalls(file);
  const unranked = [...graph.inputs, ...graph.outputs].filter((value) => value.shape === undefined);
  const timeFirst = withTimeFirst(file);
  const bytes = (opsets.get('') ?? 0) < FIRST_WITH_WHERE ? timeFirst : withKeptStates(timeFirst);
  return {
    metadata,
    unranked: new Set(unranked.map(({ name }) => name)),
    sequences: sequenceInputs(graph),
    model,
    externalFiles: externalFiles(model),
    bytes,
    isRewritten: bytes !== file,
  };
}

/** onnxruntime's own format (a FlatBuffer with the identifier ORTM), which needs no ONNX inside. */
function isOrtFormat(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(4, 8)) === 'ORTM';
}
