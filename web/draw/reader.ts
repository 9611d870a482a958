/** Reads digits row by row through a stream of the model, whose state carries what it saw from row to row. */
import { Model, type Stream } from 'lstm-onnx/web';
import { type DigitImage, imageSide } from '../shared/digit-image.js';

export type ProviderName = 'simd' | 'wasm';

/** What the network believed after each row. */
export interface Reading {
  /** `[row, digit]`, 28 rows of 10 shares of 1. */
  readonly beliefs: Float32Array;
  /** From the first row given to the last belief, in milliseconds. */
  readonly took: number;
}

const classes = 10;

export class DigitReader {
  readonly model: Model;
  readonly #stream: Stream;

  private constructor(model: Model) {
    this.model = model;
    this.#stream = model.stream();
  }

  /** @throws as `Model.load` */
  static async open(bytes: Uint8Array, provider: ProviderName): Promise<DigitReader> {
    return new DigitReader(await Model.load(bytes, { providers: [provider] }));
  }

  /** The rows are given at once and answered one after another: a stream keeps its calls in order. */
  async read(image: DigitImage): Promise<Reading> {
    const started = performance.now();
    this.#stream.reset();
    const answers = await Promise.all(
      Array.from({ length: imageSide }, (_, row) => {
        const data = image.slice(row * imageSide, (row + 1) * imageSide);
        return this.#stream.run({ x: { data, dims: [1, 1, imageSide] } });
      }),
    );
    const beliefs = new Float32Array(imageSide * classes);
    for (const [row, { probabilities }] of answers.entries()) {
      const shares = probabilities?.data;
      if (!(shares instanceof Float32Array)) throw new TypeError('The model gives no probabilities.');
      beliefs.set(shares, row * classes);
    }
    return { beliefs, took: performance.now() - started };
  }

  release(): Promise<void> {
    return this.model.release();
  }
}
