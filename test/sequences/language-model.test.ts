/** The program of docs/sequences.md that trains a language model and generates with it. */
import { describe, expect, it } from 'vitest';
import { printedByProgram } from '../docs-program.js';

describe('docs/sequences.md', () => {
  it('has a program that trains a language model, measures it and writes on with its file', async () => {
    const [perplexity, written] = await printedByProgram('textStream');
    expect(perplexity).toBeLessThan(1.1);
    expect(written).toBe('wednesday thursday friday');
  });
});
