/** Texts that a language model writes behind the first words of the part that it has not seen. */
import type { Vocabulary } from '../data/text/vocabulary.js';
import { textGeneratorOf } from '../generate/text-generator.js';
import { writtenText } from '../generate/written-text.js';
import type { BaseModel } from '../runtime/model.js';

export interface WrittenSample {
  readonly temperature: number;
  readonly text: string;
}

export interface WrittenSamples {
  readonly prompt: string;
  readonly samples: readonly WrittenSample[];
}

const TEMPERATURES = [0.5, 0.8, 1] as const;

/** Tokens of the prompt, and of each text. */
const sizes = { characters: { prompt: 60, text: 500 }, others: { prompt: 12, text: 100 } } as const;

/** @param test the part that was not learned from */
export async function writtenSamples(
  model: BaseModel,
  vocabulary: Vocabulary,
  test: Int32Array,
  seed: number,
): Promise<WrittenSamples> {
  const { prompt: length, text: maxLength } =
    sizes[vocabulary.tokenizer === 'characters' ? 'characters' : 'others'];
  const { unknown } = vocabulary.special;
  const known = test.subarray(0, length).filter((token) => token !== unknown);
  const prompt = wholeWords(writtenText(vocabulary, known));
  const generator = textGeneratorOf(model);
  const samples: WrittenSample[] = [];
  for (const temperature of TEMPERATURES) {
    const [written] = await generator.generate(prompt, { sample: { temperature, seed }, maxLength });
    samples.push({ temperature, text: written?.text ?? '' });
  }
  return { prompt, samples };
}

/** Without the word at the end, which may be cut, and the blanks around. */
function wholeWords(text: string): string {
  const trimmed = text.trim();
  return /\s/.test(trimmed) ? trimmed.replace(/\s+\S*$/, '') : trimmed;
}
