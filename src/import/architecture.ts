/**
 * The network behind a state dict: an embedding where there is one, the LSTM, what is taken of it, and a linear head.
 *
 * 1. Layers, directions, projection, bias and sizes of an LSTM follow from the names and shapes of its tensors.
 * 2. The head is the one matrix with a column for each feature of the LSTM's output; an embedding is a matrix without
 *    bias, with a column for each feature of its input, and a word such as `emb` in its name.
 * 3. What fits twice or not at all is an error that lists what there is. Nothing is guessed from the order of names.
 */
import { checkOptions } from '../builder/check-options.js';
import { GraphBuilder } from '../builder/graph-builder.js';
import { finishNetwork, type Network } from '../builder/network.js';
import { lstm } from '../builder/ops/lstm.js';
import type { LstmState } from '../builder/ops/lstm-arguments.js';
import { checkParameters, type StateDict } from '../builder/parameters.js';
import { type Dim, formatShape } from '../builder/shape.js';
import type { TensorType, Value } from '../builder/tensor.js';
import { LstmOnnxError } from '../errors.js';
import { chooseEmbedding, chooseHead, chooseLstms, type Matrix, refuseOthers } from './choose-modules.js';
import { describeLstm, type LstmModule } from './lstm-module.js';
import { groupModules, listModules, nodeNameOf, quoteName } from './modules.js';
import { selectParameters } from './select-parameters.js';

/** What of the LSTM's output goes on. */
export type Pool = 'last' | 'all' | 'hidden';

export const pools: readonly Pool[] = ['last', 'all', 'hidden'];

export interface ArchitectureOptions {
  /**
   * What goes on to the head: `last` is `output[:, -1]`; `all` every step; `hidden` the last layer's `h_n`, its
   * directions side by side. @default last, or all where there is no head
   */
  readonly pool?: Pool;
  /** The LSTM, or several that feed each other in this order, as the state dict names them. @default the only one */
  readonly lstm?: string | readonly string[];
  /** The linear layer behind the LSTM; false for none. @default the only one */
  readonly head?: string | false;
  /** The embedding before the LSTM. @default the one whose name has `emb` in it */
  readonly embedding?: string;
  /** Whether x is `[batch, time, ...]`; a state dict does not say. @default true */
  readonly batchFirst?: boolean;
}

export interface InferredModel {
  readonly network: Network;
  readonly parameters: StateDict;
  /** What was assumed and what was left out, in sentences for the user. */
  readonly notes: readonly string[];
}

/**
 * The network that a PyTorch state dict is of: input `x` `[batch, time, features]` (int32 tokens `[batch, time]` before
 * an embedding), output `logits`. Without a head the outputs are those of a single nn.LSTM: `output`, `hn`, `cn`. Module names are those
 * of the state dict, so that a checkpoint written from it loads into the PyTorch model again.
 *
 * @throws E_UNSUPPORTED for a state dict that does not say its architecture; E_INVALID_OPTION where an option must say
 *   which of several modules is meant; E_UNKNOWN_NAME for an option that names none; E_SHAPE_MISMATCH for modules that
 *   do not follow on each other
 */
export function networkFromStateDict(state: StateDict, options: ArchitectureOptions = {}): InferredModel {
  const modules = groupModules(state);
  const lstms = chooseLstms(modules, options.lstm);
  const embedding = chooseEmbedding(
    modules,
    lstms.first,
    lstms.last.outputSize,
    options.embedding,
    options.head,
  );
  const head = chooseHead(modules, lstms.first, lstms.last, embedding, options.head);
  refuseOthers(modules);

  const { batchFirst = true, pool = head ? 'last' : 'all' } = options;
  const network = named(() => buildNetwork(lstms.all, embedding, head, pool, batchFirst));
  const { parameters, leftOut } = selectParameters(network, state);
  checkParameters(network, parameters);
  const chain = [
    ...(embedding ? ['token ids', describeMatrix(embedding)] : []),
    ...lstms.all.map(describeLstm),
    poolNotes[pool],
    ...(head ? [describeMatrix(head)] : []),
  ];
  const notes = [
    `assumed the network ${chain.join(' -> ')}, x ${batchFirst ? 'batch-first' : 'time-first'} and no activations in ` +
      'between, which a state dict does not say; the options pool, lstm, head, embedding and ' +
      'batchFirst (--time-first) or a network file change it, and verify --fixture compares it with the model',
  ];
  if (leftOut.size > 0) {
    const unused = groupModules(leftOut);
    const listed = [unused.lstms, unused.matrices, unused.others].flatMap((kind) => [...kind.values()]);
    notes.push(`left out ${listModules(listed)}`);
  }
  return { network, parameters, notes };
}

