/** The network of the modules that were chosen from a state dict, as a definition would build it. */
import { checkOptions } from '../builder/check-options.js';
import { GraphBuilder } from '../builder/graph-builder.js';
import { finishNetwork, type Network } from '../builder/network.js';
import type { LstmState } from '../builder/ops/lstm.js';
import { lstm } from '../builder/ops/lstm.js';
import { severalInputs } from '../builder/ops/op-inputs.js';
import type { Dim } from '../builder/shape.js';
import type { TensorType, Value } from '../builder/tensor.js';
import { type ActivationStep, addActivation, isActivation } from './chain-activations.js';
import type { ChosenLstms } from './choose-lstms.js';
import type { Head, Matrix } from './choose-matrices.js';
import { nodeNameOf } from './modules.js';

export const pools = ['last', 'all', 'hidden', 'mean', 'max'] as const;

/** What of the LSTM's output goes on. */
export type Pool = (typeof pools)[number];

export interface Architecture {
  readonly embedding: Matrix | undefined;
  readonly lstms: ChosenLstms;
  /** On every step of the last LSTM's output. */
  readonly activation: ActivationStep | undefined;
  readonly pool: Pool;
  readonly head: Head;
  readonly batchFirst: boolean;
}

/** @throws E_DUPLICATE_NAME for modules whose names are one in a network */
export function buildArchitecture(architecture: Architecture): Network {
  const { embedding, lstms, activation, pool, head, batchFirst } = architecture;
  const graph = new GraphBuilder(checkOptions);
  const steps = batchFirst ? ['batch', 'time'] : ['time', 'batch'];
  const type: TensorType = embedding
    ? { dtype: 'int32', shape: steps }
    : { dtype: 'float32', shape: [...steps, lstms.first.inputSize] };
  const inputs = { x: type };
  let value: Value = graph.addInput('x', type);
  if (embedding) {
    value = graph.addOne(
      'embedding',
      nodeNameOf(embedding.name),
      { x: value },
      {
        numEmbeddings: embedding.rows,
        embeddingDim: embedding.columns,
      },
    );
  }
  let states: LstmState | undefined;
  for (const part of lstms.chain) {
    if (isActivation(part)) {
      value = addActivation(value, part);
      continue;
    }
    const { name, inputSize: _, outputSize: _size, ...sizes } = part;
    const { output, h, c } = lstm(nodeNameOf(name), value as Value<'float32', readonly [Dim, Dim, number]>, {
      ...sizes,
      batchFirst,
    }); // float32 of rank 3: an input, an embedding, another LSTM's output or an activation of it
    value = output;
    states = { h, c };
  }
  const activate = (x: Value) => (activation ? addActivation(x, activation) : x);
  const pooled =
    pool === 'hidden'
      ? activate(hiddenOf(value, states, architecture))
      : poolOf(activate(value), pool, batchFirst ? 1 : 0);
  const end = head.reduce<Value>((x, part) => {
    if (isActivation(part)) return addActivation(x, part);
    return graph.addOne('linear', nodeNameOf(part.name), { x }, { outFeatures: part.rows, bias: part.bias });
  }, pooled);
  if (head.length > 0) {
    const last = head.at(-1);
    return finishNetwork(inputs, graph, { [last && isActivation(last) ? 'output' : 'logits']: end });
  }
  const outputs: Record<string, Value> = { output: end };
  if (states && lstms.count === 1) Object.assign(outputs, { hn: states.h, cn: states.c });
  return finishNetwork(inputs, graph, outputs);
}

/** The last layer's h_n, its directions side by side. */
function hiddenOf(output: Value, states: LstmState | undefined, { lstms, batchFirst }: Architecture): Value {
  const { graph } = output;
  // The last state of a single direction is its last step, which exports as one output of the LSTM.
  if (!states || !lstms.last.bidirectional) {
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
