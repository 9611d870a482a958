/** The network of a tagger: embeddings of each word and its features, recurrent layers from both ends, a score for each tag. */
import { type Codes, embed, type Floats, joined, type Lengths, layer, recurrent } from '../builder/floats.js';
import { defineNetwork, type Network } from '../builder/network.js';
import { crf } from '../builder/ops/crf.js';
import { dropout } from '../builder/ops/dropout.js';
import { int32, type Value } from '../builder/tensor.js';
import type { WordFeature } from '../tagging/word-features.js';
import type { Learning } from './learning.js';

export interface TagArchitecture extends Pick<Learning, 'cell' | 'hiddenSize' | 'numLayers' | 'dropout'> {
  /** Of the words; other features have a quarter of it, 4 at least. */
  readonly embeddingDim: number;
  /** Whether a conditional random field learns which tags follow which. */
  readonly crf: boolean;
  readonly features: readonly (WordFeature & { readonly size: number })[];
  /** How many tags there are. */
  readonly tags: number;
}

/** The output with the scores. */
export const outputName = (architecture: Pick<TagArchitecture, 'crf'>) =>
  architecture.crf ? 'emissions' : 'logits';

/**
 * Inputs are one of each feature, int32 `[batch, time]`, and `lengths`, int32 `[batch]`. The output is `[batch, time, tags]`: `emissions` of a
 * conditional random field, else `logits`.
 */
export function tagNetwork(architecture: TagArchitecture): Network {
  const { features, embeddingDim, dropout: p, tags } = architecture;
  const inputs = Object.fromEntries(features.map(({ input }) => [input, int32('batch', 'time')]));
  return defineNetwork({ ...inputs, lengths: int32('batch') }, (values) => {
    // One of each name above, whose types come with data.
    const { lengths, ...ids } = values as unknown as { lengths: Lengths } & Record<string, Codes>;
    const small = Math.max(4, Math.round(embeddingDim / 4));
    const seen = features.map(({ input, kind, size }) =>
      embed(`embedding.${input}`, ids[input] as Codes, size, kind === 'word' ? embeddingDim : small),
    );
    const words = dropped(joined(seen), p);
    const { output } = recurrent('rnn', words, { ...architecture, bidirectional: true, lengths });
    const scores = layer('fc', dropped(output, p), tags);
    return { [outputName(architecture)]: architecture.crf ? crfOf(scores) : scores };
  }) as Network;
}

function dropped(x: Floats, p: number): Floats {
  return p > 0 ? (dropout(x, p) as Floats) : x;
}

function crfOf(scores: Floats): Floats {
  return crf(
    'crf',
    scores as unknown as Value<'float32', readonly ['batch', 'time', number]>,
  ) as unknown as Floats;
}
