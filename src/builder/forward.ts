/** A network's forward pass on tfjs: feeds and parameters in, outputs out. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { mustGet } from '../must-get.js';
import type { Tf } from './backends/tf.js';
import { checkFeeds, noteDims } from './check-feeds.js';
import { executionPlan } from './execution-plan.js';
import type { ForwardContext } from './forward/forward-op.js';
import { forwards } from './forward/index.js';
import { type NetworkNode, valueId } from './graph-builder.js';
import type { Network } from './network.js';
import type { OpName } from './ops/index.js';
import { type Ports, parameterName } from './ops/op.js';
import { mapInputs } from './ops/op-inputs.js';
import { Generator } from './random.js';

export interface ForwardOptions {
  /** Whether dropout is active. @default false */
  readonly training?: boolean;
  /** Whether gradients will be computed; if not, less is kept in memory. @default true */
  readonly gradients?: boolean;
  /** Source of dropout masks; needed when training a network with dropout. */
  readonly generator?: Generator;
  /** Gets the new numbers of parameters that no gradient moves, in training. */
  readonly updates?: Map<string, Float32Array>;
}

/**
 * Computes the outputs by name. The caller's `tf.tidy` disposes of all other tensors.
 *
 * @param feeds a tensor for every input of the network, checked against its type
 * @throws E_MISSING_NAME, E_UNKNOWN_NAME, E_DTYPE_MISMATCH, E_SHAPE_MISMATCH for feeds that do not fit
 */
export function forward(
  tf: Tf,
  network: Network,
  parameters: ReadonlyMap<string, TfTensor>,
  feeds: Readonly<Record<string, TfTensor>>,
  options: ForwardOptions = {},
): Record<string, TfTensor> {
  const dims = checkFeeds(network, feeds);
  const { training = false, gradients = true, generator = new Generator(0), updates } = options;
  const values = new Map<string, TfTensor>(Object.entries(feeds));
  const lookUp = (id: string) => mustGet(values, id, 'value');
  for (const { node, wanted } of executionPlan(network)) {
    // Not { ...context, wanted }: spreading makes a new hidden class per step in V8, freed only by a full garbage collection.
    // Nor a function of the node: V8 keeps what is assigned to a property for long.
    const context = { tf, training, gradients, generator, dims, wanted, node, updates };
    const results = run(node, lookUp, context, (name) =>
      mustGet(parameters, parameterName(node, name), 'parameter'),
    );
    for (const [port, tensor] of Object.entries(results)) {
      values.set(valueId(node.name, port), tensor);
      // Dimensions made on the way have names too, such as batch*time.
      if (wanted.has(port)) noteDims(dims, node.outputs[port]?.shape ?? [], tensor.shape);
    }
  }
  return Object.fromEntries(Object.entries(network.outputs).map(([name, { from }]) => [name, lookUp(from)]));
}

function run<K extends OpName>(
  node: NetworkNode<K>,
  lookUp: (id: string) => TfTensor,
  context: ForwardContext,
  parameter: (name: string) => TfTensor,
): Ports<TfTensor> {
  const inputs = mapInputs<K, string, TfTensor>(node.inputs, lookUp);
  return forwards[node.op](inputs, node.options, context, parameter);
}
