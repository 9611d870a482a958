/** The program of docs/sequences.md that trains a language model and generates with it. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as library from '../../src/index.js';

describe('docs/sequences.md', () => {
  it('has a program that trains a language model, measures it and writes on with its file', async () => {
    const page = readFileSync(new URL('../../docs/sequences.md', import.meta.url), 'utf8');
    const program = [...page.matchAll(/```ts\n(.*?)```/gs)]
      .map(([, text]) => text!)
      .find((text) => text.includes('textStream'))!;
    const code = program.replace(/import (\{.*?\}) from 'lstm-onnx';/s, 'const $1 = library;');
    const { outputText } = ts.transpileModule(`async function main(library, console) {${code}}`, {
      compilerOptions: { target: ts.ScriptTarget.ES2022 },
    });
    const printed: unknown[] = [];
    const main = new Function(`${outputText}; return main;`)() as (...given: unknown[]) => Promise<void>;
    await main(library, { log: (value: unknown) => printed.push(value) });
    const [perplexity, written] = printed;
    expect(perplexity).toBeLessThan(1.1);
    expect(written).toBe('wednesday thursday friday');
  });
});
