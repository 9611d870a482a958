/** JSON of a model's own metadata, which may say anything: undefined for what is no JSON, so that a schema refuses it. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
