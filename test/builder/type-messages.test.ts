import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../src/builder/', import.meta.url)).replaceAll('\\', '/');

/** Lines that do not compile, and what of the compiler's message tells the reader why. */
const mistakes: Readonly<Record<string, string>> = {
  'frame.at(-1)': '"no dimension of [batch, 28] is called time: give the axis, as in at(-1, 1)"',
  'at(frame, -1)': '"no dimension of [batch, 28] is called time: give the axis, as in at(x, -1, 1)"',
  'last(frame)': '"no dimension of [batch, 28] is called time: give the axis, as in at(x, -1, 1)"',
  'mean(frame)': '"no dimension of [batch, 28] is called time: give the axis, as in mean(x, 1)"',
  'max(frame)': '"no dimension of [batch, 28] is called time: give the axis, as in max(x, 1)"',
  'flip(frame)': '"no dimension of [batch, 28] is called time: give the axis, as in flip(x, 1)"',
  'add(x, namedSteps)':
    '"28 and features do not fit together: dimensions, from the last one on, must be the same or 1"',
  'matmul(x, frame)':
    '"28 and batch do not fit together: the last dimension of the first and the last but one of the second must be the same"',
  'mul(frame, x)':
    '"batch and time do not fit together: dimensions, from the last one on, must be the same or 1"',
  'transpose(x, [1, 0])': '"[1, 0] does not name each axis of [batch, time, 28] once: its axes are 0, 1, 2"',
  'transpose(x, [0, 0, 1])':
    '"[0, 0, 1] does not name each axis of [batch, time, 28] once: its axes are 0, 1, 2"',
  "reshape(x, ['batch', 'tim', 28])": '"no dimension of [batch, time, 28] is called tim"',
  "reshape(x, ['batch', 784])":
    '"[batch, 784] leaves out time of [batch, time, 28]: keep it, or put -1 for what is left"',
  "linear('fc', named, 10)":
    '"a number: features is a name, known when data arrives, and the last dimension sizes the weights"',
  "linear('fc', reshape(x, [28, -1]), 10)":
    '"a number: names are known when data arrives, and the last dimension sizes the weights"',
  "lstm('l', namedSteps, { hiddenSize: 8 })":
    '"a number: features is a name, known when data arrives, and the last dimension sizes the weights"',
  "linear('fc', lstm('l', x, { hiddenSize: 8 }), 10)": `{ output: SymbolicTensor<"float32", readonly ["batch", "time", 8]>; h: SymbolicTensor<"float32", readonly [1, "batch", 8]>; c: SymbolicTensor<"float32", readonly [1, "batch", 8]>; }' is missing`,
  "lstm('l', x, { hiddenSize: 8, numLayers: 2, initialState: lstm('e', x, { hiddenSize: 8 }) })": `LstmState<NoInfer<readonly [2, "batch", 8]>, NoInfer<readonly [2, "batch", 8]>>`,
  "embedding('e', x, { numEmbeddings: 10, embeddingDim: 4 })": `Type '"float32"' is not assignable to type '"int32"'`,
  'concat([frame, x])': `Type 'readonly ["batch", "time", 28]' is not assignable to type 'readonly ["batch", Dim]'`,
  "void fit(tagger, { inputs: { words }, targets: words }, { loss, output: 'logits' })": `Type '"logits"' is not assignable to type '"tags" | "class"'`,
  "void evaluate(tagger, new Map(), { inputs: { words }, targets: words }, { loss, output: 'logits' })": `Type '"logits"' is not assignable to type '"tags" | "class"'`,
  "void fit(tagger, { inputs: { word: words }, targets: words }, { loss, output: 'tags' })":
    '"the network has no input called word, but it has words"',
  "void fit(tagger, { inputs: { words }, targets: words }, { loss, output: 'tags', lr: 1 })": `'lr' does not exist in type 'FitOptions<"tags" | "class">'`,
};

