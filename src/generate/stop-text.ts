/** Ends a text that comes in pieces at the first of some texts, which itself is left out. */
import type { Vocabulary } from '../data/text/vocabulary.js';
import type { EndTest } from './generated.js';
import { writtenText } from './written-text.js';

export class StopText {
  readonly #stops: readonly string[];
  /** What has come and may be the start of one of them. */
  #held = '';

  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  /** @returns what is certain not to be part of a stop, and whether one has come */
  add(piece: string): { readonly text: string; readonly stopped: boolean } {
    const all = this.#held + piece;
    const places = this.#stops.map((stop) => all.indexOf(stop)).filter((place) => place >= 0);
    if (places.length > 0) return { text: all.slice(0, Math.min(...places)), stopped: true };
    const held = Math.max(0, ...this.#stops.map((stop) => sharedEnd(all, stop)));
    this.#held = all.slice(all.length - held);
    return { text: all.slice(0, all.length - held), stopped: false };
  }

  /** What is left where no more comes. */
  rest(): string {
    return this.#held;
  }
}

/** Whether a stop has come with the last token of a sequence. @param before the token in front of the sequence, if there is one */
export function stopTest(vocabulary: Vocabulary, stops: readonly string[], before?: string): EndTest {
  const longest = Math.max(0, ...stops.map(({ length }) => length));
  return (last) => {
    // As far back as a stop that ends in the last token may begin.
    const tail = [last.token];
    let [written, length] = [last.previous, 0];
    for (; written && length < longest; written = written.previous) {
      tail.unshift(written.token);
      length += vocabulary.tokens[written.token]?.length ?? 0;
    }
    const text = writtenText(vocabulary, tail, written ? undefined : before);
    return stops.some((stop) => text.includes(stop));
  };
}

/** The length of the longest end of the text that the stop begins with. */
function sharedEnd(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
