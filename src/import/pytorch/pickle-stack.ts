/** The stack of a pickle machine, its marks and its memo; what they hold is counted in a {@link MemoryBudget}. */
import { counted } from '../../counted.js';
import type { MemoryBudget } from '../../data/memory-budget.js';
import type { PickleBytes } from './pickle-bytes.js';
import { PickleDict, PickleSequence, type PickleValue } from './pickle-values.js';

// What V8 takes for a value in an array, an entry of a Map, an object, a view of bytes and a dict: measured by
// files of millions of each, while arrays and Maps grow, which copies them.
export const VALUE_BYTES = 32;
export const ENTRY_BYTES = 80;
export const OBJECT_BYTES = 112;
export const VIEW_BYTES = 224;
const DICT_BYTES = 384;

/** Memo places are given out in order, so a pickle has no use for more than these. */
const MAX_MEMO = 2 ** 24;

export class PickleStack {
  readonly #source: PickleBytes;
  readonly #budget: MemoryBudget;
  readonly #values: PickleValue[] = [];
  /** How many values were there at each mark that is still open. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();

  /** @param source says where the pickle is broken */
  constructor(source: PickleBytes, budget: MemoryBudget) {
    this.#source = source;
    this.#budget = budget;
  }

  /** How many places of the memo are in use. */
  get remembered(): number {
    return this.#memo.size;
  }

  push(value: PickleValue): true {
    this.#budget.take(VALUE_BYTES, 'a pickle');
    this.#values.push(value);
    return true;
  }

  pushSequence(kind: PickleSequence['kind'], items: PickleValue[]): true {
    this.#budget.take(OBJECT_BYTES + items.length * VALUE_BYTES, 'a pickle');
    return this.push(new PickleSequence(kind, items));
  }

  top(): PickleValue {
    const value = this.#values.at(-1);
    if (value === undefined || this.#values.length === (this.#marks.at(-1) ?? 0)) {
      throw this.#source.error('a value is used where none is');
    }
    return value;
  }

  pop(): PickleValue {
    const value = this.top();
    this.#values.pop();
    return value;
  }

  popSeveral(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  popMark(): PickleValue[] {
    const height = this.#marks.pop();
    if (height === undefined) {
      throw this.#source.error('the end of a sequence comes without its beginning');
    }
    return this.#values.splice(height);
  }

  remember(place: number): void {
    if (place >= MAX_MEMO) {
      throw this.#source.error(`the memo's place ${place}; at most ${MAX_MEMO} are kept`);
    }
    this.#budget.take(ENTRY_BYTES, 'a pickle');
    this.#memo.set(place, this.top());
  }

  recall(place: number): void {
    const value = this.#memo.get(place);
    if (value === undefined) {
      throw this.#source.error(`nothing was kept at the memo's place ${place}`);
    }
    this.push(value);
  }

  mark(): void {
    this.#budget.take(VALUE_BYTES, 'a pickle');
    this.#marks.push(this.#values.length);
  }

  /** Drops the value on top, or the mark where nothing is above it. */
  popValueOrMark(): void {
    if (this.#marks.at(-1) === this.#values.length) {
      this.#marks.pop();
    } else {
      this.pop();
    }
  }

  pushDict(): true {
    this.#budget.take(DICT_BYTES, 'a pickle');
    return this.push(new PickleDict());
  }

  /** The pickle's value, which must be the only one left. */
  last(): PickleValue {
    const value = this.pop();
    if (this.#values.length > 0 || this.#marks.length > 0) {
      throw this.#source.error(`it stops with ${counted(this.#values.length, 'value')} left over`);
    }
    return value;
  }
}
