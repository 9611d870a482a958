/** From states and the tokens before to the logits of the next ones: a step, all steps at once, or one after the other. */
import {
  type Codes,
  embed,
  type Floats,
  joined,
  type LayerStates,
  layer,
  narrowed,
  recurrent,
  widened,
} from '../builder/floats.js';
import { argmax } from '../builder/ops/argmax.js';
import { at } from '../builder/ops/at.js';
import { dropout } from '../builder/ops/dropout.js';
import { greater, greaterOrEqual, where } from '../builder/ops/where.js';
import type { Shape } from '../builder/shape.js';
import { shared } from '../builder/shared.js';
import type { Value } from '../builder/tensor.js';
import { unroll } from '../builder/unroll.js';
import { attend } from './attention-forms.js';
import { dropped, type Encoded } from './encoder.js';
import type { EncoderDecoderPlan } from './encoder-decoder-options.js';

export interface Decoded {
  /** `[batch, steps, vocabulary]` */
  readonly logits: Floats;
  readonly states: LayerStates;
  /** What the logits are made of, `[batch, steps, hiddenSize]`. */
  readonly output: Floats;
  /** `[batch, time, steps]`; undefined without attention. */
  readonly weights: Floats | undefined;
}

/** The decoder's embeddings and layers, which every call shares. */
export class Decoder {
  readonly #plan: EncoderDecoderPlan;
  readonly embedded: (tokens: Codes) => Floats;
  readonly layers: (steps: Floats, states?: LayerStates) => ReturnType<typeof recurrent>;
  /** @param fed what attention made of the step before, `[batch, 1, hiddenSize]` */
  readonly step: (
    embedded: Floats,
    states: LayerStates,
    memory: Encoded['memory'],
    fed: Floats | undefined,
  ) => Decoded;

  /** In the function that defines a network. */
  constructor(plan: EncoderDecoderPlan) {
    this.#plan = plan;
    const { cell, hiddenSize, numLayers, dropout, attention, target } = plan;
    const { vocabulary, embeddingDim } = target;
    this.embedded = shared((tokens: Codes) =>
      dropped(embed('decoder.embedding', tokens, vocabulary, embeddingDim), plan),
    );
    this.layers = shared((steps: Floats, initialState?: LayerStates) =>
      recurrent('decoder.rnn', steps, { cell, hiddenSize, numLayers, dropout }, initialState),
    );
    const head = shared((steps: Floats, memory: Encoded['memory']) => {
      const { output, weights } = memory
        ? attend(attention, steps, memory, hiddenSize)
        : { output: steps, weights: undefined };
      return { output, weights, logits: layer('output', dropped(output, plan), vocabulary) };
    });
    this.step = (embedded, before, memory, fed) => {
      const { output: steps, states } = this.layers(fed ? joined([embedded, fed]) : embedded, before);
      return { states, ...head(steps, memory) };
    };
  }

  /** The logits of all steps, each behind the targets before it. */
  allSteps(previous: Codes, { states, memory }: Encoded): Floats {
    return this.step(this.embedded(previous), states, memory, undefined).logits;
  }

  /**
   * The same step after step, so that each can be fed what came of the one before.
   *
   * @param teacherForcing how probable it is that a step reads the target before it, instead of the most probable token of its own
   */
  stepByStep(previous: Codes, { states, memory }: Encoded, steps: number, teacherForcing: number): Floats {
    const { inputFeeding } = this.#plan;
    const first = this.embedded(column(previous, 0));
    const initial = { ...states, embedded: first, ...(inputFeeding ? { fed: zerosLike(states) } : {}) };
    const { outputs } = unroll(
      steps,
      initial as Readonly<Record<string, Floats>>,
      ({ embedded, fed, ...before }, index) => {
        const decoded = this.step(
          widened(embedded as Floats, 1),
          before as unknown as LayerStates,
          memory,
          fed && widened(fed, 1),
        );
        const logits = narrowed(decoded.logits, 1);
        const next =
          index + 1 < steps ? this.#next(column(previous, index + 1), logits, teacherForcing) : embedded;
        return {
          ...decoded.states,
          ...{ embedded: next as Floats, logits },
          ...(fed ? { fed: narrowed(decoded.output, 1) } : {}),
        };
      },
      1,
    );
    return outputs.logits as Floats;
  }

  /** The embedding of the token that a step reads: of the target, or of what the step before gave. */
  #next(target: Codes, logits: Floats, teacherForcing: number): Floats {
    const forced = this.embedded(target);
    if (teacherForcing === 1) return forced;
    const own = this.embedded(argmax<Shape, number>(logits, -1) as Codes);
    // Dropout of ones draws for each sequence; outside of training it leaves them, so that every target is read.
    const drawn = dropout(where(greaterOrEqual(target, 0), 1, 1), 1 - teacherForcing) as Floats;
    return where(greater(widened(drawn, 1), 0), forced, own) as Floats;
  }
}

/** `[batch]` of `[batch, steps]` */
function column(tokens: Codes, index: number): Codes {
  return at<'int32', Shape, number>(tokens as Value<'int32', Shape>, index, 1) as Codes;
}

/** `[batch, hiddenSize]`: what the first step is fed. */
function zerosLike({ h }: LayerStates): Floats {
  const state = at<'float32', Shape, number>(h, 0, 0) as Floats;
  return where(greater(state, 0), 0, 0) as Floats;
}
