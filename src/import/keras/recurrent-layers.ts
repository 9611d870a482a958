/**
 * Keras' recurrent layers, of one direction and in Bidirectional: what they give of their node's outputs.
 * https://keras.io/api/layers/recurrent_layers
 */

import { severalInputs } from '../../builder/ops/op-inputs.js';
import { cellOf, type RecurrentName } from '../../builder/recurrent/cells.js';
import type { Value } from '../../builder/tensor.js';
import { mustHave } from '../../must-get.js';
import { quoted } from '../quoted.js';
import { describe, type Fields } from './fields.js';
import { expectTensor, type LayerCall, unsupportedLayer } from './layer-call.js';
import { readLayer } from './model-graph.js';
import type { LayerOutput, UnusableMask } from './network-builder.js';
import { cellsByClass } from './recurrent-classes.js';
import { addRecurrent, cellOptions, type Port } from './recurrent-node.js';
import type { Part } from './recurrent-parameters.js';

/** A state after the last step, and what its output's name has after the layer's. */
interface LastState {
  readonly value: Value;
  readonly suffix: string;
}

export function recurrentLayer(kind: RecurrentName, call: LayerCall): LayerOutput[] {
  const { build, name } = call;
  const { config } = call.layer;
  const part: Part = { path: ['cell'], suffix: '_l0' };
  const isReversed = config.flag('go_backwards');
  const port = addRecurrent(kind, call, config, [part], isReversed);
  const states = lastStates(kind, call, port, ['']);
  const last = mustHave(states[0], `The state of ${kind}`);
  // Keras gives the steps in the order in which they were read.
  const steps = isReversed
    ? () => build.add('flip', `${name}.reversed`, { x: port('output') }, { axis: 1 })
    : () => port('output');
  return outputsOf(call, config, steps, last.value, states, isReversed);
}

export function bidirectionalLayer(call: LayerCall): LayerOutput[] {
  const { config } = call.layer;
  const merge = config.get('merge_mode');
  if (merge !== 'concat') {
    throw unsupportedLayer(
      call.layer,
      `joins its directions by ${merge === undefined ? 'nothing' : describe(merge)}; only concat is read`,
    );
  }
  const inner = readLayer(config.get('layer'), `${config.where}: layer`);
  const kind = cellsByClass.get(inner.className);
  if (!kind) {
    throw unsupportedLayer(
      call.layer,
      `has a layer of the class ${quoted(inner.className)}; only ${[...cellsByClass.keys()].join(', ')} are read`,
    );
  }
  checkBackwardLayer(kind, call, inner.config);
  const parts: Part[] = [
    { path: ['forward_layer', 'cell'], direction: 'forward', suffix: '_l0' },
    { path: ['backward_layer', 'cell'], direction: 'backward', suffix: '_l0_reverse' },
  ];
  const port = addRecurrent(kind, call, inner.config, parts, false);
  const states = lastStates(kind, call, port, ['forward_', 'backward_']);
  const perDirection = states.length / parts.length;
  const lastH = states.filter((_, index) => index % perDirection === 0).map(({ value }) => value);
  const last = call.build.add('concat', `${call.name}.h`, severalInputs(lastH), { axis: -1 });
  return outputsOf(call, inner.config, () => port('output'), last, states, false);
}

/** The backward layer may be of its own making; one node has the same options for both directions. */
function checkBackwardLayer(kind: RecurrentName, { layer, build }: LayerCall, forward: Fields): void {
  const given = layer.config.get('backward_layer');
  const problem = 'has directions that differ in more than their weights';
  if (forward.flag('go_backwards')) throw unsupportedLayer(layer, problem);
  if (given === undefined) return;
  const backward = readLayer(given, `${layer.config.where}: backward_layer`);
  const flags = ['use_bias', 'return_sequences', 'return_state'];
  const cellIn = (config: Fields) => JSON.stringify(cellOptions(kind, config, build.dialect));
  const isSame =
    cellsByClass.get(backward.className) === kind &&
    backward.config.flag('go_backwards') &&
    backward.config.count('units') === forward.count('units') &&
    flags.every((key) => backward.config.flag(key, true) === forward.flag(key, true)) &&
    cellIn(backward.config) === cellIn(forward);
  if (!isSame) throw unsupportedLayer(layer, problem);
}

/** Those of each direction in turn, whose names start with `prefixes`. */
function lastStates(
  kind: RecurrentName,
  { build, name }: LayerCall,
  port: Port,
  prefixes: readonly string[],
): LastState[] {
  return prefixes.flatMap((prefix, index) =>
    cellOf(kind).states.map(({ port: state }) => {
      const called = `${prefix}${state}`;
      const value = build.add('at', `${name}.${called}`, { x: port(state) }, { index, axis: 0 });
      return { value, suffix: `_${called}` };
    }),
  );
}

/** Keras' outputs: all steps or the last one, then the states if they are asked for. */
function outputsOf(
  call: LayerCall,
  config: Fields,
  steps: () => Value,
  last: Value,
  states: readonly LastState[],
  isReversed: boolean,
): LayerOutput[] {
  const hasSteps = config.flag('return_sequences');
  const { mask } = expectTensor(call, 0);
  const kept = hasSteps && mask ? { mask: isReversed ? reversedMask(call) : mask } : {};
  if (hasSteps && mask && !isReversed && repeatsLast(call, config)) {
    call.build.notes.add(
      `${config.where}: after the end of a sequence the output is zero, where Keras repeats the last step's.`,
    );
  }
  const first: LayerOutput = { kind: 'tensor', value: hasSteps ? steps() : last, ...kept };
  const rest = config.flag('return_state') ? states : [];
  return [first, ...rest.map((state): LayerOutput => ({ kind: 'tensor', ...state }))];
}

/** Keras' Bidirectional gives zeros after a sequence's end, as a layer does that was asked to. */
function repeatsLast({ build, layer }: LayerCall, config: Fields): boolean {
  const isForced = layer.className === 'Bidirectional' && build.dialect !== 'tfjs';
  return !isForced && !config.flag('zero_output_for_mask');
}

function reversedMask({ layer }: LayerCall): UnusableMask {
  return { problem: `follows ${quoted(layer.name)}, which puts the padding first, and is masked` };
}
