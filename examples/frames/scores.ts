/** What probabilities come to, and how often that is right. */
import { names, TIME } from './videos.js';

/** The most probable of the names, for each frame. */
export function guessesOf(probabilities: Float32Array): Int32Array {
  return Int32Array.from({ length: probabilities.length / names.length }, (_, frame) => {
    const row = probabilities.subarray(frame * names.length, (frame + 1) * names.length);
    return row.indexOf(Math.max(...row));
  });
}

/** For each frame the mean of its probabilities and of those of the two frames before it, as many as the video has. */
export function meanOfThree(probabilities: Float32Array): Float32Array {
  const size = names.length;
  return probabilities.map((own, at) => {
    const before = Math.min(2, Math.floor(at / size) % TIME);
    let sum = own;
    for (let frame = 1; frame <= before; frame++) sum += probabilities[at - frame * size]!;
    return sum / (before + 1);
  });
}

/** The line that {@link printShares} goes on with. */
export function printHead(what: string): void {
  console.log(`${what.padEnd(26)}     all      1st      2nd      3rd    later`);
}

/** A line of a table: the share of right guesses, of all frames and of the first, second, third and later ones that show the same. */
export function printShares(name: string, guesses: Int32Array, labels: Int32Array): void {
  const since = new Int32Array(labels.length);
  for (let i = 0; i < labels.length; i++)
    since[i] = i % TIME > 0 && labels[i] === labels[i - 1] ? Math.min(since[i - 1]! + 1, 3) : 0;
  const shares = [undefined, 0, 1, 2, 3].map((place) => {
    const some = [...labels.keys()].filter((i) => place === undefined || since[i] === place);
    return percent(some.filter((i) => guesses[i] === labels[i]).length / some.length);
  });
  console.log(name.padEnd(26) + shares.map((share, i) => share.padStart(i === 0 ? 8 : 9)).join(''));
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
