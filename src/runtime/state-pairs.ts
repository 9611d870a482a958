/**
 * Finds which output carries each state input of a model to its next run: as the caller says, else the model's metadata,
 * else conventional names. A state that is never carried is an error here, because at run time the model would silently
 * forget (livekit/agents-js#944).
 */
import { counted } from '../counted.js';
import { LstmOnnxError, messageOf, textOf } from '../errors.js';
import { conventionalOutputs, looksLikeState } from './state-names.js';
import { describeValue, isReturned, type ModelValue, quoteNames } from './values.js';

/** Output names by state input; `null` for an input that looks like state and is fed by the caller. */
export type StatePairs = Readonly<Record<string, string | null>>;

/** The key in `metadata_props` under which an exporter says the pairs: a JSON object of input to output names. */
export const STATES_METADATA_KEY = 'lstm_onnx.states';

/** The key under which an exporter says which states have no start of zeros: a JSON list of input names. */
export const GIVEN_STATES_KEY = 'lstm_onnx.given_states';

/** The output that carries each state input, by input name. @throws see `BaseModel.stream` */
export function pairStates(
  inputs: readonly ModelValue[],
  outputs: readonly ModelValue[],
  metadata: ReadonlyMap<string, string>,
  option: StatePairs | undefined,
): ReadonlyMap<string, ModelValue> {
  const graph = { inputs, outputs };
  const stated = option === undefined ? metadataPairs(graph, metadata) : optionPairs(graph, option);
  const pairs = new Map<string, ModelValue>();
  for (const [input, output] of stated) if (output !== null) pairs.set(input, output);
  for (const input of inputs) {
    if (stated.has(input.name)) continue;
    const output = conventionalPair(input, outputs, pairs);
    if (output !== undefined) pairs.set(input.name, output);
  }
  if (pairs.size > 0) return pairs;
  const fed = [...stated].flatMap(([input, output]) => (output === null ? [input] : []));
  if (option === undefined && fed.length > 0) {
    throw new LstmOnnxError(
      'E_STATE_NOT_CARRIED',
      `This model does not stream: its metadata says that ${quoteNames(fed)} are not carried from run to run, as those ` +
        'of a layer that reads from the end, below a mean over time, or beside one that begins every run anew, cannot ' +
        'be. Give run() the whole sequence.',
    );
  }
  throw new LstmOnnxError(
    'E_STATE_NOT_CARRIED',
    `No input of this model is known to be state: ${inputs.map(describeValue).join(', ') || 'it has none'}. Name ` +
      `the pairs in stream({ states: { inputName: 'outputName' } }), out of the outputs ` +
      `${quoteNames(outputs.map((output) => output.name))}; a model without state needs only run().`,
  );
}

/**
 * Refuses to start states from zeros that would be wrong data, such as a window of rows.
 *
 * @param pairs as {@link pairStates} gives them
 * @throws E_MISSING_NAME for one that is not given; E_INVALID_FILE for metadata that is no list of names
 */
export function checkGivenStates(
  pairs: ReadonlyMap<string, ModelValue>,
  metadata: ReadonlyMap<string, string>,
  initial: object | undefined,
): void {
  const json = metadata.get(GIVEN_STATES_KEY);
  if (json === undefined) return;
  const names = listOfNames(json);
  if (names === undefined) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The model's metadata '${GIVEN_STATES_KEY}' must be a JSON list of names, not ${json.slice(0, 80)}`,
    );
  }
  const missing = names.find((name) => pairs.has(name) && !Object.hasOwn(initial ?? {}, name));
  if (missing === undefined) return;
  throw new LstmOnnxError(
    'E_MISSING_NAME',
    `The state '${missing}' of this model does not start from zeros. Give what it starts from: ` +
      `stream({ initial: { '${missing}': ... } }).`,
  );
}

function listOfNames(json: string): readonly string[] | undefined {
  try {
    const names: unknown = json.length > MAX_METADATA ? undefined : JSON.parse(json);
    return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined;
  } catch {
    return undefined;
  }
}

interface Graph {
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
}

type StatedPairs = ReadonlyMap<string, ModelValue | null>;

function optionPairs(graph: Graph, option: StatePairs): StatedPairs {
  if (typeof option !== 'object' || option === null) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `states must be an object { inputName: 'outputName' }, not ${textOf(option)}.`,
    );
  }
  return new Map(
    Object.entries(option).map(([input, output]) => [input, statedOutput(graph, input, output)]),
  );
}

