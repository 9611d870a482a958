/** What the library says, for a page: without options of the command line, in sentences. */

/** The message without what tells how to go on in a terminal. */
export function withoutCommands(message: string): string {
  return message.replace(/ \((?:--|lstm-onnx )[^)]*\)/g, '');
}

/** Notes begin in lower case, as lines of a terminal do. */
export function sentence(note: string): string {
  const text = withoutCommands(note.charAt(0).toUpperCase() + note.slice(1));
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
