/**
 * The network behind a state dict: an embedding where there is one, the recurrent layer, what is taken of it, and a linear
 * head.
 *
 * 1. Modules that can never be read are refused first, all of them in one message.
 * 2. Kind, layers, directions, projection, bias and sizes of a recurrent layer follow from the names and shapes of its
 *    tensors. A cell such as nn.GRUCell is a layer that reads every step.
 * 3. The head is the one matrix with a column for each feature of the layer's output; an embedding is a matrix without
 *    bias, with a column for each feature of its input, and a word such as `emb` in its name.
 * 4. What fits twice or not at all is an error that lists what there is. Nothing is guessed from the order of names.
 */
import { expectStateDict, expectText, wrongArgument } from '../arguments.js';
import type { Network } from '../builder/network.js';
import { checkParameters, type StateDict } from '../builder/parameters.js';
import { cellOf, recurrentNames } from '../builder/recurrent/cells.js';
import { LstmOnnxError } from '../errors.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { leftOutNotes, notesOn } from './architecture-notes.js';
import {
  type Architecture,
  buildArchitecture,
  type Nonlinearity,
  nonlinearities,
  type Pool,
  pools,
} from './build-architecture.js';
import { cellNotes, withLayerNumbers } from './cell-modules.js';
import { type ChainActivation, expectActivation, isActivation, isModule } from './chain-activations.js';
import { chooseEmbedding, chooseHead, type Matrix } from './choose-matrices.js';
import { type ChosenRecurrent, chooseRecurrent } from './choose-recurrent.js';
import { type ImportNote, plainNotes } from './imported-model.js';
import { groupModules, quoteName } from './modules.js';
import type { RecurrentModule } from './recurrent-module.js';
import { isDistinctive, sameNumbers } from './same-tensor.js';
import { selectParameters } from './select-parameters.js';
import { refuseUnread } from './unread-modules.js';
import { withoutWeightNorm } from './weight-norm.js';

export { type Nonlinearity, nonlinearities, type Pool, pools };

export interface ArchitectureOptions {
  /**
   * What goes on to the head: `last` is `output[:, -1]`; `all` every step; `hidden` the last layer's `h_n`, its
   * directions side by side; `mean` and `max` are over the steps, those within its length where a sequence has one.
   * @default last behind one direction, or all where there is no head; asked for where both are likely
   */
  readonly pool?: Pool;
  /**
   * The recurrent layer, of whatever kind, or several that feed each other in this order, as the state dict names them; between
   * two of them may stand an activation. @default the only one
   */
  readonly lstm?: string | readonly string[];
  /**
   * An activation on every step of the last recurrent layer's output, before the pool. Behind the pool or the head it is part of
   * `head`. @default none
   */
  readonly activation?: ChainActivation;
  /**
   * The linear layer behind the recurrent one, or a chain of layers and activations: `['fc1', 'relu', 'fc2', 'sigmoid']`; false for
   * none. @default the only one
   */
  readonly head?: string | readonly string[] | false;
  /** The embedding before the recurrent layer. @default the one whose name has `emb` in it */
  readonly embedding?: string;
  /** Whether x is `[batch, time, ...]`; a state dict does not say. @default true */
  readonly batchFirst?: boolean;
  /** What every nn.RNN was made with; a state dict does not say. @default tanh */
  readonly nonlinearity?: Nonlinearity;
}

export interface InferredModel {
  readonly network: Network;
  readonly parameters: StateDict;
  /** What was assumed, what cannot be known and what was left out. */
  readonly notes: readonly ImportNote[];
}

/** Their names, which `importModel` takes too. */
export const architectureOptionNames = {
  pool: true,
  lstm: true,
  activation: true,
  head: true,
  embedding: true,
  batchFirst: true,
  nonlinearity: true,
} satisfies OptionNames<ArchitectureOptions>;

/** What may be meant by others; `lstm` names recurrent layers of every kind. */
export const meantArchitectureOptions: Readonly<Record<string, string>> = {
  timeFirst: 'batchFirst: false',
  ...Object.fromEntries(recurrentNames.flatMap((kind) => (kind === 'lstm' ? [] : [[kind, 'lstm']]))),
  recurrent: 'lstm',
};

function checkArchitectureOptions(options: ArchitectureOptions): void {
  checkOptionNames('networkFromStateDict', options, architectureOptionNames, meantArchitectureOptions);
  const { pool, lstm, activation, head, embedding, batchFirst, nonlinearity } = options;
  for (const [name, value] of Object.entries({
    lstm,
    head: head === false ? undefined : head,
    activation,
    embedding,
  })) {
    const isList = Array.isArray(value) && (name === 'lstm' || name === 'head');
    for (const part of isList ? value : [value]) {
      if (part !== undefined || isList) expectText(`The option ${name}`, part, 'the name of a module');
    }
  }
  if (pool !== undefined && !pools.includes(pool)) {
    throw wrongArgument('The option pool', pool, `one of ${pools.join(', ')}`);
  }
  if (nonlinearity !== undefined && !nonlinearities.includes(nonlinearity)) {
    throw wrongArgument('The option nonlinearity', nonlinearity, `one of ${nonlinearities.join(', ')}`);
  }
  if (batchFirst !== undefined && typeof batchFirst !== 'boolean') {
    throw wrongArgument('The option batchFirst', batchFirst, 'true or false');
  }
}

