/** The CMU Pronouncing Dictionary: words, and how each is pronounced. */
import { readFile } from 'node:fs/promises';
import { type TextPairs, textPairs } from 'lstm-onnx';

/** What stands between the pronunciations of a word. */
const OR = ' | ';

/**
 * Each word once, in small letters, with all of its pronunciations: READ and READ(1) are one word with two. Stress is left out, AH0 and AH1
 * are both AH. Words with digits and other signs than an apostrophe are left out.
 *
 * @param file a JSON object of words to their sounds, as `{ "READ": "R EH1 D", "READ(1)": "R IY1 D" }`
 */
export async function readDictionary(file: string): Promise<TextPairs> {
  const entries: Record<string, string> = JSON.parse(await readFile(file, 'utf8'));
  const words = new Map<string, Set<string>>();
  for (const [key, sounds] of Object.entries(entries)) {
    const word = key.replace(/\(\d+\)$/, '').toLowerCase();
    if (!/^[a-z][a-z']*$/.test(word)) continue;
    const known = words.get(word) ?? new Set();
    words.set(word, known.add(sounds.replace(/\d/g, '')));
  }
  const records = [...words].map(([word, all]) => ({ word, sounds: [...all].join(OR) }));
  return textPairs(records, { source: 'word', target: 'sounds' });
}

/** The pronunciations of each word, a list of sounds each. */
export function pronunciations({ targets }: TextPairs): readonly (readonly (readonly string[])[])[] {
  return targets.map((target) => target.split(OR).map((sounds) => sounds.split(' ')));
}
