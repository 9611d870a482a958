/** Ends a text that comes in pieces at the first of some texts, which itself is left out. */
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

/** The length of the longest end of the text that the stop begins with. */
function sharedEnd(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
