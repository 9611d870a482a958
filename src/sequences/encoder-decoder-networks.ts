/** The networks of an encoder and a decoder, which share the names of their parameters. */

import {
  type Codes,
  type Floats,
  type LayerStates,
  type Lengths,
  narrowed,
  widened,
} from '../builder/floats.js';
import { defineNetwork, type Network } from '../builder/network.js';
import { tie } from '../builder/shared.js';
import { float32, int32, type TensorType, type Value } from '../builder/tensor.js';
import { Decoder } from './decoder.js';
import { encoded, type SourceValues, sourceInputs } from './encoder.js';
import type { EncoderDecoderPlan } from './encoder-decoder-options.js';

/** Values by the names of outputs. */
type Outputs = Readonly<Record<string, Floats>>;

/**
 * @param teacherForcing as `TrainingOptions` has it
 * @param steps undefined for any number
 */
export function trainingNetwork(
  plan: EncoderDecoderPlan,
  teacherForcing: number,
  steps: number | undefined,
): Network {
  const inputs: Readonly<Record<string, TensorType>> = {
    ...sourceInputs(plan),
    previous: int32('batch', steps ?? 'steps'),
  };
  return defineNetwork(inputs, (values) => {
    const decoder = new Decoder(plan);
    const previous = values.previous as unknown as Codes;
    const source = encoded(plan, sourceOf(values), (step) => decoder.layers(step).states);
    const isStepped = plan.inputFeeding || teacherForcing < 1;
    const logits =
      isStepped && steps !== undefined
        ? decoder.stepByStep(previous, source, steps, teacherForcing)
        : decoder.allSteps(previous, source);
    tieOutput(plan);
    return { logits };
  });
}

export function encoderNetwork(plan: EncoderDecoderPlan): Network {
  return defineNetwork(sourceInputs(plan), (values): Outputs => {
    const decoder = new Decoder(plan);
    const { states, memory } = encoded(plan, sourceOf(values), (step) => decoder.layers(step).states);
    return {
      ...statesBy(plan, (port) => [`${port}0`, states[port] as Floats]),
      ...(memory ? { memory: memory.values } : {}),
      ...(memory && memory.keys !== memory.values ? { keys: memory.keys } : {}),
    };
  });
}

export function decoderNetwork(plan: EncoderDecoderPlan): Network {
  const { hiddenSize, numLayers, attention, bidirectional, inputFeeding, source } = plan;
  const features = hiddenSize * (bidirectional ? 2 : 1);
  const hasMemory = attention !== 'none';
  const inputs: Readonly<Record<string, TensorType>> = {
    token: int32('batch'),
    ...statesBy(plan, (port) => [`${port}0`, float32(numLayers, 'batch', hiddenSize)]),
    ...(inputFeeding ? { fed: float32('batch', hiddenSize) } : {}),
    ...(hasMemory ? { memory: float32('batch', 'time', features) } : {}),
    ...(hasMemory && attention !== 'dot' ? { keys: float32('batch', 'time', hiddenSize) } : {}),
    ...(hasMemory && !('image' in source) ? { lengths: int32('batch') } : {}),
  };
  return defineNetwork(inputs, (values): Outputs => {
    const decoder = new Decoder(plan);
    const given = values as unknown as Readonly<Record<string, Floats | undefined>>;
    const states = statesBy(plan, (port) => [port, given[`${port}0`] as Floats]) as unknown as LayerStates;
    const embedded = widened(decoder.embedded(values.token as unknown as Codes), 1);
    const { memory, keys, fed } = given;
    const { lengths } = sourceOf(values);
    const attended = memory && { values: memory, keys: keys ?? memory, lengths };
    const decoded = decoder.step(embedded, states, attended, fed && widened(fed, 1));
    tieOutput(plan);
    return {
      logits: narrowed(decoded.logits, 1),
      ...statesBy(plan, (port) => [`${port}n`, decoded.states[port] as Floats]),
      ...(fed ? { fedNext: narrowed(decoded.output, 1) } : {}),
      ...(decoded.weights ? { attention: narrowed(decoded.weights, 2) } : {}),
    };
  });
}

/** An entry for each state of the cell. */
export function statesBy<T>(
  { cell }: EncoderDecoderPlan,
  entry: (port: 'h' | 'c') => readonly [string, T],
): Readonly<Record<string, T>> {
  return Object.fromEntries((cell === 'lstm' ? (['h', 'c'] as const) : (['h'] as const)).map(entry));
}

function sourceOf(values: object): SourceValues {
  const { source, lengths } = values as { readonly source: Value; readonly lengths?: Lengths };
  return { source, lengths };
}

function tieOutput({ tiedEmbeddings }: EncoderDecoderPlan): void {
  if (tiedEmbeddings) tie('output.weight', 'decoder.embedding.weight');
}
