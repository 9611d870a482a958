/**
 * Keras' LSTM and Bidirectional(LSTM). Keras keeps the gates in the order i, f, c, o, which is PyTorch's, its kernels
 * transposed, and one bias instead of two. https://keras.io/api/layers/recurrent_layers/lstm
 */

import { severalInputs } from '../../builder/ops/op-inputs.js';
import type { Dim } from '../../builder/shape.js';
import type { Value } from '../../builder/tensor.js';
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { quoted } from '../quoted.js';
import { cellActivation } from './activations.js';
import { brokenModel, describe, type Fields } from './fields.js';
import { expectTensor, type LayerCall, type MaskedTensor, unsupportedLayer } from './layer-call.js';
import { addLstmParameters, type Direction, type Part } from './lstm-parameters.js';
import { readLayer } from './model-graph.js';
import type { LayerOutput, NetworkBuilder, UnusableMask } from './network-builder.js';

export function lstmLayer(call: LayerCall): LayerOutput[] {
  const { config } = call.layer;
  const part: Part = { path: ['cell'], suffix: '_l0' };
  const isReversed = config.flag('go_backwards');
  const { output, h, c } = addLstm(call, config, [part], isReversed);
  const [lastH, lastC] = [h, c].map((state, i) => stateOf(call, state, 0, i === 0 ? 'h' : 'c'));
  if (!lastH || !lastC) throw brokenModel(`${config.where} has no states`);
  const { build, name } = call;
  // Keras gives the steps in the order in which they were read.
  const steps = isReversed
    ? () => build.add('flip', `${name}.reversed`, { x: output }, { axis: 1 })
    : () => output;
  return outputsOf(call, config, steps, lastH, [lastH, lastC], isReversed);
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
  if (inner.className !== 'LSTM') {
    throw unsupportedLayer(
      call.layer,
      `has a layer of the class ${quoted(inner.className)}; only LSTM is read`,
    );
  }
  checkBackwardLayer(call, inner.config);
  const parts: Part[] = [
    { path: ['forward_layer', 'cell'], direction: 'forward', suffix: '_l0' },
    { path: ['backward_layer', 'cell'], direction: 'backward', suffix: '_l0_reverse' },
  ];
  const { output, h, c } = addLstm(call, inner.config, parts, false);
  const names: [Direction, number][] = [
    ['forward', 0],
    ['backward', 1],
  ];
  const states = names.flatMap(([direction, index]) => [
    stateOf(call, h, index, `${direction}_h`),
    stateOf(call, c, index, `${direction}_c`),
  ]);
  const lastH = states.filter((_, index) => index % 2 === 0);
  const last = call.build.add('concat', `${call.name}.h`, severalInputs(lastH), { axis: -1 });
  return outputsOf(call, inner.config, () => output, last, states, false);
}

/** The backward layer may be of its own making; one LSTM has the same options for both directions. */
function checkBackwardLayer({ layer, build }: LayerCall, forward: Fields): void {
  const given = layer.config.get('backward_layer');
  const problem = 'has directions that differ in more than their weights';
  if (forward.flag('go_backwards')) throw unsupportedLayer(layer, problem);
  if (given === undefined) return;
  const backward = readLayer(given, `${layer.config.where}: backward_layer`);
  const flags = ['use_bias', 'return_sequences', 'return_state'];
  const isSame =
    backward.className === 'LSTM' &&
    backward.config.flag('go_backwards') &&
    backward.config.count('units') === forward.count('units') &&
    flags.every((key) => backward.config.flag(key, true) === forward.flag(key, true)) &&
    (['activation', 'recurrent_activation'] as const).every(
      (key) =>
        cellActivation(backward.config, key, build.dialect).name ===
        cellActivation(forward, key, build.dialect).name,
    );
  if (!isSame) throw unsupportedLayer(layer, problem);
}

