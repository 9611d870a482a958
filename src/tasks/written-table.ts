/** How good what a decoder writes is beside what takes no training: the rows of a table, and in words who is better. */
import { counted } from '../counted.js';
import type { WrittenScores } from './written-scores.js';

/** Of fewer samples one more or less that is right moves the figures by several percent. */
const FEW = 30;

/** What translations and captions are compared with. */
export interface JudgedWriting {
  readonly sources: number;
  readonly beam: WrittenScores | undefined;
  readonly greedy: WrittenScores;
  readonly baselines: { readonly nearestSource: WrittenScores; readonly mostFrequent: WrittenScores };
}

interface Names {
  /** What a text is written for. */
  readonly one: string;
  readonly nearest: string;
  readonly frequent: string;
}

export function writtenRows({ beam, greedy, baselines }: JudgedWriting, names: Names): string[][] {
  const row = (name: string, { exact, errorRate }: WrittenScores) => [
    name,
    percent(exact),
    percent(errorRate),
  ];
  return [
    ['written', 'exact', 'token error rate'],
    ...(beam ? [row('model, beam search', beam)] : []),
    row(beam ? 'model, greedy' : 'model', greedy),
    row(names.nearest, baselines.nearestSource),
    row(names.frequent, baselines.mostFrequent),
  ];
}

/** By the error rate, which tells more than exact matches where few are exact; and by these where they say otherwise. */
export function writtenVerdict(judged: JudgedWriting, names: Names): string[] {
  const { beam, greedy, baselines, sources } = judged;
  const model = beam ?? greedy;
  const others = [
    [names.nearest, baselines.nearestSource],
    [names.frequent, baselines.mostFrequent],
  ] as const;
  const [best, its] =
    baselines.mostFrequent.errorRate < baselines.nearestSource.errorRate ? others[1] : others[0];
  const rates = `its token error rate is ${percent(model.errorRate)}, that of the ${best} ${percent(its.errorRate)}`;
  const first =
    its.errorRate <= model.errorRate
      ? `The model is no better than what takes no training: ${rates}.`
      : `The model is better than what takes no training: ${rates}.`;
  const [most, exact] = others.toSorted(([, a], [, b]) => b.exact - a.exact)[0] ?? others[0];
  const byExact =
    its.errorRate > model.errorRate && exact.exact >= model.exact
      ? [`By exact matches it is no better: ${percent(model.exact)}, the ${most} ${percent(exact.exact)}.`]
      : [];
  const rough = sources < FEW ? [`With only ${counted(sources, names.one)} the figures are rough.`] : [];
  return [first, ...byExact, ...rough];
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
