/** What a unit may stand for: which one goes along with something that can be counted in the text. */
import type { Quantity, UnitStates } from './unit-reader.js';

export interface UnitMeaning {
  /** In words, as in "goes along with". */
  readonly meaning: string;
  readonly unit: number;
  /** Pearson's, from -1 to 1. */
  readonly correlation: number;
}

/** Of a smaller text a unit goes along with everything. */
const leastCharacters = 100;
/** What is less than this is not worth a look. */
const leastCorrelation = 0.4;

/** What is counted, for each character of a text. */
const counted: readonly (readonly [string, (characters: readonly string[]) => number[]])[] = [
  ['place in the line', (text) => since(text, (character) => character === '\n')],
  ['inside quotation marks', insideQuotes],
  ['place in the word', (text) => since(text, (character) => !/[\p{L}\p{M}\p{N}'’]/u.test(character))],
  ['place in the sentence', (text) => since(text, (character) => /[.!?]/.test(character))],
  ['spaces', (text) => ones(text, /\s/)],
  ['vowels', (text) => ones(text, /[aeiouyäöüàèéêâîôûáíóú]/i)],
  ['capital letters', (text) => ones(text, /\p{Lu}/u)],
  ['punctuation', (text) => ones(text, /\p{P}/u)],
  ['digits', (text) => ones(text, /\p{N}/u)],
];

/** For each thing that is counted the unit that goes along with it most, where one does. */
export function unitMeanings({ characters, values }: UnitStates, quantity: Quantity): UnitMeaning[] {
  if (characters.length < leastCharacters) return [];
  const units = standardized(values[quantity]);
  return counted.flatMap(([meaning, count]) => {
    const [target] = standardized(count(characters).map((value) => Float32Array.of(value)));
    if (!target) return [];
    let best = { unit: -1, correlation: 0 };
    units.forEach((unit, index) => {
      const correlation = unit ? mean(unit.map((value, t) => value * (target[t] ?? 0))) : 0;
      if (Math.abs(correlation) > Math.abs(best.correlation)) best = { unit: index, correlation };
    });
    return Math.abs(best.correlation) < leastCorrelation ? [] : [{ meaning, ...best }];
  });
}

/** The units from the one that varies most on. */
export function byVariation({ values, units }: UnitStates, quantity: Quantity): number[] {
  const rows = values[quantity];
  const spread = Array.from({ length: units }, (_, unit) => {
    const column = rows.map((row) => row[unit] ?? 0);
    const middle = mean(column);
    return mean(column.map((value) => (value - middle) ** 2));
  });
  return spread.map((_, unit) => unit).sort((a, b) => (spread[b] ?? 0) - (spread[a] ?? 0));
}

/** Columns with mean 0 and variance 1; undefined in the place of one that is the same throughout. */
function standardized(rows: readonly Float32Array[]): (number[] | undefined)[] {
  return Array.from({ length: rows[0]?.length ?? 0 }, (_, index) => {
    const column = rows.map((row) => row[index] ?? 0);
    const middle = mean(column);
    const deviation = Math.sqrt(mean(column.map((value) => (value - middle) ** 2)));
    return deviation < 1e-6 ? undefined : column.map((value) => (value - middle) / deviation);
  });
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / Math.max(1, numbers.length);
}

function ones(characters: readonly string[], pattern: RegExp): number[] {
  return characters.map((character) => (pattern.test(character) ? 1 : 0));
}

/** How many characters ago one was such; the first ones count from the beginning. */
function since(characters: readonly string[], isSuch: (character: string) => boolean): number[] {
  let count = 0;
  return characters.map((character) => {
    count = isSuch(character) ? 0 : count + 1;
    return count;
  });
}

/**
 * 1 behind a mark that opens, 0 behind one that closes. Of `"` every second one closes, and of `“`, which closes in German. An
 * empty line closes, too: speech that goes on opens anew.
 */
function insideQuotes(characters: readonly string[]): number[] {
  let inside = 0;
  return characters.map((character, i) => {
    if (character === '"' || character === '“') inside = 1 - inside;
    else if (character === '„' || character === '«') inside = 1;
    else if ('”»'.includes(character) || (character === '\n' && characters[i - 1] === '\n')) inside = 0;
    return inside;
  });
}
