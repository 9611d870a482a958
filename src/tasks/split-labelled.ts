/** Texts with classes in three parts, equal texts in one part: a test on what was learned would flatter. */

import { counted } from '../counted.js';
import type { LabelledTexts } from '../data/text/labelled-texts.js';
import { type SplitSamples, splitSamples } from '../data/text/split-samples.js';
import { LstmOnnxError } from '../errors.js';

export interface LabelledParts extends SplitSamples<LabelledTexts> {
  /** How many texts there are that came before. */
  readonly repeated: number;
}

/**
 * Each class has its share of each part. Texts are equal that differ in white space and case alone.
 *
 * @throws E_INVALID_FILE where there are too few different texts for three parts
 */
export function splitLabelled(
  data: LabelledTexts,
  sizes: { readonly validation: number; readonly test: number; readonly seed: number },
): LabelledParts {
  const groups = new Map<string, number[]>();
  for (const [i, text] of data.texts.entries()) {
    const group = groups.get(keyOf(text));
    if (group) group.push(i);
    else groups.set(keyOf(text), [i]);
  }
  const all = [...groups.values()];
  if (all.length < 3) throw tooFew(all.length);
  // Names of the groups in place of texts; a group is of the class of its first text.
  const split = splitSamples(
    {
      texts: all.map((_, group) => String(group)),
      labels: Int32Array.from(all, ([first = 0]) => data.labels[first] ?? 0),
      classes: data.classes,
      notes: [],
    },
    sizes,
  );
  const part = ({ texts }: LabelledTexts): LabelledTexts => {
    const places = texts.flatMap((group) => all[Number(group)] ?? []).sort((a, b) => a - b);
    return {
      ...data,
      texts: places.map((i) => data.texts[i] ?? ''),
      labels: Int32Array.from(places, (i) => data.labels[i] ?? 0),
    };
  };
  const parts = { train: part(split.train), validation: part(split.validation), test: part(split.test) };
  if (parts.validation.texts.length === 0 || parts.test.texts.length === 0) throw tooFew(all.length);
  return { ...parts, repeated: data.texts.length - all.length };
}

function keyOf(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase();
}

function tooFew(different: number): LstmOnnxError {
  return new LstmOnnxError(
    'E_INVALID_FILE',
    `There ${different === 1 ? 'is' : 'are'} ${counted(different, 'different text')}, too few to hold some of each class back to validate and to test; give at least ten of each class.`,
  );
}
