/** The functions that users define networks with: those that the library has from `src/builder/ops`, and what their TSDoc says first. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';

const parse = (path: string) => {
  const text = readFileSync(new URL(`../src/${path}`, import.meta.url), 'utf8');
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
};

/** By name, in the order of the alphabet. */
export function functionsOfOps(): ReadonlyMap<string, string> {
  const found = parse('core.ts').statements.flatMap((statement) => {
    if (
      !ts.isExportDeclaration(statement) ||
      !statement.exportClause ||
      !ts.isNamedExports(statement.exportClause)
    )
      return [];
    const path = (statement.moduleSpecifier as ts.StringLiteral).text;
    if (!path.startsWith('./builder/ops/')) return [];
    const names = statement.exportClause.elements
      .filter(({ isTypeOnly }) => !isTypeOnly)
      .map(({ name }) => name.text);
    const sentences = statement.isTypeOnly
      ? new Map<string, string>()
      : firstSentences(`${path.slice(2, -3)}.ts`);
    return names.flatMap((name) => (sentences.has(name) ? [[name, sentences.get(name)!] as const] : []));
  });
  return new Map(found.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** What is said of each function of a file, up to the first full stop. */
function firstSentences(path: string): ReadonlyMap<string, string> {
  const sentences = new Map<string, string>();
  for (const statement of parse(path).statements) {
    const [comment] = ts.getJSDocCommentsAndTags(statement);
    const text = comment && ts.isJSDoc(comment) ? (ts.getTextOfJSDocComment(comment.comment) ?? '') : '';
    const [sentence = ''] = text
      .replaceAll(/\{@link (\w+)\}/g, '`$1`')
      .replaceAll(/\s+/g, ' ')
      .split(/\.(?: |$)/);
    for (const name of namesOf(statement)) sentences.set(name, sentences.get(name) || sentence);
  }
  return sentences;
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isFunctionDeclaration(statement) && statement.name) return [statement.name.text];
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.map(({ name }) => name.getText());
}
