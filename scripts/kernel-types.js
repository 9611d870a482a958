/**
 * What the host must know of the compiled kernels, as TypeScript: the signatures of their functions, the fields of their
 * jobs and the values of their enums. It is read from the compiler, so that the host cannot hold to anything else.
 */

/** The compiler's own numbers for kinds of elements. */
const kinds = { enumeration: 2, functionPrototype: 4, classPrototype: 6 };
const lineWidth = 110;

/** A transform of the compiler that leaves the text in `text`. */
export function kernelTypes() {
  return {
    text: '',
    transform() {
      const result = this;
      return class {
        afterCompile() {
          result.text = typesOf(this.program);
        }
      };
    },
  };
}

function typesOf(program) {
  const elements = [...program.filesByName]
    .filter(([name]) => name.startsWith('src/kernels/'))
    .flatMap(([, { exports }]) => [...(exports ?? [])])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const jobs = elements.filter(([, { kind }]) => kind === kinds.classPrototype);
  const enums = elements.filter(([, { kind }]) => kind === kinds.enumeration);
  const constants = [
    ...jobs.map(([name, element]) => jobFields(name, element)),
    ...enums.map(([name, element]) => enumValues(name, element)),
  ];
  return `/** What src/kernels gives the host; made by \`npm run kernels\`. Addresses, counts and booleans are integers. */

${constants.join('\n')}
/** What \`src/kernels/running.ts\` exports. */
export interface RunningKernels {
${exportsOf(program, 'running')}}

/** What \`src/kernels/training.ts\` exports. */
export interface TrainingKernels extends RunningKernels {
${exportsOf(program, 'training')}}
`;
}

/** Without what the file passes on from another. */
function exportsOf(program, name) {
  const { exports } = program.filesByName.get(`src/kernels/${name}`);
  return [...exports].map(([name, element]) => exported(name, element)).join('');
}

/** The fields of a job, each four bytes after the one before. */
function jobFields(name, { instances }) {
  const [{ members }] = [...instances.values()];
  const fields = [...members].filter(([, member]) => member.isField);
  fields.forEach(([field, { instance }], i) => {
    const isWord = ['i32', 'usize'].includes(instance.type.toString());
    if (isWord && instance.memoryOffset === 4 * i) return;
    throw new Error(`${name}.${field} is no 32-bit integer at ${4 * i}, where the host would write it.`);
  });
  const names = fields.map(([field]) => `'${field}'`);
  return `/** The fields of \`${name}\`: 32-bit integers in this order. */
${onLines(`export const ${lowerFirst(name)}Fields = [`, names, '] as const;')}`;
}

function enumValues(name, { members }) {
  const values = [...members].map(([value, { constantIntegerValue }]) => `${value}: ${constantIntegerValue}`);
  return `/** The values of \`${name}\`. */
${onLines(`export const ${lowerFirst(name)} = { `, values, ' } as const;')}`;
}

function exported(name, element) {
  if (element.kind !== kinds.functionPrototype) return `  readonly ${name}: WebAssembly.Global<'i32'>;\n`;
  const [{ signature }] = [...element.instances.values()];
  const parameters = element.functionTypeNode.parameters.map(
    ({ name: { text } }, i) => `${text}: ${typeOf(signature.parameterTypes[i], name)}`,
  );
  return onLines(`  ${name}(`, parameters, `): ${typeOf(signature.returnType, name)};`);
}

/** A list as the formatter has it: on one line where it fits, else an entry a line. */
function onLines(before, entries, after) {
  const line = `${before}${entries.join(', ')}${after}`;
  if (line.length <= lineWidth) return `${line}\n`;
  const indent = /^ */.exec(before)[0];
  const own = entries.map((text) => `${indent}  ${text},\n`).join('');
  return `${before.trimEnd()}\n${own}${indent}${after.trimStart()}\n`;
}

function typeOf(type, name) {
  const text = type.toString();
  if (text === 'void') return 'void';
  if (['i32', 'usize', 'bool', 'f32', 'f64'].includes(text)) return 'number';
  throw new Error(`${name} has a ${text}, which the host has no type for.`);
}

function lowerFirst(name) {
  return name[0].toLowerCase() + name.slice(1);
}
