/** Fields of JSON objects from outside: own properties only, types checked, errors that say where. */
import { parseJson } from '../../data/bounded-json.js';
import { LstmOnnxError } from '../../errors.js';
import { quoted } from '../quoted.js';

/** Of a model's configuration; the largest models' take some hundred kilobytes. In memory JSON is many times as long. */
const MAX_JSON_BYTES = 2 ** 22;

export class Fields {
  /** For messages: `layer 'lstm'`. */
  readonly where: string;
  readonly #fields: object;

  /** @throws E_INVALID_FILE for anything but an object */
  constructor(value: unknown, where: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw brokenModel(`${where} is ${describe(value)}, expected an object`);
    }
    this.where = where;
    this.#fields = value;
  }

  /** The value of an own property; undefined where there is none or it is null. */
  get(key: string): unknown {
    const value: unknown = Object.getOwnPropertyDescriptor(this.#fields, key)?.value;
    return value ?? undefined;
  }

  /** Whether there is such a property, be it null. */
  has(key: string): boolean {
    return Object.hasOwn(this.#fields, key);
  }

  text(key: string): string {
    const value = this.get(key);
    if (typeof value === 'string') return value;
    throw this.#wrong(key, 'text');
  }

  number(key: string, missing?: number): number {
    const value = this.get(key) ?? missing;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw this.#wrong(key, 'a number');
  }

  /** A whole number of at least 1. */
  count(key: string): number {
    const value = this.number(key);
    if (Number.isSafeInteger(value) && value > 0) return value;
    throw this.#wrong(key, 'a whole number of at least 1');
  }

  /** True or false; false where nothing is said. */
  flag(key: string, missing = false): boolean {
    const value = this.get(key) ?? missing;
    if (typeof value === 'boolean') return value;
    throw this.#wrong(key, 'true or false');
  }

  list(key: string): readonly unknown[] {
    const value = this.get(key);
    if (Array.isArray(value)) return value;
    throw this.#wrong(key, 'a list');
  }

  fields(key: string): Fields {
    return new Fields(this.get(key), `${this.where}: ${key}`);
  }

  entries(): [string, unknown][] {
    return Object.entries(this.#fields);
  }

  #wrong(key: string, expected: string): LstmOnnxError {
    return brokenModel(`${this.where}: ${key} is ${describe(this.get(key))}, expected ${expected}`);
  }
}

/** The object that JSON text says. @throws E_INVALID_FILE */
export function parseFields(bytes: Uint8Array, where: string): Fields {
  if (bytes.length > MAX_JSON_BYTES) {
    throw brokenModel(`${where} has ${bytes.length} bytes; at most ${MAX_JSON_BYTES} are read`);
  }
  return new Fields(parseJson(new TextDecoder().decode(bytes), where), where);
}

export function brokenModel(what: string): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_FILE', `The model cannot be read: ${what}. Save it again.`);
}

export function describe(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return value === undefined || value === null ? 'not there' : String(value);
}
