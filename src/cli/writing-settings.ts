/** The options of `generate`: how a text is written. */
import * as z from 'zod';
import { above, seed, text, whole } from './setting-schemas.js';

const temperature = 'a number of at least 0, such as 0.8';
const topP = 'a number above 0, up to 1';

export const writingOptions = z.strictObject({
  prompt: z
    .string({ error: 'a text' })
    .exactOptional()
    .describe('What the text goes on from; - reads it from stdin [default: a text begins]'),
  length: whole()
    .exactOptional()
    .describe('The most tokens that are written [default: 500 characters, else 100]'),
  temperature: z
    .number({ error: temperature })
    .min(0, { error: temperature })
    .exactOptional()
    .describe('Below 1 what is probable becomes more so; 0 takes the most probable token [default: 0.8]'),
  topK: whole().exactOptional().describe('Draw from the so many most probable tokens [default: all]'),
  topP: z
    .number({ error: topP })
    .gt(0, { error: topP })
    .max(1, { error: topP })
    .exactOptional()
    .describe('Draw from the fewest tokens whose probabilities come to this [default: 1]'),
  repetitionPenalty: above(0)
    .exactOptional()
    .describe('Above 1 tokens that were there before become less probable [default: 1]'),
  stop: text().exactOptional().describe('A text before which the text ends [default: none]'),
  seed: seed()
    .exactOptional()
    .describe('What is drawn depends on it alone [default: another each time, which is said]'),
  count: whole(1000).exactOptional().describe('How many texts [default: 1]'),
  beam: whole(1000)
    .exactOptional()
    .describe('Search for the most probable text with so many at a time, in place of drawing'),
  vocabulary: text().exactOptional().describe('A JSON file of the vocabulary, of a model file that has none'),
});

export type WritingOptions = z.infer<typeof writingOptions>;
