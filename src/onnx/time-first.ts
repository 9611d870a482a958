/**
 * Recurrent nodes of layout 1 (batch first), which onnxruntime's CPU provider does not take, as layout 0 between Transposes:
 * X [batch, time, I], initial states and Y_h, Y_c [batch, directions, H], Y [batch, time, directions, H]. Everything else
 * in the file keeps its bytes. https://onnx.ai/onnx/operators/onnx__LSTM.html
 */
import { joinBytes } from '../array-layout.js';
import { onnxRecurrentOperators } from './recurrent-operators.js';
import {
  attributeField,
  decoded,
  nodeField,
  type RewriteNode,
  wireNode,
  withNodes,
} from './rewrite-nodes.js';
import { bytesField, integerField, type WireField, wireFields } from './wire.js';

const INTS = 7; // AttributeProto.AttributeType

const swap = [1, 0, 2];
/** Which inputs and outputs of a recurrent node have the batch first, and how they become so. */
const inputOrders = new Map([0, 5, 6].map((index) => [index, swap]));
const outputOrders = new Map([
  [0, [2, 0, 1, 3]],
  [1, swap],
  [2, swap],
]);

/**
 * The file with every recurrent node time-first; the same bytes where there is nothing to change.
 *
 * @throws what {@link withNodes} throws
 */
export function withTimeFirst(file: Uint8Array): Uint8Array {
  return withNodes(file, 'time_first', timeFirst);
}

/** The node of layout 0, and the Transposes before and after it. */
const timeFirst: RewriteNode = ({ fields, opType, domain }, fresh) => {
  if (domain !== '' || !onnxRecurrentOperators.has(opType) || !fields.some(isBatchFirst)) return undefined;
  const before: Uint8Array[] = [];
  const after: Uint8Array[] = [];
  const indexes = { input: 0, output: 0 };
  const own = fields.flatMap((field) => {
    if (isBatchFirst(field)) return [];
    const isInput = field.number === nodeField.input;
    if (!isInput && field.number !== nodeField.output) return [field.raw];
    const index = indexes[isInput ? 'input' : 'output']++;
    const order = (isInput ? inputOrders : outputOrders).get(index);
    const name = decoded(field.payload);
    if (!order || name === '') return [field.raw];
    const inner = fresh();
    if (isInput) before.push(transpose(name, inner, order, fresh()));
    else after.push(transpose(inner, name, order, fresh()));
    return [bytesField(field.number, inner)];
  });
  return [...before, joinBytes(own), ...after];
};

function transpose(input: string, output: string, order: readonly number[], name: string): Uint8Array {
  const perm = joinBytes([
    bytesField(attributeField.name, 'perm'),
    ...order.map((axis) => integerField(attributeField.ints, axis)),
    integerField(attributeField.type, INTS),
  ]);
  return wireNode('Transpose', [input], output, name, [perm]);
}

/** Whether the field of a recurrent node is an attribute `layout` that says batch first. */
function isBatchFirst({ number, payload }: WireField): boolean {
  if (number !== nodeField.attribute) return false;
  const fields = [...wireFields(payload)];
  const name = fields.findLast((field) => field.number === attributeField.name);
  const value = fields.findLast((field) => field.number === attributeField.i);
  return decoded(name?.payload) === 'layout' && value?.integer === 1;
}