/** The LSTM as a node, with its parameters. */
function addLstm(call: LayerCall, config: Fields, parts: readonly Part[], isReversed: boolean) {
  const { build, name, layer } = call;
  if (config.flag('time_major'))
    throw unsupportedLayer(layer, 'has time first (time_major); only batch first is read');
  const { value: x, mask } = expectTensor(call, 0);
  const features = featuresOf(x, call);
  const units = config.count('units');
  const bias = config.flag('use_bias', true);
  const activations = {
    gates: cellActivation(config, 'recurrent_activation', build.dialect),
    cell: cellActivation(config, 'activation', build.dialect),
    hidden: cellActivation(config, 'activation', build.dialect),
  };
  const isStandard = activations.gates.name === 'sigmoid' && activations.cell.name === 'tanh';
  addLstmParameters(call, parts, { features, units, bias });
  const ports = build.graph.add(
    'lstm',
    name,
    { x, ...statesGiven(call, parts, units), lengths: lengthsFor(call, mask) },
    {
      hiddenSize: units,
      numLayers: 1,
      bidirectional: parts.length === 2,
      bias,
      dropout: 0,
      batchFirst: true,
      projSize: 0,
      reverse: isReversed,
      learnedState: false,
      peepholes: false,
      inputForget: false,
      ...(isStandard ? {} : { activations }),
    },
  );
  const { output, h, c } = ports;
  if (!output || !h || !c) throw brokenModel(`${config.where} gives no output`);
  noteDifferences(build, config);
  return { output, h, c };
}

/** Initial states: Keras' `[batch, units]` for h and c of each direction, the builder's `[directions, batch, units]`. */
function statesGiven(
  { build, name, states, layer }: LayerCall,
  parts: readonly Part[],
  units: number,
): { readonly h0?: Value; readonly c0?: Value } {
  if (states.length === 0) return {};
  if (states.length !== 2 * parts.length) {
    throw unsupportedLayer(
      layer,
      `is given ${counted(states.length, 'initial state')}, expected ${2 * parts.length}`,
    );
  }
  const joined = (state: string, offset: number) => {
    const rows = parts.map((part, index) => {
      const given = states[2 * index + offset];
      const batch: Dim = given?.shape[0] ?? 'batch';
      if (!given) throw brokenModel(`layer ${quoted(layer.name)} lacks a state`);
      return build.add(
        'reshape',
        `${name}.${state}${part.suffix}`,
        { x: given },
        { shape: [1, batch, units] },
      );
    });
    const [only] = rows;
    return only && rows.length === 1
      ? only
      : build.add('concat', `${name}.${state}`, severalInputs(rows), { axis: 0 });
  };
  return { h0: joined('h0', 0), c0: joined('c0', 1) };
}

/**
 * Keras skips the steps that its mask leaves out, wherever they are. Here they are counted up to the last one that is
 * not padding: the same for sequences padded at their end, not for padding before or between steps, which is read.
 */
function lengthsFor({ build, name, layer }: LayerCall, mask: MaskedTensor['mask']): Value | undefined {
  if (!mask) return undefined;
  if ('problem' in mask) throw unsupportedLayer(layer, mask.problem);
  build.notes.add(
    "Masks are taken for padding at the end of sequences. Steps masked at the start (pad_sequences' default, " +
      "padding='pre') or between others are read as steps, where Keras skips them: pad at the end, by padding='post'.",
  );
  return build.lengths(mask, name);
}

function stateOf({ build, name }: LayerCall, states: Value, index: number, called: string): Value {
  return build.add('at', `${name}.${called}`, { x: states }, { index, axis: 0 });
}

function featuresOf(x: Value, { layer }: LayerCall): number {
  const features = x.shape[2];
  if (x.dtype !== 'float32' || x.shape.length !== 3 || typeof features !== 'number') {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `Layer ${quoted(layer.name)} (LSTM) gets ${x.dtype} [${x.shape.join(', ')}], expected float32 [batch, time, features].`,
    );
  }
  return features;
}

/** Keras' outputs: all steps or the last one, then the states if they are asked for. */
function outputsOf(
  call: LayerCall,
  config: Fields,
  steps: () => Value,
  last: Value,
  states: readonly Value[],
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
  return [first, ...rest.map((value): LayerOutput => ({ kind: 'tensor', value }))];
}

/** Keras' Bidirectional gives zeros after a sequence's end, as a layer does that was asked to. */
function repeatsLast({ build, layer }: LayerCall, config: Fields): boolean {
  const isForced = layer.className === 'Bidirectional' && build.dialect !== 'tfjs';
  return !isForced && !config.flag('zero_output_for_mask');
}

function reversedMask({ layer }: LayerCall): UnusableMask {
  return { problem: `follows ${quoted(layer.name)}, which puts the padding first, and is masked` };
}

function noteDifferences(build: NetworkBuilder, config: Fields): void {
  if (config.flag('stateful')) {
    build.notes.add(`${config.where} is stateful: export with states to carry its state from run to run.`);
  }
  if (config.number('dropout', 0) > 0 || config.number('recurrent_dropout', 0) > 0) {
    build.notes.add(`${config.where}: the dropout within the LSTM is left out; it changes training only.`);
  }
}