/** A module may be called like an input or an output. */
function named(build: () => Network): Network {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof LstmOnnxError && error.code === 'E_DUPLICATE_NAME')) throw error;
    throw new LstmOnnxError(
      error.code,
      `${error.message} The names are those of the state dict, beside the input x and the output logits: rename the ` +
        'module there, or describe the network by the option network (--network FILE), with other inputs and outputs.',
      { cause: error },
    );
  }
}

const poolNotes: Readonly<Record<Pool, string>> = {
  last: 'last step (pool last)',
  all: 'every step (pool all)',
  hidden: 'last state of each direction (pool hidden)',
};

function describeMatrix({ name, rows, columns }: Matrix): string {
  return `${quoteName(name)} ${formatShape([rows, columns])}`;
}

function buildNetwork(
  lstms: readonly LstmModule[],
  embedding: Matrix | undefined,
  head: Matrix | undefined,
  pool: Pool,
  batchFirst: boolean,
): Network {
  const graph = new GraphBuilder(checkOptions);
  const steps = batchFirst ? ['batch', 'time'] : ['time', 'batch'];
  const type: TensorType = embedding
    ? { dtype: 'int32', shape: steps }
    : { dtype: 'float32', shape: [...steps, lstms[0]?.inputSize ?? 0] };
  let value: Value = graph.addInput('x', type);
  if (embedding) {
    value = graph.addOne('embedding', nodeNameOf(embedding.name), [value], {
      numEmbeddings: embedding.rows,
      embeddingDim: embedding.columns,
    });
  }
  let states: LstmState | undefined;
  for (const { name, inputSize: _, outputSize: _size, ...sizes } of lstms) {
    const { output, h, c } = lstm(nodeNameOf(name), value as Value<'float32', readonly [Dim, Dim, number]>, {
      ...sizes,
      batchFirst,
    }); // float32 of rank 3: an input, an embedding or another LSTM's output
    value = output;
    states = { h, c };
  }
  const pooled = poolOf(value, states, lstms.at(-1)?.bidirectional === true, pool, batchFirst);
  const inputs = { x: type };
  if (head) {
    const logits = graph.addOne('linear', nodeNameOf(head.name), [pooled], {
      outFeatures: head.rows,
      bias: head.bias,
    });
    return finishNetwork(inputs, graph, { logits });
  }
  const outputs: Record<string, Value> = { output: pooled };
  if (states && lstms.length === 1) Object.assign(outputs, { hn: states.h, cn: states.c });
  return finishNetwork(inputs, graph, outputs);
}

function poolOf(
  output: Value,
  states: LstmState | undefined,
  bidirectional: boolean,
  pool: Pool,
  batchFirst: boolean,
): Value {
  if (pool === 'all') return output;
  const { graph } = output;
  // The last state of a single direction is its last step, which exports as one output of the LSTM.
  if (pool === 'last' || !states || !bidirectional) {
    return graph.addOne('at', undefined, [output], { index: -1, axis: batchFirst ? 1 : 0 });
  }
  const { h } = states;
  const directions = [-2, -1].map((index) => graph.addOne('at', undefined, [h], { index, axis: 0 }));
  return graph.addOne('concat', undefined, directions, { axis: -1 });
}
