/** Names that come from files, as messages show them: quoted, escaped and never longer than a line. */

const MAX_SHOWN = 120;
const MAX_LISTED = 8;

/** The text in double quotes, cut after 120 characters, of which an escaped one counts as it is written. */
export function quoted(text: string): string {
  let shown = '';
  for (const character of text.slice(0, MAX_SHOWN + 1)) {
    const escaped = JSON.stringify(character).slice(1, -1);
    if (shown.length + escaped.length > MAX_SHOWN) return `"${shown}…"`;
    shown += escaped;
  }
  return `"${shown}"`;
}

/** The first eight texts in double quotes, and how many more there are; `nothing` for none. */
export function quotedList(texts: Iterable<string>): string {
  const all = [...texts];
  const shown = all.slice(0, MAX_LISTED).map(quoted).join(', ');
  const rest = all.length - MAX_LISTED;
  return rest > 0 ? `${shown} and ${rest} more` : shown || 'nothing';
}
