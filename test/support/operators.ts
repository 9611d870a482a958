/** The ONNX operators that are read, each with the files that tests read it of. */
import { readdirSync, readFileSync } from 'node:fs';
import { LstmOnnxError } from '../../src/errors.js';
import { handlers } from '../../src/import/onnx/ops/index.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { table } from '../markdown.js';
import { fixtureCases } from './fixture-sources.js';

const data = new URL('../../fixtures/data/', import.meta.url);
const tests = new URL('../import/', import.meta.url);

/** The operators of every file of another tool that is read. */
function ofOthers(): string[][] {
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.onnx'),
  );
  return files.flatMap((file) => {
    const bytes = new Uint8Array(readFileSync(new URL(file, data)));
    return isRead(bytes) ? [operatorsOf(bytes)] : [];
  });
}

function isRead(bytes: Uint8Array): boolean {
  try {
    return readOnnx(bytes).network.nodes.length > 0;
  } catch (error) {
    if (error instanceof LstmOnnxError) return false;
    throw error;
  }
}

const operatorsOf = (bytes: Uint8Array) => [
  ...new Set(decodeModel(bytes).graph.nodes.map(({ opType }) => opType)),
];

/** The tests that have nodes of an operator, written by hand and compared with onnxruntime. */
function byHand(operator: string): string[] {
  const files = readdirSync(tests).filter(
    (file) => /^onnx-.*\.test\.ts$/.test(file) && !/refusals|hostile/.test(file),
  );
  return files.filter((file) => readFileSync(new URL(file, tests), 'utf8').includes(`'${operator}'`));
}

/** The operators that no test reads. */
export function untested(rows: readonly (readonly string[])[]): string[] {
  return rows.flatMap(([operator = '', ...cells]) => (cells.every((cell) => cell === '-') ? [operator] : []));
}

/** A row for each: how many files of others have it, how many of ours, and where it is written by hand. */
export function operatorRows(): string[][] {
  const [others, ours] = [ofOthers(), fixtureCases.map(({ bytes }) => operatorsOf(bytes()))];
  const filesWith = (operator: string, files: readonly (readonly string[])[]) =>
    String(files.filter((operators) => operators.includes(operator)).length || '-');
  return [...handlers.keys()].sort().map((operator) => [
    operator,
    filesWith(operator, others),
    filesWith(operator, ours),
    byHand(operator)
      .map((file) => `\`${file.slice(0, -'.test.ts'.length)}\``)
      .join(', ') || '-',
  ]);
}

export const operatorTable = (rows: readonly (readonly string[])[]): string =>
  table(['ONNX operator', 'files of others', 'files of ours', 'by hand, in `test/import`'], rows);
