/**
 * What a pickle can hold, as data: nothing here is ever called, constructed by name or looked up in a prototype.
 * Python's classes and functions stay names ({@link GlobalName}); what they would have made stays opaque.
 */
import { counted } from '../../counted.js';

export type PickleValue = null | boolean | number | bigint | string | Uint8Array | PickleObject;

/** What stands for a Python object that is not a plain value. */
export abstract class PickleObject {
  /** What it is, for messages. */
  abstract readonly description: string;
}

/** A list, tuple or set; a set keeps what was put into it, in that order. */
export class PickleSequence extends PickleObject {
  constructor(
    readonly kind: 'list' | 'tuple' | 'set',
    readonly items: PickleValue[],
  ) {
    super();
  }

  get description(): string {
    return `a ${this.kind} of ${this.items.length}`;
  }
}

/** A dict. Values under keys that are not strings are kept without their keys: state dicts have none. */
export class PickleDict extends PickleObject {
  readonly byName = new Map<string, PickleValue>();
  readonly unnamed: PickleValue[] = [];

  set(key: PickleValue, value: PickleValue): void {
    if (typeof key === 'string') {
      this.byName.set(key, value);
    } else {
      this.unnamed.push(value);
    }
  }

  get description(): string {
    return `a dict of ${this.byName.size + this.unnamed.length}`;
  }
}

/** The name of a Python class or function. */
export class GlobalName extends PickleObject {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {
    super();
  }

  /** `module.name` */
  get path(): string {
    return `${this.module}.${this.name}`;
  }

  get description(): string {
    return `the class or function ${this.path}`;
  }
}

/** Something that Python would make by calling a class or function, which this reader does not. */
export class OpaqueObject extends PickleObject {
  /** Its attributes, where the pickle states them. */
  state: PickleValue = null;

  /** @param path which class or function would have made it */
  constructor(readonly path: string) {
    super();
  }

  get description(): string {
    return `a ${this.path}`;
  }
}

/** What a value is, for messages. */
export function describe(value: PickleValue): string {
  if (value instanceof PickleObject) return value.description;
  if (value instanceof Uint8Array) return counted(value.length, 'byte');
  if (value === null) return 'None';
  return typeof value === 'string' ? 'a string' : `the ${typeof value} ${value}`;
}
