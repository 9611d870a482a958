/** Runs tasks one after another, in the order of the calls; a task that fails does not fail the next one. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #pending = 0;

  /** Whether nothing is running or waiting. */
  get idle(): boolean {
    return this.#pending === 0;
  }

  add<T>(task: () => T | Promise<T>): Promise<T> {
    this.#pending += 1;
    const result = this.#tail.then(task).finally(() => {
      this.#pending -= 1;
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
