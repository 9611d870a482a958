/** Tensors from the arguments of the functions that would rebuild them in Python (torch/_utils.py, torch/_tensor.py). */
import { LstmOnnxError } from '../../errors.js';
import { damagedTorch, sizeOfValue, sizesOfValue } from './checked-values.js';
import { ELEMENT_TYPES, type ElementType } from './element-types.js';
import {
  describe,
  GlobalName,
  OpaqueObject,
  PickleDict,
  PickleSequence,
  type PickleValue,
} from './pickle-values.js';
import { StorageReference, TensorReference } from './tensor.js';

/** What `_rebuild_from_type_v2` is given: a function, a class, the function's arguments, attributes. */
export function rebuildFromType([callee, , args]: readonly PickleValue[]): PickleValue {
  if (!(callee instanceof GlobalName) || !(args instanceof PickleSequence)) {
    throw damagedTorch('a tensor with attributes lacks the function or the arguments that rebuild it');
  }
  return rebuildTensor(callee, args.items) ?? new OpaqueObject(callee.path);
}

/** The tensor that a rebuilding function describes; undefined for other functions. */
export function rebuildTensor(
  { path }: GlobalName,
  args: readonly PickleValue[],
): TensorReference | undefined {
  switch (path) {
    case 'torch._utils._rebuild_tensor': // (storage, offset, size, stride)
    case 'torch._utils._rebuild_tensor_v2': // (..., requires_grad, hooks, metadata)
      return tensorOf(args, undefined, args[6]);
    case 'torch._utils._rebuild_tensor_v3': // (..., requires_grad, hooks, dtype, metadata)
      return tensorOf(args, args[6], args[7]);
    default:
      return undefined;
  }
}

function tensorOf(
  [storage, offset, shape, strides]: readonly PickleValue[],
  dtype: PickleValue | undefined,
  metadata: PickleValue | undefined,
): TensorReference {
  if (storage instanceof OpaqueObject) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The file has tensors whose storage is made by ${storage.path}: it was not written by torch.save. Save the weights in Python: torch.save(model.state_dict(), 'model.pt').`,
    );
  }
  if (!(storage instanceof StorageReference)) {
    throw damagedTorch(`a tensor is made of ${describe(storage ?? null)} instead of a storage`);
  }
  if (metadata instanceof PickleDict && [...metadata.byName.values()].some((value) => value === true)) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      'The PyTorch file has a tensor that is kept conjugated or negated; call resolve_conj().resolve_neg() on it before torch.save.',
    );
  }
  return new TensorReference(
    storage,
    dtype === undefined ? storage.type : elementTypeOf(dtype),
    sizeOfValue(offset, "a tensor's offset in elements"),
    sizesOfValue(shape, "a tensor's dimensions"),
    sizesOfValue(strides, "a tensor's strides"),
  );
}

function elementTypeOf(dtype: PickleValue): ElementType {
  const type =
    dtype instanceof GlobalName && dtype.module === 'torch' ? ELEMENT_TYPES.get(dtype.name) : undefined;
  if (type === undefined) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The PyTorch file has a tensor of ${describe(dtype)}; known are ${[...ELEMENT_TYPES.keys()].join(', ')}. Convert it with .float() before torch.save.`,
    );
  }
  return type;
}
