/**
 * Runs a pickle without executing anything: the opcodes that protocols 2 to 5 write for plain data, with every
 * call handed to a host that decides what a known name stands for.
 *
 * Opcodes: CPython's Lib/pickletools.py and PEPs 307, 3154, 574. The machine is a loop over a stack, so nesting
 * costs no JavaScript stack; what it makes is counted in a {@link MemoryBudget}.
 */

import type { MemoryBudget } from '../../data/memory-budget.js';
import { LstmOnnxError } from '../../errors.js';
import type { PickleBytes } from './pickle-bytes.js';
import { readLiteral } from './pickle-literals.js';
import { ENTRY_BYTES, OBJECT_BYTES, PickleStack, VALUE_BYTES } from './pickle-stack.js';
import {
  describe,
  GlobalName,
  OpaqueObject,
  PickleDict,
  PickleObject,
  PickleSequence,
  type PickleValue,
} from './pickle-values.js';

/** Gives a meaning to what a pickle only names. */
export interface PickleHost {
  /** A class or function is named. */
  global(name: GlobalName): void;
  /** What calling `callee` with `args` stands for. */
  call(callee: GlobalName, args: readonly PickleValue[]): PickleValue;
  /** The object outside of the pickle that an id refers to. */
  persistent(id: PickleValue): PickleValue;
}

const MAX_PROTOCOL = 5;

/** The value of the next pickle in `source`, which is left behind its end. */
export function runPickle(source: PickleBytes, host: PickleHost, budget: MemoryBudget): PickleValue {
  return new PickleMachine(source, host, budget).run();
}

class PickleMachine {
  readonly #source: PickleBytes;
  readonly #host: PickleHost;
  readonly #budget: MemoryBudget;
  readonly #stack: PickleStack;

  constructor(source: PickleBytes, host: PickleHost, budget: MemoryBudget) {
    this.#source = source;
    this.#host = host;
    this.#budget = budget;
    this.#stack = new PickleStack(source, budget);
  }

  run(): PickleValue {
    for (;;) {
      const opcode = this.#source.uint8();
      if (opcode === 0x2e /* STOP */) {
        return this.#stack.last();
      }
      const literal = readLiteral(opcode, this.#source, this.#budget);
      if (literal !== undefined) {
        this.#stack.push(literal);
      } else if (!this.#makeContainer(opcode) && !this.#operate(opcode)) {
        throw new LstmOnnxError(
          'E_UNSUPPORTED',
          `The PyTorch file's pickle has the opcode 0x${opcode.toString(16)} before byte ${this.#source.position}, which no state dict needs. Save the weights again in Python: torch.save(model.state_dict(), 'model.pt').`,
        );
      }
    }
  }

  /** Opcodes that work on what is on the stack; whether this is one. */
  #operate(opcode: number): boolean {
    const source = this.#source;
    switch (opcode) {
      case 0x80: // PROTO
        this.#protocol(source.uint8());
        return true;
      case 0x95: // FRAME: only says how much may be read at once
        source.uint64();
        return true;
      case 0x28: // MARK
        this.#stack.mark();
        return true;
      case 0x30: // POP: of the mark, where nothing is above it
        this.#stack.popValueOrMark();
        return true;
      case 0x31: // POP_MARK
        this.#stack.popMark();
        return true;
      case 0x32: // DUP
        this.#stack.push(this.#stack.top());
        return true;
      case 0x71: // BINPUT
        this.#stack.remember(source.uint8());
        return true;
      case 0x72: // LONG_BINPUT
        this.#stack.remember(source.uint32());
        return true;
      case 0x94: // MEMOIZE
        this.#stack.remember(this.#stack.remembered);
        return true;
      case 0x68: // BINGET
        this.#stack.recall(source.uint8());
        return true;
      case 0x6a: // LONG_BINGET
        this.#stack.recall(source.uint32());
        return true;
      case 0x61: // APPEND
        this.#extend([this.#stack.pop()]);
        return true;
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        this.#extend(this.#stack.popMark());
        return true;
      case 0x73: // SETITEM
        this.#setItems([this.#stack.pop(), this.#stack.pop()].reverse());
        return true;
      case 0x75: // SETITEMS
        this.#setItems(this.#stack.popMark());
        return true;
      case 0x62: // BUILD
        this.#build(this.#stack.pop());
        return true;
      case 0x52: // REDUCE
      case 0x81: // NEWOBJ
        this.#call(this.#stack.pop());
        return true;
      case 0x92: // NEWOBJ_EX: keyword arguments come last; no known class takes any
        this.#stack.pop();
        this.#call(this.#stack.pop());
        return true;
      case 0x63: // GLOBAL
        this.#global(source.line(), source.line());
        return true;
      case 0x93: // STACK_GLOBAL
        this.#stackGlobal();
        return true;
      case 0x51: // BINPERSID
        this.#stack.push(this.#host.persistent(this.#stack.pop()));
        return true;
      default:
        return false;
    }
  }

