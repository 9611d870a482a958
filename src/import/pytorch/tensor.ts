/** Tensors of a PyTorch file: views of storages, which are read only when a tensor is wanted. */
import type { Parameter } from '../../builder/parameters.js';
import { counted } from '../../counted.js';
import { checkedElementCount } from '../../data/array-bytes.js';
import type { MemoryBudget } from '../../data/memory-budget.js';
import { LstmOnnxError } from '../../errors.js';
import { quoted } from '../quoted.js';
import type { ElementType, FloatType } from './element-types.js';
import { type Layout, lastPlace } from './layout.js';
import { PickleObject } from './pickle-values.js';

/** A block of elements that a pickle refers to and the file keeps elsewhere. */
export class StorageReference extends PickleObject {
  constructor(
    /** Its name in the file. */
    readonly key: string,
    readonly type: ElementType,
    /** The storage's bytes, little-endian. @throws E_INVALID_FILE when the file has no such storage */
    readonly bytes: () => Uint8Array,
  ) {
    super();
  }

  get description(): string {
    return `a storage of ${this.type.name}`;
  }
}

/** A tensor as the pickle describes it; its numbers are checked against the storage by {@link toParameter}. */
export class TensorReference extends PickleObject {
  constructor(
    readonly storage: StorageReference,
    /** As the storage's, unless that is untyped. */
    readonly type: ElementType,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {
    super();
  }

  get description(): string {
    return `a tensor of ${this.type.name} [${this.shape.slice(0, 8).join(', ')}]`;
  }
}

/**
 * The tensor's elements as float32, row-major, in memory of their own even where tensors share a storage.
 * @param type the tensor's type, known to be of floats
 * @throws E_INVALID_FILE when the tensor reaches past its storage or takes more memory than the budget has
 */
export function toParameter(
  name: string,
  tensor: TensorReference,
  type: FloatType,
  budget: MemoryBudget,
): Parameter {
  const { shape, strides, offset } = tensor;
  const layout: Layout = { shape, strides, offset, count: checkedElementCount(shape, 'PyTorch') };
  if (strides.length !== shape.length) {
    throw damaged(name, `has ${counted(shape.length, 'dimension')} and ${counted(strides.length, 'stride')}`);
  }
  const storage = tensor.storage.bytes();
  const elements = Math.floor(storage.length / type.itemBytes);
  const last = lastPlace(layout);
  if (!(last < elements)) {
    throw damaged(
      name,
      `of shape [${shape.join(', ')}] reaches up to element ${last} of a storage that has ${elements}`,
    );
  }
  budget.take(layout.count * Float32Array.BYTES_PER_ELEMENT, `the tensor ${quoted(name)}`);
  return { shape, data: type.read(storage, layout) };
}

function damaged(name: string, what: string): LstmOnnxError {
  return new LstmOnnxError(
    'E_INVALID_FILE',
    `The PyTorch file is damaged: the tensor ${quoted(name)} ${what}. Fetch or save it again.`,
  );
}
