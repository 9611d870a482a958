/**
 * A network on the engine: ops are prepared and weights packed once; each run follows the execution plan. A run computes
 * from start to end on the thread that calls it, so no two runs use the engine's memory at once.
 */
import type { Engine } from '../../builder/backends/simd/engine.js';
import { checkFeeds, noteDims } from '../../builder/check-feeds.js';
import { executionPlan } from '../../builder/execution-plan.js';
import { type NetworkNode, valueId } from '../../builder/graph-builder.js';
import type { Network } from '../../builder/network.js';
import type { OpName } from '../../builder/ops/index.js';
import { parameterName } from '../../builder/ops/op.js';
import { mapInputs } from '../../builder/ops/op-inputs.js';
import type { StateDict } from '../../builder/parameters.js';
import { isRecurrent } from '../../builder/recurrent/cells.js';
import { mustGet } from '../../must-get.js';
import type { RecurrentTrace } from '../recurrent-trace.js';
import type { Preparation, Run, TracedLayer } from './operator.js';
import { operators } from './operators.js';
import { Arena, type RunTensor } from './run-tensor.js';

interface PreparedStep {
  readonly node: NetworkNode;
  readonly wanted: ReadonlySet<string>;
  /** Given the values by id. */
  readonly compute: (values: ReadonlyMap<string, RunTensor>, run: Run) => Readonly<Record<string, RunTensor>>;
}

export class Executor {
  readonly #engine: Engine;
  readonly #network: Network;
  /** Memory that is kept while the model is loaded. */
  readonly #weights: Arena;
  readonly #steps: readonly PreparedStep[];

  /** @throws E_UNSUPPORTED for an op that the engine does not run */
  constructor(engine: Engine, network: Network, parameters: StateDict) {
    this.#engine = engine;
    this.#network = network;
    this.#weights = new Arena(engine);
    this.#steps = engine.allOrNothing(() =>
      executionPlan(network).map(({ node, wanted }) => ({
        node,
        wanted,
        compute: prepare(node, {
          engine,
          arena: this.#weights,
          parameter: (name) => mustGet(parameters, parameterName(node, name), 'parameter'),
        }),
      })),
    );
  }

  /**
   * @param take gets the outputs by name; those in the engine's memory are invalid after it returns
   * @param trace is called with what each direction of each recurrent layer computed
   * @throws E_SHAPE_MISMATCH, E_INVALID_OPTION for feeds that do not fit the network; E_RUN_FAILED where memory is short
   */
  run<T>(
    feeds: Readonly<Record<string, RunTensor>>,
    take: (outputs: ReadonlyMap<string, RunTensor>) => T,
    trace?: (layer: RecurrentTrace) => void,
  ): T {
    const dims = checkFeeds(this.#network, feeds);
    const arena = new Arena(this.#engine);
    const taken = this.#engine.allOrNothing(() => {
      const values = new Map<string, RunTensor>(Object.entries(feeds));
      let layers = 0;
      for (const { node, wanted, compute } of this.#steps) {
        const before = layers;
        const traced = ({ steps, layer, direction, dims }: TracedLayer) =>
          // The steps have the names that the cell's facts list.
          trace?.({
            name: node.name,
            op: node.op,
            layer: before + layer,
            direction,
            dims,
            ...steps,
          } as RecurrentTrace);
        const engine = this.#engine;
        const results = compute(values, { engine, arena, dims, wanted, trace: trace && traced });
        if (isRecurrent(node)) layers += node.options.numLayers;
        for (const [port, tensor] of Object.entries(results)) {
          values.set(valueId(node.name, port), tensor);
          // Dimensions made on the way have names too, such as batch*time.
          if (wanted.has(port)) noteDims(dims, node.outputs[port]?.shape ?? [], tensor.shape);
        }
      }
      const outputs = Object.entries(this.#network.outputs);
      return take(new Map(outputs.map(([name, { from }]) => [name, mustGet(values, from, 'value')])));
    });
    arena.release();
    return taken;
  }

  /** Gives back the memory of the weights; no run may follow. */
  release(): void {
    this.#weights.release();
  }
}

function prepare<K extends OpName>(node: NetworkNode<K>, model: Preparation): PreparedStep['compute'] {
  const compute = operators[node.op](node.options, model);
  return (values, run) =>
    compute(
      mapInputs<K, string, RunTensor>(node.inputs, (id) => mustGet(values, id, 'value')),
      run,
    );
}
