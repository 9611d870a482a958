/** A draft as a TypeScript file. */
import type { Dim } from '../../builder/shape.js';
import { version } from '../../version.js';
import type { Draft } from './draft-network.js';
import { NAMESPACE, quote } from './recorder.js';

/** What marks the line behind it. */
export const MARK = '// TODO: ';

/** @param file the name of the weights' file, for the text at the head */
export function draftAsTypeScript(
  { network, lines, outputs, openInputs, openOutputs }: Draft,
  file: string,
): string {
  const types = Object.entries(network.inputs).map(
    ([name, { dtype, shape }]) => `${name}: ${NAMESPACE}.${dtype}(${shape.map(written).join(', ')})`,
  );
  const names = Object.keys(network.inputs).join(', ');
  const results = Object.entries(outputs).map(([name, code]) => (name === code ? name : `${name}: ${code}`));
  const marked = (code: string, open: string | undefined, indent = '') =>
    open === undefined ? [`${indent}${code}`] : [`${indent}${MARK}${open}`, `${indent}${code}`];
  const head = `export const network = ${NAMESPACE}.defineNetwork({ ${types.join(', ')} }, ({ ${names} }) => {`;
  return `${[
    ...introduction(file),
    `import * as ${NAMESPACE} from 'lstm-onnx';`,
    '',
    ...marked(head, openInputs),
    ...lines.flatMap(({ code, open }) => marked(code, open, '  ')),
    ...marked(`return { ${results.join(', ')} };`, openOutputs, '  '),
    '});',
  ].join('\n')}\n`;
}

const written = (dim: Dim) => (typeof dim === 'number' ? String(dim) : quote(dim));

function introduction(file: string): string[] {
  // A name may hold anything, also the end of a comment.
  const shown = quote(file).replaceAll('*/', '* /');
  return [
    '/**',
    ` * The network of ${shown}, drafted by lstm-onnx ${version}: the modules of the state dict, their names and sizes. It does not`,
    ' * show the rest: below each TODO is a guess to compare with the forward() of the model. Then:',
    ' *',
    ` *   const { parameters } = await ${NAMESPACE}.importFile(${shown}, { network });`,
    ` *   await writeFile('model.onnx', ${NAMESPACE}.exportOnnx(network, parameters));`,
    ' */',
  ];
}
