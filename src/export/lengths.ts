/**
 * The steps of each sequence as an input of a network, so that sequences of different lengths run in one batch, as
 * PyTorch's `pack_padded_sequence` has them.
 */
import { checkOptions } from '../builder/check-options.js';
import { GraphBuilder, type NetworkNode } from '../builder/graph-builder.js';
import { finishNetwork, type Network } from '../builder/network.js';
import type { OpName } from '../builder/ops/index.js';
import { lstmInputs } from '../builder/ops/lstm-options.js';
import { lengthsAlong } from '../builder/ragged.js';
import { type Dim, normalizeAxis } from '../builder/shape.js';
import type { Value } from '../builder/tensor.js';
import { LstmOnnxError } from '../errors.js';

const inputName = 'lengths';

/**
 * The network with an input `lengths`, int32 `[batch]`, that every LSTM takes: the steps of each sequence, at
 * most time; a sequence of none gives zeros, even where onnxruntime is given states. What an LSTM gives beyond them is zero, and its last step is the last of each sequence.
 *
 * @throws E_INVALID_OPTION for a network without LSTM, one that has lengths already, and LSTMs of different batches or
 *   times; E_UNSUPPORTED where something else depends on where the sequences end; E_DUPLICATE_NAME when the name is taken
 */
export function withLengths(network: Network): Network {
  const { batch, time } = dimensions(network);
  const graph = new GraphBuilder(checkOptions);
  const type = { dtype: 'int32', shape: [batch] } as const;
  for (const [name, input] of Object.entries(network.inputs)) graph.addInput(name, input);
  const lengths = graph.addInput(inputName, type);
  for (const node of network.nodes) {
    const inputs = node.inputs.map((id) => find(graph, id));
    replay(graph, node, [...inputs, ...lengthsFor(node, inputs, lengths, time)]);
  }
  const outputs = Object.entries(network.outputs).map(([name, { from }]) => [name, find(graph, from)]);
  return finishNetwork({ ...network.inputs, [inputName]: type }, graph, Object.fromEntries(outputs));
}

/** The dimensions that all LSTMs share. */
function dimensions({ nodes }: Network): { batch: Dim; time: Dim } {
  const all = nodes.flatMap((node) => {
    if (node.op !== 'lstm') return [];
    if (lstmInputs(node.inputs).lengths !== undefined) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `The LSTM '${node.name}' has lengths already; leave the option lengths out.`,
      );
    }
    const [first = 0, second = 0] = node.outputs.output?.shape ?? [];
    return [node.options.batchFirst ? { batch: first, time: second } : { batch: second, time: first }];
  });
  const [dims] = all;
  if (!dims) {
    throw new LstmOnnxError('E_INVALID_OPTION', 'The network has no LSTM, so nothing takes lengths.');
  }
  const other = all.find(({ batch, time }) => batch !== dims.batch || time !== dims.time);
  if (other) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The network's LSTMs run over different sequences (batch ${dims.batch}, time ${dims.time} and batch ` +
        `${other.batch}, time ${other.time}); define the network with an input of lengths for each.`,
    );
  }
  return dims;
}

/** What a node takes besides its inputs. @throws E_UNSUPPORTED for a node that would read the padding as steps */
function lengthsFor(node: NetworkNode, inputs: readonly Value[], lengths: Value, time: Dim): Value[] {
  const [x] = inputs;
  if (node.op === 'lstm') return [lengths];
  if (!x || !('axis' in node.options)) return [];
  const { axis } = node.options;
  // A named dimension is time wherever it is; of a fixed one, another of that size is not.
  const isTime =
    typeof time === 'string'
      ? x.shape[normalizeAxis(axis, x.shape, node.name)] === time
      : lengthsAlong(x, axis) !== undefined;
  if (!isTime || (node.op === 'at' && node.options.index >= 0)) return [];
  const along = node.op === 'at' && node.options.index === -1 ? lengthsAlong(x, axis) : undefined;
  if (along) return [along];
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `'${node.name}' (${node.op}) works along the steps of '${x.id}' and would take the padding for steps; define the ` +
      'network with an input of lengths instead.',
  );
}

function replay<K extends OpName>(graph: GraphBuilder, node: NetworkNode<K>, inputs: readonly Value[]): void {
  graph.add(node.op, node.name, inputs, node.options);
}

function find(graph: GraphBuilder, id: string): Value {
  const value = graph.find(id);
  if (!value) throw new LstmOnnxError('E_MISSING_NAME', `'${id}' is read, which nothing computes.`);
  return value;
}
