/** What a model file says of the task that it was trained for: `lstm_onnx.task` in its metadata. */
import * as z from 'zod/mini';
import { LstmOnnxError } from '../errors.js';
import { jsonOf } from '../json-of.js';

/** The key; its value is JSON: `{ "version": 1, "task": "classify", ... }`. */
const KEY = 'lstm_onnx.task';
const VERSION = 1;

export type TaskName = 'classify' | 'tag' | 'translate' | 'caption' | 'generate';

const head = z.looseObject({ version: z.literal(VERSION), task: z.string() });

/** @param facts what the file must say to be used alone, as JSON; the labels and vocabularies have keys of their own */
export function taskMetadata(
  task: TaskName,
  facts: Readonly<Record<string, unknown>>,
): Record<string, string> {
  return { [KEY]: JSON.stringify({ version: VERSION, task, ...facts }) };
}

/** The task in a model's metadata, whichever it is; undefined for a model that says none. */
export function taskNameOf(metadata: ReadonlyMap<string, string>): string | undefined {
  return head.safeParse(jsonOf(metadata.get(KEY) ?? '')).data?.task;
}

/**
 * What `taskMetadata` wrote into a model's metadata.
 *
 * @param facts the schema of the facts, made by zod/mini
 * @throws E_INVALID_FILE for a model that says no task, another one, or facts that the schema refuses
 */
export function taskFactsOf<Facts>(
  metadata: ReadonlyMap<string, string>,
  task: TaskName,
  facts: z.ZodMiniType<Facts>,
): Facts {
  const text = metadata.get(KEY);
  const written = `expected a model file of the task '${task}'`;
  if (text === undefined) {
    throw new LstmOnnxError('E_INVALID_FILE', `The model says no task in its metadata (${KEY}); ${written}.`);
  }
  const { data: found, error: wrongHead } = head.safeParse(jsonOf(text));
  if (!found) throw notRead(wrongHead);
  const { version: _, task: other, ...rest } = found;
  if (other !== task) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The model is of the task '${other.slice(0, 60)}'; ${written}.`,
    );
  }
  const { data, error } = facts.safeParse(rest);
  if (error) throw notRead(error);
  return data;
}

function notRead({ issues: [issue] }: z.core.$ZodError): LstmOnnxError {
  const place = issue?.path.join('.') ?? '';
  const what = place === '' ? '' : `${place}: `;
  return new LstmOnnxError(
    'E_INVALID_FILE',
    `The metadata ${KEY} of the model is not read: ${what}${issue?.message}.`,
  );
}
