/** Checks what a caller gives an op, which may be anything at run time: the node's name, inputs and options. */
import { inWords } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import { checkOptions } from './check-options.js';
import type { GraphBuilder, OpCall } from './graph-builder.js';
import { type OpName, type OpOptions, ops } from './ops/index.js';
import { inputEntries, wrongInputNames } from './ops/op-inputs.js';
import { checkValue, type Value } from './tensor.js';

/** Module names as in PyTorch: identifiers joined by dots. */
const modulePath = /^[A-Za-z_]\w*(\.\w+)*$/;

/**
 * @returns the options as their schema has them
 * @throws E_INVALID_OPTION, E_MISSING_NAME
 */
export function checkCall<K extends OpName>(
  { op, name, isNumbered, inputs, options }: OpCall<K>,
  graph: GraphBuilder,
): OpOptions[K] {
  if (isNumbered && ops[op].parameters) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${op} has no name; its parameters are named after it: ${op}('name', x, ...).`,
    );
  }
  checkName(name);
  const wrong = wrongInputNames(ops[op].inputs, inputs);
  if (wrong !== undefined) throw new LstmOnnxError('E_MISSING_NAME', `${name} (${op}) ${wrong}.`);
  for (const [, input] of inputEntries<Value>(inputs)) {
    checkValue(name, input);
    if (input.graph !== graph) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${name}: '${input.id}' belongs to another network; use values of this definition only.`,
      );
    }
  }
  return checkOptions(op, options, name);
}

/** @throws E_INVALID_OPTION */
export function checkName(name: unknown): void {
  if (typeof name === 'string' && modulePath.test(name)) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${typeof name === 'string' ? JSON.stringify(name) : inWords(name)} is not a name: use letters, digits and _, starting with a letter; dots nest.`,
  );
}
