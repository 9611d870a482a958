/** Names, labels and metadata come from files that anybody may have made; a terminal must not obey them. */

/**
 * What moves the cursor, colours, clears, ends a line or turns the direction of text round: the control characters C0,
 * DEL and C1, the line and paragraph separators, and Unicode's bidirectional controls.
 */
const controls = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** The text with these characters as JSON writes them, `\n` or `\u001b`; so JSON stays the same JSON. */
export function escapeControls(text: string): string {
  return text.replace(controls, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped;
  });
}

/** {@link escapeControls} of a text of several lines: line feeds and tabs stay. */
export function escapeInLines(text: string): string {
  return text.replaceAll(/[^\n\t]+/g, escapeControls);
}
