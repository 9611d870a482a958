/** Checks session options before any provider sees them: each provider silently accepts some wrong ones. */
import { LstmOnnxError, textOf } from '../errors.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import type { SessionOptions } from './session.js';

const names = {
  intraOpNumThreads: true,
  interOpNumThreads: true,
  freeDimensionOverrides: true,
  graphOptimizationLevel: true,
  enableCpuMemArena: true,
  enableMemPattern: true,
  executionMode: true,
  optimizedModelFilePath: true,
  enableProfiling: true,
  profileFilePrefix: true,
  logId: true,
  logSeverityLevel: true,
  logVerbosityLevel: true,
  preferredOutputLocation: true,
  enableGraphCapture: true,
  extra: true,
  externalData: true,
} satisfies OptionNames<SessionOptions>;

const meant = {
  numThreads: 'intraOpNumThreads',
  threads: 'intraOpNumThreads',
  optimizationLevel: 'graphOptimizationLevel',
  logLevel: 'logSeverityLevel',
};

/** onnxruntime would start any number, even a million. */
const MAX_THREADS = 1024;

interface Rule {
  readonly takes: (value: unknown) => boolean;
  readonly expected: string;
}

function integer(least: number, most: number, expected: string): Rule {
  return { takes: (value) => isInteger(value, least, most), expected };
}

function oneOf(...values: readonly unknown[]): Rule {
  return { takes: (value) => values.includes(value), expected: values.map(inWords).join(' or ') };
}

const threads = integer(0, MAX_THREADS, `an integer from 0 (onnxruntime's default) to ${MAX_THREADS}`);
const text: Rule = { takes: (value) => typeof value === 'string', expected: 'a string' };
const yesOrNo: Rule = { takes: (value) => typeof value === 'boolean', expected: 'true or false' };
const locations = ['none', 'cpu', 'cpu-pinned', 'texture', 'gpu-buffer', 'ml-tensor'];

const rules: { readonly [Name in keyof typeof names]: Rule } = {
  intraOpNumThreads: threads,
  interOpNumThreads: threads,
  freeDimensionOverrides: {
    takes: (value) =>
      isObject(value) && Object.values(value).every((size) => isInteger(size, 0, 2 ** 31 - 1)),
    expected: 'an object of sizes by the names of dimensions',
  },
  graphOptimizationLevel: oneOf('disabled', 'basic', 'extended', 'layout', 'all'),
  enableCpuMemArena: yesOrNo,
  enableMemPattern: yesOrNo,
  executionMode: oneOf('sequential', 'parallel'),
  optimizedModelFilePath: text,
  enableProfiling: yesOrNo,
  profileFilePrefix: text,
  logId: text,
  logSeverityLevel: oneOf(0, 1, 2, 3, 4),
  logVerbosityLevel: integer(0, 2 ** 31 - 1, 'an integer, 0 or more'),
  preferredOutputLocation: {
    takes: (value) =>
      (isObject(value) ? Object.values(value) : [value]).every((location) => locations.includes(location)),
    expected: `${locations.map(inWords).join(' or ')}, or an object of these by the names of outputs`,
  },
  enableGraphCapture: yesOrNo,
  extra: {
    takes: (value) => isObject(value) && isConfiguration(value),
    expected: "an object of settings, as in { session: { disable_prepacking: '1' } }",
  },
  externalData: {
    takes: (value) => Array.isArray(value) && value.every(isExternalFile),
    expected: 'an array of { path, data }, the name in the model and the bytes (or in a page their URL)',
  },
};

/**
 * The options without those that are `undefined`.
 *
 * @throws E_INVALID_OPTION for a name that onnxruntime does not know, and a value that it does not take
 */
export function checkSessionOptions(options: SessionOptions): SessionOptions {
  if (isObject(options) && 'executionProviders' in options) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      "sessionOptions.executionProviders is not taken here; name the providers in `providers`, as in ['cuda', 'cpu'].",
    );
  }
  checkOptionNames('sessionOptions', options, names, meant);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    // The names were checked above.
    const { takes, expected } = rules[name as keyof typeof rules];
    if (takes(value)) continue;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `sessionOptions.${name} is ${inWords(value)}; give ${expected}.`,
    );
  }
  if (options.enableProfiling && options.profileFilePrefix === undefined) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'sessionOptions.enableProfiling needs profileFilePrefix, the beginning of the name of the file to write.',
    );
  }
  return Object.fromEntries(given);
}

function isInteger(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Settings nest three levels at most; deeper ones may be cyclic. */
function isConfiguration(value: unknown, depth = 0): boolean {
  if (['string', 'number', 'boolean'].includes(typeof value)) return true;
  return (
    depth < 8 && isObject(value) && Object.values(value).every((inner) => isConfiguration(inner, depth + 1))
  );
}

function isExternalFile(file: unknown): boolean {
  if (typeof file === 'string') return true;
  if (!isObject(file) || !('data' in file) || !('path' in file) || typeof file.path !== 'string')
    return false;
  const { data } = file;
  const kinds = [ArrayBuffer, globalThis.SharedArrayBuffer, Blob].filter((kind) => kind !== undefined);
  return typeof data === 'string' || ArrayBuffer.isView(data) || kinds.some((kind) => data instanceof kind);
}

function inWords(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : textOf(value);
}
