/** Conditional random fields in the metadata of a model file. */
import * as z from 'zod/mini';
import type { Network } from '../builder/network.js';
import type { StateDict } from '../builder/parameters.js';
import { LstmOnnxError } from '../errors.js';
import { jsonOf } from '../json-of.js';
import { type Crf, crfNodes, crfOfNode } from './crf.js';

/** The key; its value is JSON. */
const KEY = 'lstm_onnx.crf';
const VERSION = 1;

/** Made when metadata is read: a page that only writes files does without it. */
function schemaOf() {
  const scores = z.array(z.number());
  const lengths = z.exactOptional(z.string());
  const crf = z.strictObject({ start: scores, end: scores, transitions: z.array(scores), lengths });
  return z.strictObject({ version: z.literal(VERSION), outputs: z.record(z.string(), crf) });
}

/** The tagger of an output: what tags it by. */
export interface OutputCrf {
  readonly crf: Crf;
  /** The input or output of the model that says the steps of each sequence; undefined where all have every step. */
  readonly lengths: string | undefined;
}

/** @throws E_INVALID_OPTION for lengths that neither an input nor an output of the network shows */
export function crfMetadata(network: Network, parameters: StateDict): Record<string, string> {
  const nodes = crfNodes(network);
  if (nodes.size === 0) return {};
  const outputs = [...nodes].map(([name, node]) => {
    const { start, end, transitions } = crfOfNode(node, parameters);
    const tags = start.length;
    const lengths = lengthsName(network, name, node.inputs.lengths);
    const rows = Array.from(start, (_, tag) => [...transitions.subarray(tag * tags, (tag + 1) * tags)]);
    return [name, { start: [...start], end: [...end], transitions: rows, ...(lengths ? { lengths } : {}) }];
  });
  return { [KEY]: JSON.stringify({ version: VERSION, outputs: Object.fromEntries(outputs) }) };
}

function lengthsName({ inputs, outputs }: Network, of: string, id: string | undefined): string | undefined {
  if (id === undefined || Object.hasOwn(inputs, id)) return id;
  const shown = Object.entries(outputs).find(([, { from }]) => from === id);
  if (shown) return shown[0];
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `exportOnnx: the lengths of the crf '${of}' are computed in the network ('${id}'), and the tagger needs them; give them as an output, ` +
      'as in ({ emissions, lengths }).',
  );
}

export function hasCrf(metadata: ReadonlyMap<string, string>): boolean {
  return metadata.has(KEY);
}

/** The conditional random fields of a model's outputs. @throws E_INVALID_FILE for a model that says none in its metadata */
export function crfsIn(metadata: ReadonlyMap<string, string>): Map<string, OutputCrf> {
  const text = metadata.get(KEY);
  if (text === undefined) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The model says no conditional random field in its metadata (${KEY}); expected a file that exportOnnx wrote of a network with crf.`,
    );
  }
  const { data, error } = schemaOf().safeParse(jsonOf(text));
  if (!data) throw unread(`${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}`);
  return new Map(
    Object.entries(data.outputs).map(([name, { start, end, transitions, lengths }]) => {
      const isSquare =
        transitions.length === start.length && transitions.every((row) => row.length === start.length);
      if (!isSquare || end.length !== start.length) {
        throw unread(`of '${name}' there are ${start.length} tags, and not as many ends, rows or columns`);
      }
      const crf = {
        start: Float32Array.from(start),
        end: Float32Array.from(end),
        transitions: Float32Array.from(transitions.flat()),
      };
      return [name, { crf, lengths }];
    }),
  );
}

function unread(why: string): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_FILE', `The metadata ${KEY} of the model is not read: ${why}.`);
}
