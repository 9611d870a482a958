/** BIO tags (Ramshaw & Marcus 1995) among others, and the forms of them that say where a span ends. */

const bio = /^(?:O|[BI](?:-.*)?)$/s;
/** BIOES and BILOU: E and L end a span, S and U are one by themselves. */
const ended = /^(?:O|[BIESLU]-.+)$/s;
const asBioLetter: Readonly<Record<string, string>> = { E: 'I', L: 'I', S: 'B', U: 'B' };

/** Whether all tags are BIO and some begin a span. */
export function isBio(labels: readonly string[]): boolean {
  return labels.every((label) => bio.test(label)) && labels.some((label) => label !== 'O');
}

/** The BIO tag of each tag that says spans, those of BIOES and BILOU, too; undefined where tags say none, as parts of speech. */
export function bioForms(labels: readonly string[]): ReadonlyMap<string, string> | undefined {
  if (isBio(labels)) return new Map(labels.map((label) => [label, label]));
  const saysSpans = labels.every((label) => ended.test(label)) && labels.some((label) => label !== 'O');
  if (!saysSpans) return undefined;
  return new Map(
    labels.map((label) => [label, `${asBioLetter[label.slice(0, 1)] ?? label.slice(0, 1)}${label.slice(1)}`]),
  );
}

/** How many spans of a text begin with an I tag, behind O, another type or nothing. */
export function brokenSpans(tags: readonly string[]): number {
  let broken = 0;
  let before: string | undefined = 'O';
  for (const tag of tags) {
    const goesOn = before !== 'O' && before?.slice(1) === tag.slice(1);
    if (tag.startsWith('I') && !goesOn) broken++;
    before = tag;
  }
  return broken;
}
