/**
 * Writes loops over vectors a second time, in pairs: an engine that joins two vectors of 128 bits into one of 256 begins with two
 * stores that lie side by side. So no loop is written twice by hand.
 *
 * Such a loop has the line `// pairs` before it, `while (p < end) {` or `while (p + 16 <= end) {`, and steps of 16 bytes. All of its loads
 * stand before its stores. What is left behind the last pair goes through the loop as it is.
 */
const LOOP = /^( *)\/\/ pairs\n\1while \((\w+) (?:<|\+ 16 <=) (\w+)\) \{\n([\s\S]*?)\n\1\}\n/gm;

const MARK = /^ *\/\/ pairs\b/gm;

/**
 * @param name the file's
 * @returns the text with a loop of pairs before each loop that is marked
 * @throws for a mark before what is no such loop
 */
export function inPairs(text, name) {
  const marks = [...text.matchAll(MARK)].length;
  const loops = [...text.matchAll(LOOP)].length;
  if (marks !== loops) {
    throw new Error(
      `${name} has ${marks} marks of pairs and ${loops} loop(s) that can be written so; write each as scripts/kernel-pairs.js says.`,
    );
  }
  return text.replace(LOOP, (loop, indent, pointer, end, body) => {
    if (/v128\.store\(.*\n(?:.*\n)*.*v128\.load\(/.test(body)) {
      throw new Error(
        `${name} has a loop of pairs with a load behind a store; V8 would not join what is loaded there.`,
      );
    }
    const pairs = pairedBody(body);
    return `${indent}while (${pointer} + 32 <= ${end}) {\n${pairs}\n${indent}}\n${loop}`;
  });
}

function pairedBody(body) {
  const lines = body.split('\n');
  const names = lines.flatMap((line) => [...line.matchAll(/\b(\w+) = /g)].map(([, name]) => name));
  const second = (line) =>
    names
      .reduce((text, name) => text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), `${name}_`), line)
      .replaceAll(/v128\.load\(([^(),]+)\)/g, 'v128.load($1, 16)')
      .replace(/v128\.store\((\w+), (.*)\);$/, 'v128.store($1, $2, 16);');
  return lines
    .map((line) => {
      if (/^ *\/\//.test(line)) return line;
      if (line.includes('+= 16')) return line.replaceAll('+= 16', '+= 32');
      return `${line}\n${second(line)}`;
    })
    .join('\n');
}
