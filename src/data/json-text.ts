/** Where things are in JSON text of which nothing is made, by its brackets, quotes and commas alone. */

/** A string, or UTF-8 read as one: all that these functions look at is ASCII. */
export type JsonText = Pick<string, 'length' | 'charCodeAt' | 'slice'>;

const [space, lineFeed, carriageReturn, tab] = [0x20, 0x0a, 0x0d, 0x09];
export const [quote, comma, colon] = [0x22, 0x2c, 0x3a] as const;
const backslash = 0x5c;
export const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d] as const;

export function afterSpaces(text: JsonText, start: number): number {
  let at = start;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === space || code === lineFeed || code === carriageReturn || code === tab;
}

/** The place of the quote that ends the string which starts here; past the text where none does. */
export function endOfString(text: JsonText, start: number): number {
  let at = start + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) break;
    if (code === backslash) at++;
  }
  return at;
}

/** Behind the value that starts here. Whether it is one is for who reads it. */
export function endOfValue(text: JsonText, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isEnd = code === closeList || code === closeObject;
    if (depth === 0 && (isEnd || code === comma || code === colon || isSpace(code))) return at;
    if (isEnd) depth--;
    else if (code === openList || code === openObject) depth++;
    else if (code === quote) at = endOfString(text, at);
    if (depth === 0 && (isEnd || code === quote)) return Math.min(at + 1, text.length);
  }
  return text.length;
}

/** How many elements the list has that starts here. */
export function elementsOf(text: JsonText, start: number): number {
  let at = afterSpaces(text, start + 1);
  if (text.charCodeAt(at) === closeList) return 0;
  let count = 1;
  for (;;) {
    at = afterSpaces(text, endOfValue(text, at));
    if (text.charCodeAt(at) !== comma) return count;
    count++;
    at = afterSpaces(text, at + 1);
  }
}
