/** Which samples of many are shown: some that are right, and of those that are wrong the ones of which the model was surest. */

interface Sample {
  readonly isRight: boolean;
  readonly logProbability: number;
}

export interface PickedSamples<S> {
  /** At even strides, in their order. */
  readonly right: readonly S[];
  /** The surest first. */
  readonly wrong: readonly S[];
}

/** @param most of each */
export function pickSamples<S extends Sample>(samples: readonly S[], most: number): PickedSamples<S> {
  const right = samples.filter(({ isRight }) => isRight);
  const wrong = samples.filter(({ isRight }) => !isRight);
  const stride = Math.max(right.length / most, 1);
  return {
    right: right.filter((_, i) => Math.floor(i / stride) !== Math.floor((i - 1) / stride)).slice(0, most),
    wrong: wrong.toSorted((a, b) => b.logProbability - a.logProbability).slice(0, most),
  };
}