  /** Opcodes that push a container; whether this is one. */
  #makeContainer(opcode: number): boolean {
    const stack = this.#stack;
    switch (opcode) {
      case 0x5d: // EMPTY_LIST
        return stack.pushSequence('list', []);
      case 0x29: // EMPTY_TUPLE
        return stack.pushSequence('tuple', []);
      case 0x8f: // EMPTY_SET
        return stack.pushSequence('set', []);
      case 0x74: // TUPLE
        return stack.pushSequence('tuple', stack.popMark());
      case 0x91: // FROZENSET
        return stack.pushSequence('set', stack.popMark());
      case 0x85: // TUPLE1
        return stack.pushSequence('tuple', stack.popSeveral(1));
      case 0x86: // TUPLE2
        return stack.pushSequence('tuple', stack.popSeveral(2));
      case 0x87: // TUPLE3
        return stack.pushSequence('tuple', stack.popSeveral(3));
      case 0x7d: // EMPTY_DICT
        return stack.pushDict();
      default:
        return false;
    }
  }

  #protocol(version: number): void {
    if (version < 2 || version > MAX_PROTOCOL) {
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        `The PyTorch file is pickled by protocol ${version}; protocols 2 to ${MAX_PROTOCOL} are read. Save it again with torch.save.`,
      );
    }
  }

  #extend(items: readonly PickleValue[]): void {
    const target = this.#stack.top();
    if (target instanceof PickleSequence && target.kind !== 'tuple') {
      this.#budget.take(items.length * VALUE_BYTES, 'a pickle');
      for (const item of items) target.items.push(item);
    } else if (!(target instanceof OpaqueObject)) {
      throw this.#source.error(`items are added to ${describe(target)}`);
    }
  }

  #setItems(items: readonly PickleValue[]): void {
    const target = this.#stack.top();
    if (items.length % 2 !== 0) {
      throw this.#source.error('a key comes without a value');
    }
    if (target instanceof PickleDict) {
      this.#budget.take(items.length * ENTRY_BYTES, 'a pickle');
      for (let index = 0; index < items.length; index += 2) {
        target.set(items[index] ?? null, items[index + 1] ?? null);
      }
    } else if (!(target instanceof OpaqueObject)) {
      throw this.#source.error(`items are set in ${describe(target)}`);
    }
  }

  /** Attributes: of an opaque object they are kept; dicts and tensors have none that say anything about weights. */
  #build(state: PickleValue): void {
    const target = this.#stack.top();
    if (target instanceof OpaqueObject) {
      target.state = state;
    } else if (!(target instanceof PickleObject)) {
      throw this.#source.error(`attributes are given to ${describe(target)}`);
    }
  }

  #call(args: PickleValue): void {
    const callee = this.#stack.pop();
    if (!(args instanceof PickleSequence)) {
      throw this.#source.error(`a call is given ${describe(args)} for arguments`);
    }
    this.#budget.take(OBJECT_BYTES, 'a pickle');
    if (callee instanceof GlobalName) {
      this.#stack.push(this.#host.call(callee, args.items));
    } else if (callee instanceof OpaqueObject) {
      this.#stack.push(new OpaqueObject(callee.path));
    } else {
      throw this.#source.error(`${describe(callee)} is called`);
    }
  }

  #global(module: string, name: string): void {
    this.#budget.take(OBJECT_BYTES, 'a pickle');
    const global = new GlobalName(module, name);
    this.#host.global(global);
    this.#stack.push(global);
  }

  #stackGlobal(): void {
    const name = this.#stack.pop();
    const module = this.#stack.pop();
    if (typeof module !== 'string' || typeof name !== 'string') {
      throw this.#source.error('a class or function is named by something else than strings');
    }
    this.#global(module, name);
  }
}
