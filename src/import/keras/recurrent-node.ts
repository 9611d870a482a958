/** Keras' recurrent layers as nodes: options, initial states, lengths of masked sequences. */

import type { OpOptions } from '../../builder/ops/index.js';
import { severalInputs } from '../../builder/ops/op-inputs.js';
import { cellOf, type RecurrentName } from '../../builder/recurrent/cells.js';
import type { LayerOptions } from '../../builder/recurrent/layers.js';
import { ownActivations } from '../../builder/recurrent/own-cell.js';
import type { Dim } from '../../builder/shape.js';
import type { Value } from '../../builder/tensor.js';
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { mustHave } from '../../must-get.js';
import { quoted } from '../quoted.js';
import { cellActivation, type Dialect } from './activations.js';
import type { Fields } from './fields.js';
import {
  expectTensor,
  type LayerCall,
  type MaskedTensor,
  sharingOf,
  unsupportedLayer,
} from './layer-call.js';
import type { NetworkBuilder } from './network-builder.js';
import { addRecurrentParameters, type Part } from './recurrent-parameters.js';

/** The value at a port of a recurrent node. */
export type Port = (name: string) => Value;

/** The layer as a node, with its parameters. */
export function addRecurrent(
  kind: RecurrentName,
  call: LayerCall,
  config: Fields,
  parts: readonly Part[],
  isReversed: boolean,
): Port {
  const { build, name, layer } = call;
  if (config.flag('time_major'))
    throw unsupportedLayer(layer, 'has time first (time_major); only batch first is read');
  const { value: x, mask } = expectTensor(call, 0);
  const features = featuresOf(x, call);
  const units = config.count('units');
  const bias = config.flag('use_bias', true);
  const cell = cellOptions(kind, config, build.dialect);
  if (name === call.module)
    addRecurrentParameters(kind, call, parts, { features, units, bias, resetAfter: cell.resetAfter });
  const options: LayerOptions = {
    hiddenSize: units,
    numLayers: 1,
    bidirectional: parts.length === 2,
    bias,
    dropout: 0,
    batchFirst: true,
    ...(isReversed ? { reverse: true } : {}),
    ...cell,
  };
  const ports = build.graph.add(
    kind,
    name,
    { x, ...statesGiven(kind, call, parts, units), lengths: lengthsFor(call, mask) },
    options as OpOptions[RecurrentName], // a kind has the options that its layer has in Keras
    sharingOf(call),
  );
  noteDifferences(build, config);
  return (key) => mustHave(ports[key], `The port ${key} of ${kind}`);
}

/** What the steps of a layer compute, as far as it is not in its weights. */
export function cellOptions(
  kind: RecurrentName,
  config: Fields,
  dialect: Dialect,
): Pick<LayerOptions, 'activations' | 'resetAfter'> {
  const roles = cellOf(kind).activations;
  const activations = roles.map(([role]) => {
    const key = role === 'gates' ? 'recurrent_activation' : 'activation';
    return [role, cellActivation(config, key, dialect)] as const;
  });
  const own = ownActivations(kind, Object.fromEntries(activations));
  return {
    // Keras 2 did not say it before there was a choice; Keras 3 takes its default.
    ...(kind === 'gru' ? { resetAfter: config.flag('reset_after', dialect === 'keras3') } : {}),
    ...(own ? { activations: own } : {}),
  };
}

/** Initial states: Keras' `[batch, units]` for those of each direction, the builder's `[directions, batch, units]`. */
function statesGiven(
  kind: RecurrentName,
  { build, name, states, layer }: LayerCall,
  parts: readonly Part[],
  units: number,
): { readonly h0?: Value; readonly c0?: Value } {
  if (states.length === 0) return {};
  const facts = cellOf(kind).states;
  const expected = facts.length * parts.length;
  if (states.length !== expected) {
    throw unsupportedLayer(
      layer,
      `is given ${counted(states.length, 'initial state')}, expected ${expected}`,
    );
  }
  const joined = (state: string, offset: number) => {
    const rows = parts.map((part, index) => {
      const given = mustHave(states[facts.length * index + offset], `A state given to ${quoted(layer.name)}`);
      const batch: Dim = given.shape[0] ?? 'batch';
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
  return Object.fromEntries(facts.map(({ input }, offset) => [input, joined(input, offset)]));
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

function featuresOf(x: Value, { layer }: LayerCall): number {
  const features = x.shape[2];
  if (x.dtype !== 'float32' || x.shape.length !== 3 || typeof features !== 'number') {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `Layer ${quoted(layer.name)} (${quoted(layer.className)}) gets ${x.dtype} [${x.shape.join(', ')}], expected float32 [batch, time, features].`,
    );
  }
  return features;
}

function noteDifferences(build: NetworkBuilder, config: Fields): void {
  if (config.flag('stateful')) {
    build.notes.add(`${config.where} is stateful: export with states to carry its state from run to run.`);
  }
  if (config.number('dropout', 0) > 0 || config.number('recurrent_dropout', 0) > 0) {
    build.notes.add(`${config.where}: the dropout within the layer is left out; it changes training only.`);
  }
}
