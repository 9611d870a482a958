/**
 * The steps of each sequence as an input of a network, so that sequences of different lengths run in one batch, as
 * PyTorch's `pack_padded_sequence` has them.
 */
import { checkCall } from '../builder/check-call.js';
import { GraphBuilder, type NetworkNode, valueId } from '../builder/graph-builder.js';
import { finishNetwork, inputTypes, type Network, valueTypes } from '../builder/network.js';
import { type OpName, ops } from '../builder/ops/index.js';
import { inputEntries, mapInputs, type NamedInputs, type OpInputs } from '../builder/ops/op-inputs.js';
import { ParameterNames } from '../builder/parameter-names.js';
import { PaddedSequences } from '../builder/ragged.js';
import { isRecurrent } from '../builder/recurrent/cells.js';
import type { Dim } from '../builder/shape.js';
import type { TensorType, Value } from '../builder/tensor.js';
import { LstmOnnxError } from '../errors.js';

const inputName = 'lengths';

/**
 * The network with an input `lengths`, int32 `[batch]`, that every recurrent layer takes: the steps of each sequence, at
 * most time. A sequence of none gives zeros, even where onnxruntime is given states. What a layer gives beyond them is
 * zero, and its last step is the last of each sequence.
 *
 * @throws E_INVALID_OPTION for a network without recurrent layers, one that has lengths already, and layers of different
 *   batches or times; E_UNSUPPORTED where something else depends on where the sequences end; E_DUPLICATE_NAME when the name is taken
 */
export function withLengths(network: Network): Network {
  const dims = dimensions(network);
  const padded = new PaddedSequences();
  const graph = new GraphBuilder(checkCall, new ParameterNames(), padded);
  const type = { dtype: 'int32', shape: [dims.batch] } as const;
  for (const [name, input] of Object.entries(network.inputs)) graph.addInput(name, input);
  const lengths = graph.addInput(inputName, type);
  for (const [name, { batch, time }] of sequenceInputs(network, dims)) {
    const axes = [batch, time].filter((axis) => axis !== -1);
    padded.add(name, { lengths, axes, time: batch === -1 ? undefined : time, isZero: false });
  }
  for (const node of network.nodes) {
    replay(graph, node, lengths);
  }
  const outputs = Object.entries(network.outputs).map(([name, { from }]) => [name, find(graph, from)]);
  return finishNetwork({ ...network.inputs, [inputName]: type }, graph, Object.fromEntries(outputs));
}

/** The dimensions that all recurrent layers share. */
function dimensions({ nodes }: Network): { batch: Dim; time: Dim } {
  const all = nodes.flatMap((node) => {
    if (!isRecurrent(node)) return [];
    if (node.inputs.lengths !== undefined) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `The layer '${node.name}' has lengths already; leave the option lengths out.`,
      );
    }
    const [first = 0, second = 0] = node.outputs.output?.shape ?? [];
    return [node.options.batchFirst ? { batch: first, time: second } : { batch: second, time: first }];
  });
  const [dims] = all;
  if (!dims) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'The network has no recurrent layer, so nothing takes lengths.',
    );
  }
  const other = all.find(({ batch, time }) => batch !== dims.batch || time !== dims.time);
  if (other) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The network's recurrent layers run over different sequences (batch ${dims.batch}, time ${dims.time} and batch ` +
        `${other.batch}, time ${other.time}); define the network with an input of lengths for each.`,
    );
  }
  return dims;
}

/**
 * The inputs that the layers' sequences are in: those with a dimension of the time's name, or, where time is a number, those
 * that the layers read step by step.
 */
function sequenceInputs(network: Network, { batch, time }: { batch: Dim; time: Dim }): Map<string, Steps> {
  if (typeof time === 'string') {
    const named = Object.entries(network.inputs).flatMap(([name, { shape }]): [string, Steps][] => {
      const steps = { batch: shape.indexOf(batch), time: shape.indexOf(time) };
      return steps.time === -1 ? [] : [[name, steps]];
    });
    return new Map(named);
  }
  const types = valueTypes(network);
  const found = network.nodes.flatMap((node): [string, Steps][] => {
    if (!isRecurrent(node)) return [];
    const [batchAxis, timeAxis] = node.options.batchFirst ? [0, 1] : [1, 0];
    const id = node.inputs.x;
    const [ofBatch, ofTime] = [batchAxis, timeAxis].map((axis) => sourceOf(network, types, { id, axis }));
    if (!ofTime) return [];
    return [[ofTime.id, { batch: ofBatch?.id === ofTime.id ? ofBatch.axis : -1, time: ofTime.axis }]];
  });
  return new Map(found);
}

/** Which axes of an input sequences and steps are along; -1 for one that it does not have. */
interface Steps {
  readonly batch: number;
  readonly time: number;
}

/** An axis of a value, by the value's id. */
interface Place {
  readonly id: string;
  readonly axis: number;
}

/** The input, and its axis, whose entries come one by one to this place. */
function sourceOf(network: Network, types: ReadonlyMap<string, TensorType>, place: Place): Place | undefined {
  if (Object.hasOwn(network.inputs, place.id)) return place;
  const node = network.nodes.find(({ name }) => valueId(name, 'output') === place.id);
  const [from] = node ? placesBefore(node, inputTypes(node, types), place.axis) : [];
  return from && sourceOf(network, types, from);
}

/** The axes of a node's inputs whose entries come one by one to an axis of its output. */
function placesBefore<K extends OpName>(
  node: NetworkNode<K>,
  types: OpInputs<TensorType>[K],
  wanted: number,
): Place[] {
  const ids: NamedInputs<string> = node.inputs;
  return inputEntries<TensorType>(types).flatMap(([input, x]) =>
    x.shape.flatMap((_, axis): Place[] => {
      const use = ops[node.op].along(axis, x, node.options, input, types);
      const isHere = (use.kind === 'each' || use.kind === 'lengths') && use.axis === wanted;
      return isHere ? [{ id: ids[input] ?? '', axis }] : [];
    }),
  );
}

/** Adds a node again, with the lengths where it is a recurrent layer. */
function replay<K extends OpName>(graph: GraphBuilder, node: NetworkNode<K>, lengths: Value): void {
  const inputs = mapInputs<K, string, Value>(node.inputs, (id) => find(graph, id));
  graph.add(node.op, node.name, isRecurrent(node) ? { ...inputs, lengths } : inputs, node.options, node);
}

function find(graph: GraphBuilder, id: string): Value {
  const value = graph.find(id);
  if (!value) throw new LstmOnnxError('E_MISSING_NAME', `'${id}' is read, which nothing computes.`);
  return value;
}
