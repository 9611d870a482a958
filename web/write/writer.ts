/** A model that writes: characters that come one after the other, each drawn from what the model says of it. */
import { Model, type TextGenerator, textGeneratorOf, type Vocabulary } from 'lstm-onnx/web';

export interface Writer {
  readonly model: Model;
  readonly generator: TextGenerator;
  /** The size of its file. */
  readonly bytes: number;
}

/** @throws what `Model.load` and `textGeneratorOf` throw */
export async function openWriter(bytes: Uint8Array): Promise<Writer> {
  const model = await Model.load(bytes);
  return { model, generator: textGeneratorOf(model), bytes: bytes.length };
}

/** The part of a text that is of the model's characters, and the others, each once. */
export interface KnownText {
  readonly text: string;
  readonly unknown: readonly string[];
}

export function knownText({ tokens }: Vocabulary, text: string): KnownText {
  const known = new Set(tokens);
  // Windows ends lines otherwise; no model is trained on that.
  const all = [...text.replaceAll(/\r\n?/g, '\n')];
  return {
    text: all.filter((character) => known.has(character)).join(''),
    unknown: [...new Set(all.filter((character) => !known.has(character)))],
  };
}

export interface WriteOptions {
  /** What stands before the text, of the model's characters; where it is empty the text begins as a line does. */
  readonly prompt: string;
  /** How many characters are written. */
  readonly length: number;
  readonly seed: number;
  /** Asked for at each character. */
  temperature(): number;
  readonly signal: AbortSignal;
}

/** Writes character by character, until there are enough or the signal says so. */
export async function* write({ generator }: Writer, options: WriteOptions): AsyncGenerator<string> {
  const { prompt, length, signal } = options;
  let [text, count] = [prompt, 0];
  // A temperature is that of a whole generation: another one begins behind all that is written.
  for (let part = 0; count < length && !signal.aborted; part++) {
    const temperature = options.temperature();
    const sample = { temperature, seed: seedOf(options.seed, part) };
    for await (const character of generator.stream(text, { maxLength: length - count, sample })) {
      if (signal.aborted) return;
      text += character;
      count++;
      yield character;
      if (options.temperature() !== temperature) break;
    }
  }
}

/** The person's own for the first part, so that it gives the same text everywhere; others behind it. */
function seedOf(seed: number, part: number): bigint {
  return BigInt(seed) + (BigInt(part) << 32n);
}
