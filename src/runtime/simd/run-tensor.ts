/** Values while a network runs on the engine, and the engine's memory that they lie in. */
import type { Engine } from '../../builder/backends/simd/engine.js';
import { type NdArray, sizeOf } from '../../nd-array.js';

/** Row-major numbers. */
export type RunTensor = NdArray<'float32' | 'int32'> & {
  /** The address, where the numbers lie in the engine's memory; `data` is a view of them then. */
  readonly at?: number;
};

export const BYTES_PER_NUMBER = 4;

/** Allocates blocks of the engine's memory, and releases them together. */
export class Arena {
  readonly engine: Engine;
  readonly #addresses: number[] = [];
  readonly #whenReleased: (() => void)[] = [];

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** The address of so many numbers. */
  allocate(count: number): number {
    return this.adopt(this.engine.allocate(count * BYTES_PER_NUMBER));
  }

  /** Takes over a block that was allocated elsewhere. */
  adopt(at: number): number {
    this.#addresses.push(at);
    return at;
  }

  /** The address of the numbers in the engine's memory; copies them there if they are elsewhere. */
  place({ dtype, data, at }: Pick<RunTensor, 'dtype' | 'data' | 'at'>): number {
    if (at !== undefined) return at;
    const copy = this.allocate(data.length);
    this.engine.view(dtype, copy, data.length).set(data);
    return copy;
  }

  /** Calls `release` when the arena is released. */
  whenReleased(release: () => void): void {
    this.#whenReleased.push(release);
  }

  release(): void {
    for (const at of this.#addresses) this.engine.release(at);
    for (const release of this.#whenReleased) release();
    this.#addresses.length = 0;
    this.#whenReleased.length = 0;
  }
}

/** The numbers of a tensor that the network says is float32. */
export function floatsOf({ data }: RunTensor): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

/** The same numbers under another shape. */
export function reshaped(x: RunTensor, shape: readonly number[]): RunTensor {
  return { ...x, shape };
}

/** A float32 tensor over the engine's memory. */
export type PlacedFloats = NdArray<'float32'> & { readonly at: number };

export function floatsAt(engine: Engine, at: number, shape: readonly number[]): PlacedFloats {
  return { dtype: 'float32', shape, data: engine.floats(at, sizeOf(shape)), at };
}

/** A tensor of zeros. */
export function empty(dtype: RunTensor['dtype'], shape: readonly number[]): RunTensor {
  const size = sizeOf(shape);
  return dtype === 'int32'
    ? { dtype, shape, data: new Int32Array(size) }
    : { dtype, shape, data: new Float32Array(size) };
}