/** Of the JSON of pairs, which are names. */
const MAX_METADATA = 2 ** 20;

function metadataPairs(graph: Graph, metadata: ReadonlyMap<string, string>): StatedPairs {
  const json = metadata.get(STATES_METADATA_KEY);
  if (json === undefined) return new Map();
  try {
    if (json.length > MAX_METADATA) {
      throw new LstmOnnxError('E_INVALID_FILE', `it has ${counted(json.length, 'character')}.`);
    }
    const pairs: unknown = JSON.parse(json);
    if (typeof pairs !== 'object' || pairs === null || Array.isArray(pairs)) {
      throw new LstmOnnxError('E_INVALID_FILE', `it must be a JSON object, not ${json.slice(0, 80)}`);
    }
    return new Map(
      Object.entries(pairs).map(([input, output]) => [input, statedOutput(graph, input, output)]),
    );
  } catch (cause) {
    if (!(cause instanceof LstmOnnxError || cause instanceof SyntaxError)) throw cause;
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The model's metadata '${STATES_METADATA_KEY}' does not say which output carries which input: ` +
        `${messageOf(cause)} Say it in stream({ states: { inputName: 'outputName' } }) instead.`,
      { cause },
    );
  }
}

/** The output a pair names, checked against the graph. */
function statedOutput(graph: Graph, inputName: string, outputName: unknown): ModelValue | null {
  const input = graph.inputs.find((value) => value.name === inputName);
  if (input === undefined) {
    throw new LstmOnnxError(
      'E_UNKNOWN_NAME',
      `States: there is no input '${inputName}'. The inputs are ${quoteNames(graph.inputs.map((v) => v.name))}.`,
    );
  }
  if (outputName === null) return null;
  if (typeof outputName !== 'string') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `States: input '${inputName}' needs the name of an output, or null; got ${textOf(outputName)}.`,
    );
  }
  const output = graph.outputs.find((value) => value.name === outputName);
  if (output === undefined) {
    throw new LstmOnnxError(
      'E_UNKNOWN_NAME',
      `States: there is no output '${outputName}' to carry input '${inputName}'. The outputs are ` +
        `${quoteNames(graph.outputs.map((v) => v.name))}.`,
    );
  }
  if (!sameDType(input, output)) {
    throw new LstmOnnxError(
      'E_DTYPE_MISMATCH',
      `States: output ${describeValue(output)} cannot feed input ${describeValue(input)}.`,
    );
  }
  if (!shapesAgree(input, output)) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `States: output ${describeValue(output)} cannot feed input ${describeValue(input)}: the shapes differ.`,
    );
  }
  return output;
}

/** @throws E_STATE_NOT_CARRIED for an input that looks like state and finds no output. */
function conventionalPair(
  input: ModelValue,
  outputs: readonly ModelValue[],
  taken: ReadonlyMap<string, ModelValue>,
): ModelValue | undefined {
  const used = new Set(taken.values());
  const named = conventionalOutputs(input.name).flatMap(
    (name) => outputs.find((output) => output.name === name && !used.has(output)) ?? [],
  );
  const fitting = named.find((output) => sameDType(input, output) && shapesAgree(input, output));
  if (fitting !== undefined || !looksLikeState(input.name) || input.shape?.length === 0) return fitting;
  const near =
    named.length > 0 ? ` (${named.map(describeValue).join(', ')} has the name, not the type or shape)` : '';
  throw new LstmOnnxError(
    'E_STATE_NOT_CARRIED',
    `Input ${describeValue(input)} looks like state, but no output is known to carry it${near}: it would start ` +
      `anew at every run. Name the output in stream({ states: { '${input.name}': 'outputName' } }), out of ` +
      `${outputs.map(describeValue).join(', ')}; or say { '${input.name}': null } to feed it yourself.`,
  );
}

function sameDType(input: ModelValue, output: ModelValue): boolean {
  return input.dtype === output.dtype && isReturned(output);
}

/** Whether the two shapes may be equal: onnxruntime may give an output's dimension another name. */
function shapesAgree({ shape: a }: ModelValue, { shape: b }: ModelValue): boolean {
  if (a === undefined || b === undefined) return true;
  return (
    a.length === b.length &&
    a.every((dim, axis) => typeof dim !== 'number' || typeof b[axis] !== 'number' || dim === b[axis])
  );
}
