/** Products of matrices on the engine, whose numbers stay in its memory. */
import { mustHave } from '../../../must-get.js';
import type { Factor, Numbers, Products } from '../../convolution/products.js';
import type { OwnProducts } from '../own-products.js';
import type { SimdBackend } from './backend.js';
import type { Engine } from './engine.js';
import { multiply } from './matmul.js';

/** @returns products whose factors may lie anywhere */
export function productsOn(engine: Engine): Products {
  const take = (count: number) => {
    const at = engine.allocate(count * Float32Array.BYTES_PER_ELEMENT);
    return { data: engine.floats(at, count), at };
  };
  return {
    take,
    release({ at }) {
      if (at !== undefined) engine.release(at);
    },
    multiply(a, b, to) {
      const copies: number[] = [];
      const place = ({ data, at }: Numbers) => {
        if (at !== undefined) return at;
        const copy = take(data.length);
        copy.data.set(data);
        copies.push(copy.at);
        return copy.at;
      };
      const matrix = ({ numbers, rows, columns, transposed = false }: Factor) => ({
        rows,
        columns,
        transposed,
        at: place(numbers),
      });
      multiply(engine, matrix(a), matrix(b), 0, addressOf(to));
      for (const copy of copies) engine.release(copy);
    },
  };
}

/** Where numbers lie that {@link productsOn} took room for. */
export function addressOf({ at }: Numbers): number {
  return mustHave(at, 'The address of a product');
}

/** The same, from and to tensors of the backend. */
export function ownProducts(backend: SimdBackend): OwnProducts {
  const { engine } = backend;
  const { take, release, multiply } = productsOn(engine);
  return {
    take,
    release,
    multiply,
    numbersOf(tensor) {
      const data = backend.numbers(tensor);
      const at = backend.blockOf(tensor);
      // What was cast from integers is a copy.
      return at !== undefined && data.byteOffset === at ? { data, at } : { data };
    },
    tensorOf: (numbers, shape) => backend.own(shape, addressOf(numbers)),
    allOrNothing: (run) => engine.allOrNothing(run),
  };
}
