/** Programs of docs/sequences.md, as a reader would run them. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import * as library from '../src/index.js';

/** Runs the program that has a text in it. @returns what it prints, one value for each line */
export async function printedByProgram(having: string): Promise<unknown[]> {
  const page = readFileSync(new URL('../docs/sequences.md', import.meta.url), 'utf8');
  const program = [...page.matchAll(/```ts\n(.*?)```/gs)]
    .map(([, text]) => text!)
    .find((text) => text.includes(having))!;
  const code = program.replace(/import (\{.*?\}) from 'lstm-onnx';/s, 'const $1 = library;');
  const { outputText } = ts.transpileModule(`async function main(library, console) {${code}}`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022 },
  });
  const printed: unknown[] = [];
  const main = new Function(`${outputText}; return main;`)() as (...given: unknown[]) => Promise<void>;
  await main(library, { log: (value: unknown) => printed.push(value) });
  return printed;
}
