/** That a test is there: a table that names one which was renamed, left out or deleted must not be written. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));
const test = join(root, 'test');

/** A test, by its file in `test` and its title as the file has it. */
export interface Proof {
  readonly file: string;
  readonly title: string;
}

/** The titles of the tests and suites of a file that run, and its text. */
interface Tests {
  readonly titles: ReadonlySet<string>;
  readonly text: string;
}

const found = new Map<string, Tests>();

/** Of a file and of those of `test` that it imports, whose functions may have tests. */
function testsOf(path: string): Tests {
  const own = ownTests(path);
  const imported = [...own.text.matchAll(/from '(\.[^']+)\.js'/g)]
    .map(([, name]) => `${resolve(dirname(path), name!)}.ts`)
    .filter((file) => file.startsWith(test))
    .map(ownTests);
  return {
    titles: new Set([own, ...imported].flatMap(({ titles }) => [...titles])),
    text: [own, ...imported].map(({ text }) => text).join('\n'),
  };
}

function ownTests(path: string): Tests {
  const known = found.get(path);
  if (known) return known;
  const text = readFileSync(path, 'utf8');
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const [title] = node.arguments;
      // it(...), it.each(...)(...), describe.each(...)(...); nothing of it.skip(...) and describe.skip(...)
      const called = node.expression.getText();
      if (/^(it|test|describe)\.(skip|todo|fails)\b/.test(called)) return;
      const isRun = /^(it|test|describe)\b/.test(called);
      if (isRun && title && ts.isStringLiteralLike(title)) titles.add(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true));
  const tests = { titles, text };
  found.set(path, tests);
  return tests;
}

/**
 * What is wrong with a proof, or nothing.
 *
 * @param over what the test goes through, as its file has it: the folder of its fixtures
 */
export function faultOf({ file, title }: Proof, over?: string): string | undefined {
  const path = join(test, file);
  if (!existsSync(path)) return `test/${file} is not there`;
  const { titles, text } = testsOf(path);
  if (!titles.has(title)) return `test/${file} has no test called "${title}"`;
  if (over !== undefined && !text.includes(over)) return `test/${file} does not go through ${over}`;
  return undefined;
}
