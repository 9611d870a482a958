/** Which calls of a definition are further calls of a layer: those in a function that `shared` or `unroll` calls again. */

interface Call {
  /** Modules of all calls of the function. */
  readonly known: Set<string>;
  /** Modules of this call. */
  readonly called: Set<string>;
}

export class SharedCalls {
  readonly #known = new Map<object, Set<string>>();
  /** The innermost is the last. */
  readonly #running: Call[] = [];

  /** Calls a function whose layers are those of its calls before. */
  run<T>(shared: object, call: () => T): T {
    const known = this.#known.get(shared) ?? new Set();
    this.#known.set(shared, known);
    this.#running.push({ known, called: new Set() });
    try {
      return call();
    } finally {
      this.#running.pop();
    }
  }

  /** Notes a layer whose name is new. */
  note(module: string): void {
    for (const { known, called } of this.#running) {
      known.add(module);
      called.add(module);
    }
  }

  /** Whether a layer of this name was called in an earlier call of a running function, and not yet in this one. */
  isRepeated(module: string): boolean {
    const innermost = this.#running.findLast(({ known }) => known.has(module));
    return innermost !== undefined && !innermost.called.has(module);
  }
}
