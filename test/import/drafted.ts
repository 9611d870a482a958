/** Drafts as their readers have them: TypeScript that compiles, and the network that it defines. */
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { Network } from '../../src/index.js';
import * as library from '../../src/index.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The network that a file of TypeScript exports. */
export function networkOf(text: string): Network {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exported: { network?: Network } = {};
  new Function('require', 'exports', outputText)(() => library, exported);
  return exported.network!;
}

/** What the compiler says against each file, by the project's own options. */
export function compilerErrors(files: ReadonlyMap<string, string>): string[] {
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config as {
    compilerOptions: object;
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const paths = new Map([...files].map(([name, text]) => [`${root}test/drafted/${name}.ts`, text]));
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (path, ...rest) => {
    const text = paths.get(path);
    return text === undefined
      ? getSourceFile.call(host, path, ...rest)
      : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022);
  };
  host.fileExists = (path) => paths.has(path) || fileExists.call(host, path);
  host.readFile = (path) => paths.get(path) ?? readFile.call(host, path);
  const program = ts.createProgram([...paths.keys()], { ...options, noEmit: true }, host);
  return [...paths.keys()].flatMap((path) => {
    const file = program.getSourceFile(path)!;
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) =>
        `${path.slice(root.length)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
  });
}