/** Expressions, and what an editor shows over them. */
const shown: Readonly<Record<string, string>> = {
  "lstm('l', x, { hiddenSize: 8 }).h": 'SymbolicTensor<"float32", readonly [1, "batch", 8]>',
  "lstm('l', x, { hiddenSize: 8, numLayers: 3, bidirectional: true }).c":
    'SymbolicTensor<"float32", readonly [6, "batch", 8]>',
  "lstm('l', x, { hiddenSize: 8, projSize: 2 }).output":
    'SymbolicTensor<"float32", readonly ["batch", "time", 2]>',
  'mul(x, 2)': 'SymbolicTensor<"float32", readonly ["batch", "time", 28]>',
  'relu(x)': 'SymbolicTensor<"float32", readonly ["batch", "time", 28]>',
  'transpose(x, [1, 0, 2])': 'SymbolicTensor<"float32", readonly ["time", "batch", 28]>',
  'x.at(-1)': 'SymbolicTensor<"float32", readonly ["batch", 28]>',
};

const text = `
  import { relu } from './ops/activations.js';
  import { add, mul } from './ops/arithmetic.js';
  import { at, last } from './ops/at.js';
  import { concat } from './ops/concat.js';
  import { embedding } from './ops/embedding.js';
  import { flip } from './ops/flip.js';
  import { linear } from './ops/linear.js';
  import { lstm } from './ops/lstm.js';
  import { matmul } from './ops/matmul.js';
  import { max, mean } from './ops/reduce.js';
  import { reshape } from './ops/reshape.js';
  import { transpose } from './ops/transpose.js';
  import type { Network } from './network.js';
  import type { Shape } from './shape.js';
  import type { SymbolicTensor, TensorType } from './tensor.js';
  import { evaluate } from './train/evaluate.js';
  import { fit } from './train/fit.js';
  import { crossEntropy as loss } from './train/cross-entropy.js';
  import type { NdArray } from '../nd-array.js';
  type Float<S extends Shape> = SymbolicTensor<'float32', S>;
  declare const x: Float<readonly ['batch', 'time', 28]>;
  declare const frame: Float<readonly ['batch', 28]>;
  declare const named: Float<readonly ['batch', 'features']>;
  declare const namedSteps: Float<readonly ['batch', 'time', 'features']>;
  declare const words: NdArray<'int32'>;
  declare const tagger: Network<
    { words: TensorType<'int32', readonly ['batch', 'time']> },
    { tags: TensorType<'float32', readonly ['batch', 5]>; class: TensorType<'float32', readonly ['batch', 2]> }
  >;
  ${[...Object.keys(mistakes), ...Object.keys(shown)].join(';\n')}`;

/** What the compiler says of the text, as a file beside the builder. Of packages it knows nothing, which saves seconds. */
function compile() {
  const path = `${folder}in-memory.ts`;
  const options: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    lib: ['lib.es2023.d.ts'],
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const fromDisk = host.getSourceFile;
  host.getSourceFile = (name, target, ...rest) =>
    name === path ? ts.createSourceFile(name, text, target) : fromDisk.call(host, name, target, ...rest);
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text: name }) => ({
      resolvedModule: name.startsWith('.')
        ? ts.resolveModuleName(name, from, options, host).resolvedModule
        : undefined,
    }));
  const program = ts.createProgram([path], options, host);
  const source = program.getSourceFile(path)!;
  const checker = program.getTypeChecker();
  const messages = new Map<string, string>();
  const types = new Map<string, string>();
  const diagnostics = program.getSemanticDiagnostics(source);
  for (const statement of source.statements) {
    const code = statement.getText(source).replace(/;$/, '');
    const own = diagnostics.filter(
      ({ start = -1 }) => start >= statement.getStart(source) && start < statement.end,
    );
    if (own.length > 0) {
      const all = own.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
      messages.set(code, all.join('\n'));
    }
    if (ts.isExpressionStatement(statement)) {
      types.set(code, checker.typeToString(checker.getTypeAtLocation(statement.expression)));
    }
  }
  return { messages, types };
}

it("says in the compiler's messages what there is, and shows shapes rather than the names of their types", () => {
  const { messages, types } = compile();
  expect([...messages.keys()]).toEqual(Object.keys(mistakes));
  for (const [code, words] of Object.entries(mistakes)) expect(messages.get(code), code).toContain(words);
  for (const [code, type] of Object.entries(shown)) expect(types.get(code), code).toBe(type);
});
