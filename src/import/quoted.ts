/** Names that come from files, as messages show them: quoted, escaped and never longer than a line. */

const MAX_SHOWN = 120;
const MAX_LISTED = 8;

/** The text in double quotes, cut after 120 characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}

/** The first eight texts in double quotes, and how many more there are; `nothing` for none. */
export function quotedList(texts: Iterable<string>): string {
  const all = [...texts];
  const shown = all.slice(0, MAX_LISTED).map(quoted).join(', ');
  const rest = all.length - MAX_LISTED;
  return rest > 0 ? `${shown} and ${rest} more` : shown || 'nothing';
}
