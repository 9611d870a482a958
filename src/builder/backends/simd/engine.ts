/** The WebAssembly module of the simd backend: its memory, its functions, and the threads that share both. */
import { startThread, waitForChange } from '#simd-platform';
import { LstmOnnxError, messageOf } from '../../../errors.js';
import { maximumThreads } from '../backend-names.js';
import { Allocator } from './allocator.js';
import type { SimdForm } from './kernel-bytes.js';
import { jobKind, type RunningKernels } from './kernels.js';

export type JobKind = keyof typeof jobKind;

export interface EngineOptions {
  /** Threads that compute, the calling one among them. */
  readonly threads: number;
  /** Multiplications that are worth waking a thread for. @default 2,000,000, some ninety microseconds, as waking one takes */
  readonly leastShare?: number;
}

/** Rows of a batch that are as fast together as each by itself: a tile of the products. */
const leastRows = 4;
const pageBytes = 65_536;
const initialPages = 16;
/** The most that the kernels take: 2 GiB. */
const maximumPages = 32_768;
/** 64 MiB. */
const leastMaximumPages = 1024;
/** Below lie the module's constants. */
const heapStart = 8_192;
const mailboxBytes = 128;
/** Where a mailbox counts the jobs that are done. */
const doneOffset = 64;
/** Where a thread that broke down says so, in integers after that count. */
const failedIndex = 1;

/** What a thread waits at. */
interface Mailbox {
  readonly at: number;
  /** How many jobs were posted. */
  readonly posted: Int32Array;
  /** How many of them are done. */
  readonly done: Int32Array;
}

export class Engine {
  readonly kernels: RunningKernels;
  readonly threads: number;
  /** Which form of the kernels runs. */
  readonly simd: SimdForm;
  readonly #memory: WebAssembly.Memory;
  readonly #allocator: Allocator;
  readonly #mailboxes: readonly Mailbox[];
  /** All of memory. */
  #words: Int32Array;
  /**
   * What was allocated since each {@link allOrNothing} or {@link keep} under way began, the innermost last; without what
   * was given back, whose place may be another's by now.
   */
  readonly #scopes: Set<number>[] = [];
  readonly #maximumPages: number;
  readonly #leastShare: number;