/** @throws E_INVALID_OPTION for a nonlinearity where no layer is an RNN */
function checkNonlinearity({ chain }: ChosenRecurrent, { nonlinearity }: ArchitectureOptions): void {
  if (nonlinearity === undefined || chain.some((part) => !isActivation(part) && part.kind === 'rnn')) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `The option nonlinearity is '${nonlinearity}', and the file has no RNN, which alone has one; leave it out.`,
    { hints: [{ leaveOut: 'nonlinearity' }] },
  );
}

/**
 * The network that a PyTorch state dict is of: input `x` `[batch, time, features]` (int32 tokens `[batch, time]` before
 * an embedding), output `logits`, or `output` where an activation comes last. Without a head the outputs are those of a
 * single nn.LSTM: `output`, `hn`, `cn`, or of an nn.GRU or nn.RNN, which have no `cn`. Module names are those of the state dict, so
 * that a checkpoint written from it loads into the PyTorch model again; only the weights of cells, such as nn.GRUCell, are
 * renamed to those of a layer.
 *
 * @throws E_UNSUPPORTED for a state dict that does not say its architecture; E_INVALID_OPTION where an option must say
 *   which of several modules or readings is meant; E_UNKNOWN_NAME for an option that names none; E_SHAPE_MISMATCH for
 *   modules that do not follow on each other
 */
export function networkFromStateDict(state: StateDict, options: ArchitectureOptions = {}): InferredModel {
  expectStateDict('networkFromStateDict', state);
  checkArchitectureOptions(options);
  const activation = options.activation === undefined ? undefined : expectActivation(options.activation);
  const { parameters: plain, notes } = withoutWeightNorm({ parameters: state, notes: [] });
  const { parameters: layers, cells } = withLayerNumbers(plain);
  const modules = groupModules(layers);
  refuseUnread(modules);
  const recurrent = chooseRecurrent(modules, options.lstm);
  const embedding = chooseEmbedding(
    modules,
    recurrent.first,
    recurrent.last.outputSize,
    options.embedding,
    options.head,
  );
  const head = chooseHead(modules, recurrent.first, recurrent.last, embedding, options.head);
  const { batchFirst = true, nonlinearity = 'tanh' } = options;
  const { pool = usualPool(recurrent.last, embedding, head) } = options;
  checkNonlinearity(recurrent, options);
  const architecture: Architecture = {
    ...{ embedding, recurrent, activation, pool, head, batchFirst, nonlinearity },
    tied: tiedTo(embedding, head, layers),
  };

  const network = named(() => buildArchitecture(architecture));
  const { parameters, leftOut } = selectParameters(network, layers);
  checkParameters(network, parameters);
  return {
    network,
    parameters,
    notes: [
      ...plainNotes([...notes, ...cellNotes(cells, leftOut)]),
      ...notesOn(architecture, options),
      ...leftOutNotes(leftOut),
    ],
  };
}

/** The layer of the head that has the weight of the embedding. */
function tiedTo(
  embedding: Matrix | undefined,
  head: Architecture['head'],
  state: StateDict,
): Matrix | undefined {
  const weight = embedding && state.get(`${embedding.name}.weight`);
  if (!weight || !isDistinctive(weight)) return undefined;
  return head.filter(isModule).find(({ name }) => {
    const other = state.get(`${name}.weight`);
    return other !== undefined && sameNumbers(weight, other);
  });
}

/** What most models take of their last recurrent layer. @throws E_INVALID_OPTION where two are as likely */
function usualPool(
  { kind, bidirectional }: RecurrentModule,
  embedding: Matrix | undefined,
  head: Architecture['head'],
): Pool {
  if (head.length === 0) return 'all';
  if (bidirectional) {
    throw unsaidPool(
      `The ${cellOf(kind).torch} reads in both directions, and a state dict does not tell what of its output goes on`,
      ['last', 'hidden', 'all', 'mean', 'max'],
    );
  }
  const last = head.findLast((part) => isModule(part));
  if (embedding && last?.rows === embedding.rows) {
    throw unsaidPool(
      `The head ${quoteName(last.name)} gives as many numbers as the embedding has words, ${last.rows}, as a language ` +
        'model does, and a state dict does not tell whether for every step',
      ['all', 'last'],
    );
  }
  return 'last';
}

function unsaidPool(why: string, readings: readonly Pool[]): LstmOnnxError {
  return new LstmOnnxError(
    'E_INVALID_OPTION',
    `${why}. Say it by the option pool: ${readings.map((pool) => `${pool} is ${poolReadings[pool]}`).join('; ')}.`,
    { hints: [{ option: 'pool', found: readings }] },
  );
}

/** In PyTorch's terms. */
const poolReadings: Readonly<Record<Pool, string>> = {
  last: 'output[:, -1], of the reverse direction its first step, which has read one entry',
  hidden: 'torch.cat([h_n[-2], h_n[-1]], 1), each direction after its whole way',
  all: 'every step of output',
  mean: 'output.mean(1)',
  max: 'output.max(1).values',
};

/** A module may be called like an input or an output. */
function named(build: () => Network): Network {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof LstmOnnxError && error.code === 'E_DUPLICATE_NAME')) throw error;
    throw new LstmOnnxError(
      error.code,
      `${error.message} The names are those of the state dict, beside the input x and the output logits: rename the ` +
        'module there, or describe the network by the option network, with other inputs and outputs.',
      { cause: error, hints: [{ option: 'network' }] },
    );
  }
}
