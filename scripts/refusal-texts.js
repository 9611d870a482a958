/** Takes out of programs the texts of errors that nobody sees. */
import { parseSync, Visitor } from 'vite';

/** Codes of errors for which a page has another program read the file again: `runtime/web.ts`. */
const readAgain = new Set(['E_UNSUPPORTED', 'E_INVALID_FILE']);

/**
 * The program with `''` for the message of each `new LstmOnnxError('E_UNSUPPORTED', message)` or `E_INVALID_FILE`, and of each
 * `node.refusal(message)`, which is E_UNSUPPORTED.
 */
export function withoutTexts(path, program) {
  const { program: tree, errors } = parseSync(path, program);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0].message}`);
  const texts = [];
  new Visitor({
    CallExpression({ callee, arguments: [message] }) {
      if (callee.property?.name === 'refusal' && message) texts.push(message);
    },
    NewExpression({ callee, arguments: [code, message] }) {
      if (callee.name === 'LstmOnnxError' && readAgain.has(code?.value) && message) texts.push(message);
    },
  }).visit(tree);
  let [rest, end] = ['', 0];
  for (const text of texts.sort((a, b) => a.start - b.start)) {
    // A text in another one goes with that.
    if (text.start < end) continue;
    rest += `${program.slice(end, text.start)}''`;
    ({ end } = text);
  }
  return rest + program.slice(end);
}
