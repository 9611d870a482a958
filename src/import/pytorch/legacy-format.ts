/**
 * PyTorch files before version 1.6, and since then by `_use_new_zipfile_serialization=False`: pickles of a magic
 * number, a protocol version, facts about the machine, the object, and the storages' keys; then each storage: a
 * count in eight bytes and its elements (torch/serialization.py, `_legacy_save` and `_legacy_load`).
 */

import { counted } from '../../counted.js';
import type { MemoryBudget } from '../../data/memory-budget.js';
import { LstmOnnxError } from '../../errors.js';
import { quoted } from '../quoted.js';
import { damagedTorch, sizeOfValue } from './checked-values.js';
import type { ElementType } from './element-types.js';
import { PickleBytes } from './pickle-bytes.js';
import { runPickle } from './pickle-machine.js';
import { describe, PickleDict, PickleSequence, type PickleValue } from './pickle-values.js';
import type { Unpickled } from './state-dict-of.js';
import { StorageReference } from './tensor.js';
import { TorchHost } from './torch-host.js';

const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;

/** A storage as the pickle declares it, before its bytes are reached. */
interface Declared {
  readonly type: ElementType;
  readonly elements: number;
}

/** Whether the bytes start with a pickle. */
export function isPickle(bytes: Uint8Array): boolean {
  const [opcode, protocol = 0] = bytes;
  return opcode === 0x80 && protocol >= 2 && protocol <= 5;
}

/** What `torch.save` was given, tensors unread. */
export function readLegacyFormat(bytes: Uint8Array, budget: MemoryBudget): Unpickled {
  const source = new PickleBytes(bytes);
  const declared = new Map<string, Declared>();
  const contents = new Map<string, Uint8Array>();
  const host = new TorchHost((key, type, elements, [view]) => {
    const known = declared.get(key) ?? { type, elements };
    if (known.elements * known.type.itemBytes !== elements * type.itemBytes) {
      throw damagedTorch(`the storage ${quoted(key)} is declared twice, with different sizes`);
    }
    declared.set(key, known);
    const whole = () => contentsOf(contents, key);
    return new StorageReference(key, type, viewOf(view ?? null, type, whole));
  }, budget);
  const next = () => runPickle(source, host, budget);

  checkHeader(next(), next);
  const root = next();
  const keys = next();
  if (!(keys instanceof PickleSequence)) {
    throw damagedTorch(`its list of storages is ${describe(keys)}`);
  }
  for (const key of keys.items) {
    const name = typeof key === 'number' ? String(key) : key;
    const storage = typeof name === 'string' ? declared.get(name) : undefined;
    if (typeof name !== 'string' || storage === undefined || contents.has(name)) {
      throw damagedTorch(`it lists the storage ${describe(key)}, which no tensor has or which came before`);
    }
    const elements = source.uint64();
    if (elements !== storage.elements) {
      throw damagedTorch(
        `the storage ${quoted(name)} has ${counted(elements, 'element')}, and its pickle says ${storage.elements}`,
      );
    }
    contents.set(name, source.take(elements * storage.type.itemBytes));
  }
  return { root, unknownGlobals: host.unknownGlobals };
}

function checkHeader(magicNumber: PickleValue, next: () => PickleValue): void {
  if (magicNumber !== MAGIC_NUMBER) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The file is a pickle of ${describe(magicNumber)}, not one that torch.save wrote. Save the weights in Python: torch.save(model.state_dict(), 'model.pt').`,
    );
  }
  const version = next();
  if (version !== PROTOCOL_VERSION) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The PyTorch file is of version ${describe(version)}; version ${PROTOCOL_VERSION} is read. Load it in Python and save it again.`,
    );
  }
  const machine = next();
  const isLittleEndian = machine instanceof PickleDict ? machine.byName.get('little_endian') : undefined;
  if (isLittleEndian === false) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      'The PyTorch file is big-endian; only little-endian files are read. Load it in Python on a little-endian machine and save it again.',
    );
  }
  if (isLittleEndian !== true) {
    throw damagedTorch('it does not say in which byte order it is');
  }
}

function contentsOf(contents: ReadonlyMap<string, Uint8Array>, key: string): Uint8Array {
  const bytes = contents.get(key);
  if (bytes === undefined) {
    throw damagedTorch(`the storage ${quoted(key)} is not among those listed behind its pickle`);
  }
  return bytes;
}

/** Old files may name a part of a storage: `(key of the part, offset, elements)`. */
function viewOf(view: PickleValue, type: ElementType, whole: () => Uint8Array): () => Uint8Array {
  if (view === null) return whole;
  const [, offset, elements] = view instanceof PickleSequence ? view.items : [];
  const start = sizeOfValue(offset, "a storage view's offset in elements") * type.itemBytes;
  const end = start + sizeOfValue(elements, "a storage view's elements") * type.itemBytes;
  return () => {
    const bytes = whole();
    if (end > bytes.length) {
      throw damagedTorch(`a view of a storage ends at byte ${end}, and the storage has ${bytes.length}`);
    }
    return bytes.subarray(start, end);
  };
}
