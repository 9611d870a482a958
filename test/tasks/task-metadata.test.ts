/** What a model file says of its task. */
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { taskFactsOf, taskMetadata, taskNameOf } from '../../src/tasks/task-metadata.js';

const facts = z.strictObject({ text: z.string(), maxLength: z.number() });
const written = (entries: Record<string, string>) => new Map(Object.entries(entries));
const metadata = written(taskMetadata('classify', { text: 'message', maxLength: 200 }));

describe('the task in the metadata of a model', () => {
  it('is read as it was written', () => {
    expect(taskNameOf(metadata)).toBe('classify');
    expect(taskFactsOf(metadata, 'classify', facts)).toEqual({ text: 'message', maxLength: 200 });
  });

  it('has no name in a model that says none, or no JSON', () => {
    expect(taskNameOf(new Map())).toBeUndefined();
    expect(taskNameOf(written({ 'lstm_onnx.task': '{' }))).toBeUndefined();
    expect(taskNameOf(written({ 'lstm_onnx.task': '{"version":2,"task":"classify"}' }))).toBeUndefined();
  });

  it.each([
    ['no task', new Map<string, string>(), /says no task in its metadata \(lstm_onnx\.task\); expected/],
    ['another task', written(taskMetadata('tag', {})), /is of the task 'tag'; expected .* 'classify'/],
    ['no JSON', written({ 'lstm_onnx.task': 'classify' }), /lstm_onnx\.task of the model is not read/],
    ['a later version', written({ 'lstm_onnx.task': '{"version":2,"task":"classify"}' }), /version: /],
    ['other facts', written(taskMetadata('classify', { text: 'message', maxLength: 'x' })), /maxLength: /],
  ])('is refused where there is %s', (_, of, message) => {
    const read = () => taskFactsOf(of, 'classify', facts);
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ code: 'E_INVALID_FILE' }));
  });
});
