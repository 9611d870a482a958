/** Whether a node has the inputs, outputs and attributes that its operator takes. */
import { counted } from '../../counted.js';
import type { NodeView, OpRule } from './rule.js';

/** Reports what does not fit; true where all does. */
export function checkSignature(view: NodeView, rule: OpRule): boolean {
  const { inputs, outputs } = view.node;
  const fits = [
    checkArity(view, 'input', inputs, rule.inputs),
    checkArity(view, 'output', outputs, rule.outputs),
    ...checkAttributes(view, rule),
  ];
  return fits.every(Boolean);
}

function checkArity(
  view: NodeView,
  side: 'input' | 'output',
  names: readonly string[],
  [fewest, most]: readonly [number, number],
): boolean {
  const expected = most === Number.POSITIVE_INFINITY ? `at least ${fewest}` : `${fewest} to ${most}`;
  const range = fewest === most ? `${fewest}` : expected;
  if (names.length < fewest || names.length > most) {
    view.fail(`it has ${counted(names.length, side)}, expected ${range}`);
    return false;
  }
  const missing = names.findIndex((name, index) => name === '' && index < fewest);
  if (missing < 0) return true;
  view.fail(`${side} ${missing} is left out, but it is not optional`);
  return false;
}

function checkAttributes(view: NodeView, rule: OpRule): boolean[] {
  const known = new Map(
    Object.entries(rule.attributes ?? {}).filter(([, { since = 0 }]) => since <= view.opset),
  );
  const fits: boolean[] = [];
  for (const [name, { type }] of view.node.attributes) {
    const expected = known.get(name)?.type;
    // An integer past the safe range is still an integer.
    const got = type === 'bigint' ? 'int' : type === 'bigints' ? 'ints' : type;
    if (expected === got) continue;
    const problem = expected ? `is of kind ${type}, expected ${expected}` : 'is not one it takes';
    view.fail(`attribute "${name}" ${problem} in operator set ${view.opset}`);
    fits.push(false);
  }
  for (const [name, attribute] of known) {
    if (!attribute.required || view.node.attributes.has(name)) continue;
    view.fail(`the attribute "${name}" is missing`);
    fits.push(false);
  }
  return fits;
}