  private constructor(module: WebAssembly.Module, threads: number, leastShare: number) {
    this.threads = threads;
    this.#leastShare = leastShare;
    const { memory, pages } = sharedMemory();
    this.#memory = memory;
    this.#maximumPages = pages;
    const instance = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.kernels = instance.exports as unknown as RunningKernels; // the module is ours: src/kernels
    const { usesRelaxedSimd, usesPairs } = this.kernels;
    this.simd = usesPairs.value ? 'wide' : usesRelaxedSimd.value ? 'relaxed' : 'plain';
    this.#words = new Int32Array(this.#memory.buffer);
    this.#allocator = new Allocator(heapStart, (bytes) => this.#ensure(bytes));
    this.#mailboxes = Array.from({ length: threads - 1 }, () => {
      const at = this.allocate(mailboxBytes);
      new Uint8Array(this.#memory.buffer, at, mailboxBytes).fill(0);
      return { at, posted: this.integers(at, 1), done: this.integers(at + doneOffset, failedIndex + 1) };
    });
  }

  /**
   * @param kernels what `kernelBytes` gives; handed over, since a worker made of a Blob cannot load them
   * @throws E_PROVIDER_UNAVAILABLE where there is no shared memory, or the kernels are none
   */
  static async start(kernels: Uint8Array, options: EngineOptions): Promise<Engine> {
    const { threads, leastShare = 2_000_000 } = options;
    if (!Number.isInteger(threads) || threads < 1 || threads > maximumThreads) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `The simd backend runs on 1 to ${maximumThreads} threads, not ${threads}.`,
      );
    }
    const module = await compiled(kernels);
    const engine = new Engine(module, threads, leastShare);
    // A thread that has not started yet would be waited for while the caller's thread, which starts it, is blocked.
    await Promise.all(engine.#mailboxes.map((mailbox) => startThread(module, engine.#memory, mailbox.at)));
    return engine;
  }

  allocate(bytes: number): number {
    const at = this.#allocator.allocate(bytes);
    this.#scopes.at(-1)?.add(at);
    return at;
  }

  /** Runs what allocates; when it throws, what it allocated is given back. */
  allOrNothing<T>(run: () => T): T {
    const { result, allocated } = this.#scoped(run);
    const outer = this.#scopes.at(-1);
    if (outer) for (const at of allocated) outer.add(at);
    return result;
  }

  /** Runs what allocates for longer than an {@link allOrNothing} around it lasts. */
  keep<T>(run: () => T): T {
    return this.#scoped(run).result;
  }

  #scoped<T>(run: () => T): { readonly result: T; readonly allocated: ReadonlySet<number> } {
    const allocated = new Set<number>();
    this.#scopes.push(allocated);
    try {
      return { result: run(), allocated };
    } catch (error) {
      for (const at of allocated) this.release(at);
      throw error;
    } finally {
      this.#scopes.pop();
    }
  }

  release(at: number): void {
    for (const scope of this.#scopes) scope.delete(at);
    this.#allocator.release(at);
  }

  /** Bytes of memory that are taken. */
  get taken(): number {
    return this.#allocator.taken;
  }

  /** A view of memory; growing the memory does not invalidate it. */
  floats(at: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, at, length);
  }

  /** A view of memory; growing the memory does not invalidate it. */
  integers(at: number, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, at, length);
  }

  /** {@link floats} or {@link integers}. */
  view(dtype: 'float32' | 'int32', at: number, length: number): Float32Array | Int32Array {
    return dtype === 'int32' ? this.integers(at, length) : this.floats(at, length);
  }

  /** Copies numbers out of memory. */
  read(at: number, length: number): Float32Array {
    // A typed array over shared memory is not what other code expects to get.
    const copy = new Float32Array(length);
    copy.set(this.floats(at, length));
    return copy;
  }

  /** Writes what is given of a job's fields, which are integers; the others stay as they are. */
  writeFields<F extends string>(
    at: number,
    fields: readonly F[],
    job: Readonly<Partial<Record<F, number>>>,
  ): void {
    const first = at / Int32Array.BYTES_PER_ELEMENT;
    fields.forEach((field, i) => {
      const value = job[field];
      if (value !== undefined) this.#words[first + i] = value;
    });
  }

  /** Whether so many multiplications take longer than waking a thread for them. */
  isWorthAThread(multiplications: number): boolean {
    return multiplications >= this.#leastShare;
  }

  /**
   * How many threads share the work on so many rows. It depends on the work alone, never on who is free, so that the same
   * work gives the same bits.
   */
  shares(rows: number, multiplications: number): number {
    return this.sharesOf(Math.floor(rows / leastRows), multiplications);
  }

  /** The same for work in `parts`, each done by one thread. */
  sharesOf(parts: number, multiplications: number): number {
    const worth = Math.min(parts, multiplications / this.#leastShare, this.threads);
    return Math.max(Math.floor(worth), 1);
  }

  /**
   * Runs jobs, one a thread at most, the first on the calling thread, and waits for all. What a thread has not begun by
   * then the calling one does too: a thread that the machine has no room for is not waited for.
   */
  run(kind: JobKind, jobs: readonly number[]): void {
    const number = jobKind[kind];
    const [own, ...others] = jobs;
    this.#checkAlive();
    const posted = others.flatMap((job, i) => {
      const mailbox = this.#mailboxes[i];
      if (mailbox) this.kernels.post(mailbox.at, number, job);
      return mailbox ? [{ mailbox, job }] : [];
    });
    try {
      if (own !== undefined) this.kernels.runJob(number, own);
      for (const { mailbox, job } of posted) {
        if (this.kernels.takeBack(mailbox.at)) this.kernels.runJob(number, job);
      }
    } catch (error) {
      this.#checkAlive();
      throw error;
    } finally {
      // Whatever happened here, the others still write to memory that the caller may release.
      for (const { mailbox } of posted) this.#join(mailbox);
    }
    this.#checkAlive();
  }

  /** @throws E_RUN_FAILED when a thread broke down, now or before */
  #checkAlive(): void {
    if (this.#mailboxes.every(({ done }) => done[failedIndex] === 0)) return;
    throw new LstmOnnxError('E_RUN_FAILED', 'A thread of the simd backend broke down; restart the process.');
  }

  /** Waits until a thread has done what was posted last. */
  #join({ at, posted, done }: Mailbox): void {
    this.kernels.takeBack(at);
    while (!this.kernels.isDone(at)) {
      const seen = Atomics.load(done, 0);
      if (seen !== posted[0]) waitForChange(done, seen);
    }
  }

  #ensure(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength;
    if (missing <= 0) return;
    try {
      // A quarter more than asked for, so that a growing need does not grow page by page.
      const pages = Math.ceil((missing + this.#memory.buffer.byteLength / 4) / pageBytes);
      this.#memory.grow(Math.min(pages, this.#maximumPages - this.#memory.buffer.byteLength / pageBytes));
    } catch {
      // checked below
    }
    this.#words = new Int32Array(this.#memory.buffer);
    if (this.#memory.buffer.byteLength < bytes) {
      throw new LstmOnnxError(
        'E_RUN_FAILED',
        `The simd backend needs ${Math.round(bytes / 1e6)} MB at once and can have no more than ` +
          `${Math.round((this.#maximumPages * pageBytes) / 1e6)} MB; use smaller batches or shorter sequences.`,
      );
    }
  }
}

async function compiled(kernels: Uint8Array): Promise<WebAssembly.Module> {
  try {
    // A copy where the bytes are shared with another thread, which WebAssembly does not read from.
    return await WebAssembly.compile(new Uint8Array(kernels));
  } catch (cause) {
    throw new LstmOnnxError(
      'E_PROVIDER_UNAVAILABLE',
      `The kernels are no WebAssembly module that this JavaScript engine takes (on a page with a ` +
        `Content-Security-Policy, script-src needs 'wasm-unsafe-eval'): ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** Memory that threads share, with room to grow. Small devices do not set 2 GiB aside. */
function sharedMemory(): { readonly memory: WebAssembly.Memory; readonly pages: number } {
  for (let pages = maximumPages; ; pages /= 2) {
    try {
      return {
        memory: new WebAssembly.Memory({ initial: initialPages, maximum: pages, shared: true }),
        pages,
      };
    } catch (cause) {
      if (pages / 2 >= leastMaximumPages) continue;
      const message = `This JavaScript engine has no shared WebAssembly memory to give: ${messageOf(cause)}`;
      throw new LstmOnnxError('E_PROVIDER_UNAVAILABLE', message, { cause });
    }
  }
}
