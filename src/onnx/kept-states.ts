/**
 * Recurrent nodes that are given states and lengths: a sequence of length 0 ends in the state that it began with. The
 * specification does not say so, onnxruntime gives zeros: a stream that has nothing of one sequence in a chunk would
 * begin that one anew. Each of Y_h and Y_c becomes Where(length, Y_h, initial_h), for time-first nodes.
 * https://onnx.ai/onnx/operators/onnx__LSTM.html
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
import { bytesField, integerField } from './wire.js';

/** Of AttributeProto.AttributeType. */
const attributeTypes = { int: 2, tensor: 4 };
/** Of TensorProto. */
const tensorField = { dims: 1, dataType: 2, rawData: 9 };
const tensorTypes = { int64: 7, bool: 9 };

const recurrent: Readonly<Record<string, readonly string[]>> = {
  '': [...onnxRecurrentOperators],
  'com.microsoft': ['DynamicQuantizeLSTM'],
};
const LENGTHS = 4;
/** The outputs that are last states, and the inputs that they begin with. */
const states = [
  { output: 1, input: 5 },
  { output: 2, input: 6 },
];

/**
 * The file in which empty sequences keep their states; the same bytes where there is nothing to change.
 *
 * @throws what {@link withNodes} throws
 */
export function withKeptStates(file: Uint8Array): Uint8Array {
  return withNodes(file, 'kept_state', keptStates);
}

const keptStates: RewriteNode = ({ fields, opType, domain }, fresh) => {
  if (!recurrent[domain]?.includes(opType)) return undefined;
  const names = (number: number) =>
    fields.filter((field) => field.number === number).map(({ payload }) => decoded(payload));
  const [inputs, outputs] = [names(nodeField.input), names(nodeField.output)];
  const lengths = inputs[LENGTHS];
  const kept = states.flatMap(({ output, input }) => {
    const [name, initial] = [outputs[output], inputs[input]];
    return name && initial ? [{ output, name, initial, inner: fresh() }] : [];
  });
  if (!lengths || kept.length === 0) return undefined;
  const [flags, shape, mask] = [fresh(), fresh(), fresh()];
  let index = 0;
  const own = fields.map((field) => {
    if (field.number !== nodeField.output) return field.raw;
    const at = index++;
    const state = kept.find(({ output }) => output === at);
    return state ? bytesField(nodeField.output, state.inner) : field.raw;
  });
  return [
    joinBytes(own),
    wireNode('Cast', [lengths], flags, fresh(), [
      attribute('to', attributeTypes.int, integerField(attributeField.i, tensorTypes.bool)),
    ]),
    wireNode('Constant', [], shape, fresh(), [
      attribute('value', attributeTypes.tensor, bytesField(attributeField.t, integers(1, -1, 1))),
    ]),
    wireNode('Reshape', [flags, shape], mask, fresh()),
    ...kept.map(({ name, inner, initial }) => wireNode('Where', [mask, inner, initial], name, fresh())),
  ];
};

function attribute(name: string, type: number, value: Uint8Array): Uint8Array {
  return joinBytes([bytesField(attributeField.name, name), value, integerField(attributeField.type, type)]);
}

/** A TensorProto of int64 `[count]`. */
function integers(...values: readonly number[]): Uint8Array {
  const data = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return joinBytes([
    integerField(tensorField.dims, values.length),
    integerField(tensorField.dataType, tensorTypes.int64),
    bytesField(tensorField.rawData, data),
  ]);
}
