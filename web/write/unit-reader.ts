/** Reads a text with a model, and keeps what each unit holds after each character. */
import { encodeText } from 'lstm-onnx/web';
import type { Writer } from './writer.js';

/** The hidden state h, and what the network makes of the cell state c: its tanh. Both are from -1 to 1. */
export type Quantity = 'hidden' | 'cell';

/** The units of the last layer after each character. */
export interface UnitStates {
  readonly units: number;
  readonly characters: readonly string[];
  /** For each character the value of each unit. */
  readonly values: Readonly<Record<Quantity, readonly Float32Array[]>>;
}

export class UnitReader implements UnitStates {
  readonly characters: string[] = [];
  readonly values = { hidden: [] as Float32Array[], cell: [] as Float32Array[] };
  readonly #writer: Writer;
  readonly #stream: ReturnType<Writer['model']['stream']>;

  constructor(writer: Writer) {
    this.#writer = writer;
    this.#stream = writer.model.stream();
  }

  get units(): number {
    return this.values.hidden[0]?.length ?? 0;
  }

  /** @param character one that the model knows */
  async read(character: string): Promise<void> {
    const data = encodeText(this.#writer.generator.vocabulary, character);
    await this.#stream.run({ tokens: { data, dims: [1, 1] } });
    const { h0, c0 } = this.#stream.state;
    this.characters.push(character);
    this.values.hidden.push(lastLayer(h0));
    this.values.cell.push(lastLayer(c0).map(Math.tanh));
  }
}

/** A copy of the last row of a state `[layers, 1, hidden]`. */
function lastLayer(
  state: { readonly dims: readonly number[]; readonly data: unknown } | undefined,
): Float32Array {
  if (!(state?.data instanceof Float32Array))
    throw new TypeError('The model has no states h0 and c0 of float32.');
  return state.data.slice(-(state.dims.at(-1) ?? 0));
}
