/** Where a drafted file says that its schema is. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { schemaPath } from '../../src/cli/schema-path.js';

const project = join('/', 'work', 'project');
const installed = join(project, 'node_modules', 'lstm-onnx');

it.each([
  ['of the project', project, 'node_modules/lstm-onnx/schemas/tag.schema.json'],
  ['below it', join(project, 'a', 'b'), '../../node_modules/lstm-onnx/schemas/tag.schema.json'],
  ['of dependencies', join(project, 'node_modules'), 'lstm-onnx/schemas/tag.schema.json'],
])('a schema is found from a folder %s', (_, folder, path) => {
  expect(schemaPath(folder, 'tag', installed)).toBe(path);
});

it('no path is given that would hold on one machine alone', () => {
  expect(schemaPath(join('/', 'work'), 'tag', installed)).toBeUndefined();
  expect(schemaPath(join('/', 'work', 'other'), 'tag', installed)).toBeUndefined();
  expect(schemaPath(project, 'tag', join(project, 'lstm-onnx'))).toBeUndefined();
});
