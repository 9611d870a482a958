/**
 * What the globals of a PyTorch file stand for: dicts, tensors and parameters become data, a short list of others
 * (hyperparameters, numpy scalars, what trainers keep) is passed over, and every other name is held against the
 * file. Nothing is ever called; `torch.load(weights_only=True)` draws the same line in Python.
 *
 * Rebuilding functions: torch/_utils.py and torch/_tensor.py.
 */

import type { MemoryBudget } from '../../data/memory-budget.js';
import { LstmOnnxError } from '../../errors.js';
import { quoted } from '../quoted.js';
import { damagedTorch, sizeOfValue } from './checked-values.js';
import { ELEMENT_TYPES, type ElementType, STORAGE_CLASSES } from './element-types.js';
import { isPassedOver } from './passed-globals.js';
import type { PickleHost } from './pickle-machine.js';
import { ENTRY_BYTES } from './pickle-stack.js';
import {
  describe,
  GlobalName,
  OpaqueObject,
  PickleDict,
  PickleSequence,
  type PickleValue,
} from './pickle-values.js';
import { rebuildFromType, rebuildTensor } from './rebuild-tensor.js';
import type { StorageReference } from './tensor.js';

/** What a file's format gives for a storage that the pickle names. */
export type OpenStorage = (
  key: string,
  type: ElementType,
  elements: number,
  rest: readonly PickleValue[],
) => StorageReference;

const DICTS: ReadonlySet<string> = new Set([
  'collections.OrderedDict',
  'collections.Counter',
  'builtins.dict',
  '__builtin__.dict',
]);

export class TorchHost implements PickleHost {
  /** Globals that no state dict needs, by path. */
  readonly unknownGlobals = new Set<string>();
  readonly #openStorage: OpenStorage;
  readonly #budget: MemoryBudget;

  constructor(openStorage: OpenStorage, budget: MemoryBudget) {
    this.#openStorage = openStorage;
    this.#budget = budget;
  }

  global(name: GlobalName): void {
    if (!isPassedOver(name)) this.unknownGlobals.add(name.path);
  }

  call(callee: GlobalName, args: readonly PickleValue[]): PickleValue {
    if (DICTS.has(callee.path)) return this.#dictOf(args[0] ?? null);
    switch (callee.path) {
      case 'collections.defaultdict': // (factory)
        return new PickleDict();
      case 'torch._utils._rebuild_parameter':
      case 'torch._utils._rebuild_parameter_with_state':
      case 'torch.nn.parameter.Parameter':
        return args[0] ?? null;
      case 'torch._tensor._rebuild_from_type_v2': // (function, class, its arguments, attributes)
        return rebuildFromType(args);
      case 'torch.Size':
        return args[0] ?? null;
      case 'copyreg._reconstructor': // (class, base, state of the base)
      case 'copy_reg._reconstructor':
        return new OpaqueObject(args[0] instanceof GlobalName ? args[0].path : callee.path);
      default:
        return rebuildTensor(callee, args) ?? new OpaqueObject(callee.path);
    }
  }

  /** `('storage', class, key, device, elements, ...)`, or the class of a module and its source in old files. */
  persistent(id: PickleValue): PickleValue {
    const [kind, type, key, , elements, ...rest] = id instanceof PickleSequence ? id.items : [];
    if (kind === 'module' && type instanceof GlobalName) return type;
    const name = typeof key === 'number' ? String(key) : key;
    if (kind !== 'storage' || typeof name !== 'string') {
      throw damagedTorch(`it refers to ${describe(id)} outside of its pickle, which is no storage`);
    }
    if (!(type instanceof GlobalName)) {
      throw damagedTorch(`the storage ${quoted(name)} has ${describe(type ?? null)} for a class`);
    }
    const elementType = ELEMENT_TYPES.get(STORAGE_CLASSES.get(type.name) ?? '');
    if (elementType === undefined || !/^torch(\.cuda|\.storage)?$/.test(type.module)) {
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        `The PyTorch file keeps the storage ${quoted(name)} as a ${quoted(type.path)}; known are ${[...STORAGE_CLASSES.keys()].join(', ')}. Save the weights as float32: torch.save({k: v.float() for k, v in model.state_dict().items()}, 'model.pt').`,
      );
    }
    return this.#openStorage(name, elementType, sizeOfValue(elements, 'elements of a storage'), rest);
  }

  /** A dict, or one of a list of pairs, as an OrderedDict is given them. */
  #dictOf(items: PickleValue): PickleDict {
    if (items instanceof PickleDict) return items;
    const dict = new PickleDict();
    if (items instanceof PickleSequence) {
      // One list may be given to many dicts, so the copies are counted.
      this.#budget.take(items.items.length * 2 * ENTRY_BYTES, 'a pickle');
      for (const pair of items.items) {
        if (!(pair instanceof PickleSequence) || pair.items.length !== 2) {
          throw damagedTorch(`a dict is made of ${describe(pair)} instead of pairs`);
        }
        dict.set(pair.items[0] ?? null, pair.items[1] ?? null);
      }
    }
    return dict;
  }
}
