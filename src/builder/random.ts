/**
 * PyTorch's CPU generator: MT19937 (Matsumoto & Nishimura 1998), and the ways PyTorch draws from it, bit for bit:
 * `uniform_`, `normal_`, `random_` and `randperm` of torch 2.13.
 */
import { inWords, isObject, wrongArgument } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import { normalBlock } from './random-normal.js';

const STATE_WORDS = 624;
const TWIST_DISTANCE = 397;

/**
 * A generator's state: 624 words and the position among them. It does not include the second normal number of a pair, which
 * waits for the next call.
 */
export interface GeneratorState {
  readonly words: Uint32Array;
  readonly position: number;
}

/** The 32 bits of a seed that PyTorch uses. @throws E_INVALID_OPTION unless it is an integer */
export function seedBits(seed: number | bigint): number {
  if (typeof seed !== 'bigint' && !Number.isSafeInteger(seed)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `Seed ${typeof seed === 'number' ? seed : inWords(seed)} is not an integer; give one, such as 1.`,
    );
  }
  return Number(BigInt.asUintN(32, BigInt(seed)));
}

/** `torch.Generator` on the CPU, seeded like `torch.manual_seed(seed)`. */
export class Generator {
  readonly #words = new Uint32Array(STATE_WORDS);
  #position = STATE_WORDS;
  #waitingNormal: number | undefined;

  /** @param seed an integer, as in `torch.manual_seed`; its low 32 bits count. @throws E_INVALID_OPTION */
  constructor(seed: number | bigint) {
    const words = this.#words;
    words[0] = seedBits(seed);
    for (let i = 1; i < STATE_WORDS; i++) {
      const previous = words[i - 1] ?? 0;
      words[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  get state(): GeneratorState {
    return { words: this.#words.slice(), position: this.#position };
  }

  /** A generator that continues from a state. @throws E_INVALID_FILE for an invalid state */
  static fromState(state: GeneratorState): Generator {
    if (!isObject(state) || !(state.words instanceof Uint32Array)) {
      throw wrongArgument('Generator.fromState', state, 'what `state` of a generator gave');
    }
    const { words, position } = state;
    if (
      words.length !== STATE_WORDS ||
      !Number.isInteger(position) ||
      position < 0 ||
      position > STATE_WORDS
    ) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `A generator state has ${STATE_WORDS} words and a position among them.`,
      );
    }
    const generator = new Generator(0);
    generator.#words.set(words);
    generator.#position = position;
    return generator;
  }

  /** The next 32 bits. */
  random32(): number {
    if (this.#position === STATE_WORDS) this.#twist();
    let y = this.#words[this.#position++] ?? 0;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** `torch.empty((), dtype=torch.int64).random_()`: 63 bits of two draws, the first the high word. */
  random63(): bigint {
    const high = BigInt(this.random32());
    return ((high << 32n) | BigInt(this.random32())) & 0x7fff_ffff_ffff_ffffn;
  }

  /**
   * `torch.empty(count).uniform_(from, to)`: 24 bits an entry; scaled and moved in one rounding to float32, since the
   * compiler fuses PyTorch's product and sum.
   */
  uniform(count: number, from: number, to: number): Float32Array {
    const start = Math.fround(from);
    const range = Math.fround(Math.fround(to) - start);
    return Float32Array.from({ length: count }, () => this.#unit() * range + start);
  }

  /** `torch.empty(count).normal_(mean, std)`: the Box-Muller transform, on blocks of 16 from 16 entries on. */
  normal(count: number, mean: number, std: number): Float32Array {
    return count < 16 ? this.#normalPairs(count, mean, std) : this.#normalBlocks(count, mean, std);
  }

  /** `torch.randperm(n)`: a random order of 0 to n - 1. */
  randperm(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < n - 1; i++) {
      const j = i + (this.random32() % (n - i));
      const kept = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = kept;
    }
    return order;
  }

  /** 24 bits as a float32 in [0, 1). */
  #unit(): number {
    return (this.random32() & 0xffffff) * 2 ** -24;
  }

  /** 53 bits as a double in [0, 1); the first draw is the high word. */
  #unitDouble(): number {
    const high = this.random32() & 0x1fffff;
    return (high * 2 ** 32 + this.random32()) * 2 ** -53;
  }

  /** Fewer than 16 entries: pairs in double precision; the second of a pair waits for the next call. */
  #normalPairs(count: number, mean: number, std: number): Float32Array {
    return Float32Array.from({ length: count }, () => this.#normal() * std + mean);
  }

  #normal(): number {
    const waiting = this.#waitingNormal;
    this.#waitingNormal = undefined;
    if (waiting !== undefined) return waiting;
    const theta = 2 * Math.PI * this.#unitDouble();
    const radius = Math.sqrt(-2 * Math.log1p(-this.#unitDouble()));
    this.#waitingNormal = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }

  /** 16 entries or more: uniform draws for all, turned into normals block by block; a ragged end is drawn anew. */
  #normalBlocks(count: number, mean: number, std: number): Float32Array {
    const values = this.uniform(count, 0, 1);
    for (let start = 0; start + 16 <= count; start += 16) normalBlock(values, start, mean, std);
    if (count % 16 !== 0) {
      values.set(this.uniform(16, 0, 1), count - 16);
      normalBlock(values, count - 16, mean, std);
    }
    return values;
  }

  #twist(): void {
    const words = this.#words;
    for (let i = 0; i < STATE_WORDS; i++) {
      const y = ((words[i] ?? 0) & 0x80000000) | ((words[(i + 1) % STATE_WORDS] ?? 0) & 0x7fffffff);
      const odd = y & 1 ? 0x9908b0df : 0;
      words[i] = (words[(i + TWIST_DISTANCE) % STATE_WORDS] ?? 0) ^ (y >>> 1) ^ odd;
    }
    this.#position = 0;
  }
}
