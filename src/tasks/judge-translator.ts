/** How good a translator is on pairs that it has not seen, beside what takes no training. */
import { NearestSequence } from '../baselines/nearest-sequence.js';
import type { TextPairs } from '../data/text/text-pairs.js';
import type { Vocabulary } from '../data/text/vocabulary.js';
import { mustHave } from '../must-get.js';
import { evenlySpread } from './evenly-spread.js';
import {
  constantScores,
  type JudgedText,
  judgedText,
  type SearchScores,
  searchScores,
  tokensIn,
  withAttention,
} from './judged-writing.js';
import { type PickedSamples, pickSamples } from './pick-samples.js';
import type { Translation, Translator } from './translator.js';
import { mostFrequent, type WrittenScores, writtenScores } from './written-scores.js';

/** Sources that are judged, evenly spread over the test part; more would take long. */
const MOST_JUDGED = 5000;
/** Samples that are shown of those that are right, and of those that are wrong. */
const SHOWN = 12;

/** A source of the test part, what is right for it, and what was written. */
export interface JudgedTranslation extends JudgedText {
  readonly source: string;
  readonly translation: Translation;
}

export interface TranslatorEvaluation extends SearchScores {
  /** Sources that were judged, evenly spread, the pairs that they have, and how many different sources the part has. */
  readonly sources: number;
  readonly pairs: number;
  readonly of: number;
  readonly baselines: {
    /** The translation of the source to learn from that is nearest by edit distance. */
    readonly nearestSource: WrittenScores;
    /** The target that comes most often, for every source. */
    readonly mostFrequent: WrittenScores;
  };
  /** Tokens of the sources that the model does not know. */
  readonly unknown: number;
  readonly tokens: number;
  /** Sources of which only the first tokens were read. */
  readonly cut: number;
  /** Translations that did not end by themselves. */
  readonly endless: number;
  /** Some of the sources, with attention where the model has it. */
  readonly samples: PickedSamples<JudgedTranslation>;
}

export async function judgeTranslator(
  translator: Translator,
  train: TextPairs,
  test: TextPairs,
): Promise<TranslatorEvaluation> {
  const { source, target, beam } = translator.plan;
  const all = bySource(test, source.vocabulary);
  const judged = evenlySpread([...all.values()], MOST_JUDGED);
  const sources = judged.map(([first]) => first.source);
  const references = judged.map((pairs) => pairs.map((pair) => tokensIn(target.vocabulary, pair.target)));
  const greedy = await translator.translate(sources, { beam: 1 });
  const searched = beam > 1 ? await translator.translate(sources, { beam }) : undefined;
  const best = searched ?? greedy;
  const samples = judged.map((pairs, i): JudgedTranslation => {
    const translation = mustHave(best[i], 'A translation');
    const texts = pairs.map((pair) => pair.target);
    return { source: pairs[0].source, translation, ...judgedText(translation, texts, references[i] ?? []) };
  });
  return {
    ...{ sources: sources.length, of: all.size, pairs: references.flat().length },
    ...searchScores(greedy, searched, references),
    baselines: baselinesOf(train, sources, references, translator),
    unknown: sum(best.map(({ unknown }) => unknown)),
    tokens: sum(best.map(({ source: read }) => read.length)),
    cut: best.filter(({ cut }) => cut).length,
    endless: best.filter(({ finish }) => finish === 'length').length,
    samples: await withAttention(pickSamples(samples, SHOWN), translator, async (some) => {
      const shown = some.map(({ source: text }) => text);
      const translations = await translator.translate(shown, { attention: true });
      return some.map((sample, i) => ({ ...sample, translation: translations[i] ?? sample.translation }));
    }),
  };
}

interface Pair {
  readonly source: string;
  readonly target: string;
}

/** The pairs of each source, as the model reads it. */
function bySource({ sources, targets }: TextPairs, vocabulary: Vocabulary): Map<string, [Pair, ...Pair[]]> {
  const found = new Map<string, [Pair, ...Pair[]]>();
  for (const [i, source] of sources.entries()) {
    const pair = { source, target: targets[i] ?? '' };
    const key = tokensIn(vocabulary, source).join('\n');
    const pairs = found.get(key);
    if (pairs) pairs.push(pair);
    else found.set(key, [pair]);
  }
  return found;
}

function baselinesOf(
  train: TextPairs,
  sources: readonly string[],
  references: readonly (readonly (readonly string[])[])[],
  { plan }: Translator,
): TranslatorEvaluation['baselines'] {
  const [from, to] = [plan.source.vocabulary, plan.target.vocabulary];
  const nearest = new NearestSequence(train.sources.map((text) => tokensIn(from, text)));
  const found = sources.map((text) => tokensIn(to, train.targets[nearest.of(tokensIn(from, text))] ?? ''));
  return {
    nearestSource: writtenScores(found, references),
    mostFrequent: constantScores(tokensIn(to, mostFrequent(train.targets)), references),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
