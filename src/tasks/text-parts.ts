/** A long text in three parts that follow one another: the first is learned, the next tells the best epoch, the last how good the model is. */

export interface TextParts {
  readonly train: string;
  readonly validation: string;
  readonly test: string;
}

/** How far a border is moved back to the start of a line, at most, in characters. */
const MOST_MOVED = 2000;

/**
 * The parts begin where a line begins, or else behind white space, so that no word is cut.
 *
 * @param validation the fraction of the text that is the second part
 * @param test the fraction that is the last part
 */
export function textParts(text: string, validation: number, test: number): TextParts {
  const end = text.length;
  const second = borderAt(text, Math.round(end * (1 - validation - test)), 0);
  const last = borderAt(text, Math.round(end * (1 - test)), second);
  return { train: text.slice(0, second), validation: text.slice(second, last), test: text.slice(last) };
}

/** The nearest border before a place, in the last tenth of what is there behind `from`, or a place between two characters. */
function borderAt(text: string, place: number, from: number): number {
  const most = Math.min(MOST_MOVED, Math.floor((place - from) / 10));
  const near = text.slice(place - most, place);
  const line = near.lastIndexOf('\n');
  if (line >= 0) return place - most + line + 1;
  const blank = /\s\S*$/.exec(near);
  if (blank) return place - most + blank.index + 1;
  // Not between the two halves of a character.
  return isLowSurrogate(text.charCodeAt(place)) ? place - 1 : place;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
