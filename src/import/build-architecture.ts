/** The network of the modules that were chosen from a state dict, as a definition would build it. */
import { checkCall } from '../builder/check-call.js';
import { GraphBuilder } from '../builder/graph-builder.js';
import { finishNetwork, type Network } from '../builder/network.js';
import { severalInputs } from '../builder/ops/op-inputs.js';
import { addRecurrent, recurrentArgumentNames } from '../builder/ops/recurrent-arguments.js';
import { ParameterNames } from '../builder/parameter-names.js';
import { cellOf } from '../builder/recurrent/cells.js';
import type { TensorType, Value } from '../builder/tensor.js';
import { mustHave } from '../must-get.js';
import { type ActivationStep, addActivation, isActivation } from './chain-activations.js';
import type { Head, Matrix } from './choose-matrices.js';
import type { ChosenRecurrent } from './choose-recurrent.js';
import { nodeNameOf } from './modules.js';
import type { RecurrentModule } from './recurrent-module.js';

export const pools = ['last', 'all', 'hidden', 'mean', 'max'] as const;

/** What of the last recurrent layer's output goes on. */
export type Pool = (typeof pools)[number];

export const nonlinearities = ['tanh', 'relu'] as const;

/** What an nn.RNN may be made with. */
export type Nonlinearity = (typeof nonlinearities)[number];

export interface Architecture {
  readonly embedding: Matrix | undefined;
  readonly recurrent: ChosenRecurrent;
  /** On every step of the last recurrent layer's output. */
  readonly activation: ActivationStep | undefined;
  readonly pool: Pool;
  readonly head: Head;
  /** The layer of the head whose weight is that of the embedding. */
  readonly tied: Matrix | undefined;
  readonly batchFirst: boolean;
  /** Of every RNN. */
  readonly nonlinearity: Nonlinearity;
}

/** @throws E_DUPLICATE_NAME for modules whose names are one in a network */
export function buildArchitecture(architecture: Architecture): Network {
  const { embedding, recurrent, activation, pool, head, tied, batchFirst, nonlinearity } = architecture;
  const graph = new GraphBuilder(checkCall, new ParameterNames());
  const steps = batchFirst ? ['batch', 'time'] : ['time', 'batch'];
  const type: TensorType = embedding
    ? { dtype: 'int32', shape: steps }
    : { dtype: 'float32', shape: [...steps, recurrent.first.inputSize] };
  const inputs = { x: type };
  let value: Value = graph.addInput('x', type);
  if (embedding) {
    value = graph.addOne(
      'embedding',
      nodeNameOf(embedding.name, recurrent.first.kind),
      { x: value },
      {
        numEmbeddings: embedding.rows,
        embeddingDim: embedding.columns,
      },
    );
  }
  let states: RecurrentPorts | undefined;
  for (const part of recurrent.chain) {
    if (isActivation(part)) {
      value = addActivation(value, part);
      continue;
    }
    states = addModule(part, value, batchFirst, nonlinearity);
    value = states.output;
  }
  const activate = (x: Value) => (activation ? addActivation(x, activation) : x);
  const pooled =
    pool === 'hidden'
      ? activate(hiddenOf(value, states, architecture))
      : poolOf(activate(value), pool, batchFirst ? 1 : 0);
  const end = head.reduce<Value>((x, part) => {
    if (isActivation(part)) return addActivation(x, part);
    return graph.addOne(
      'linear',
      nodeNameOf(part.name, recurrent.first.kind),
      { x },
      { outFeatures: part.rows, bias: part.bias },
    );
  }, pooled);
  if (embedding && tied) {
    const weightOf = ({ name }: Matrix) => `${nodeNameOf(name, recurrent.first.kind)}.weight`;
    graph.parameters.tie(weightOf(tied), weightOf(embedding), graph.nodes);
  }
  if (head.length > 0) {
    const last = head.at(-1);
    return finishNetwork(inputs, graph, { [last && isActivation(last) ? 'output' : 'logits']: end });
  }
  const outputs: Record<string, Value> = { output: end };
  if (states && recurrent.count === 1) Object.assign(outputs, states.last);
  return finishNetwork(inputs, graph, outputs);
}

interface RecurrentPorts {
  readonly output: Value;
  readonly h: Value;
  /** The states after the last step, as PyTorch calls them: `hn`, `cn`. */
  readonly last: Readonly<Record<string, Value>>;
}

function addModule(
  { name, kind, hiddenSize, numLayers, bidirectional, bias, projSize, peepholes }: RecurrentModule,
  x: Value,
  batchFirst: boolean,
  nonlinearity: Nonlinearity,
): RecurrentPorts {
  const sizes = { numLayers, bidirectional, bias, hiddenSize, batchFirst };
  const own =
    kind === 'lstm'
      ? { projSize, peepholes }
      : kind === 'rnn'
        ? { activations: { hidden: nonlinearity } }
        : {};
  const names = { ...recurrentArgumentNames, projSize: true, peepholes: true, activations: true } as const;
  const ports = addRecurrent(kind, nodeNameOf(name, kind), x, { ...sizes, ...own }, names, {});
  const portOf = (port: string) => mustHave(ports[port], `The port ${port} of ${kind}`);
  const states = cellOf(kind).states.map(({ port, output }) => [output, portOf(port)] as const);
  return { output: portOf('output'), h: portOf('h'), last: Object.fromEntries(states) };
}

/** The last layer's h_n, its directions side by side. */
function hiddenOf(
  output: Value,
  states: RecurrentPorts | undefined,
  { recurrent, batchFirst }: Architecture,
): Value {
  const { graph } = output;
  // The last state of a single direction is its last step, which exports as one output of the layer.
  if (!states || !recurrent.last.bidirectional) {
    return poolOf(output, 'last', batchFirst ? 1 : 0);
  }
  const { h } = states;
  const directions = [-2, -1].map((index) => graph.addOne('at', undefined, { x: h }, { index, axis: 0 }));
  return graph.addOne('concat', undefined, severalInputs(directions), { axis: -1 });
}

function poolOf(output: Value, pool: Exclude<Pool, 'hidden'>, axis: number): Value {
  const { graph } = output;
  switch (pool) {
    case 'all':
      return output;
    case 'last':
      return graph.addOne('at', undefined, { x: output }, { index: -1, axis });
    case 'mean':
    case 'max':
      return graph.addOne(pool, undefined, { x: output }, { axis });
  }
}
