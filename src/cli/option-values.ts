/** What the values of options may be, whichever command takes them; checked before anything is read. */
import { backendNames, isBackendName } from '../builder/backends/backend-names.js';
import { NEWEST_EXPORTED_OPSET, OLDEST_EXPORTED_OPSET } from '../export/export.js';
import { activationNamed, chainActivations } from '../import/chain-activations.js';
import type { Provider } from '../runtime/providers.js';
import { UsageError } from './usage-error.js';

/** The choices of `--provider`: those that may run somewhere in Node. */
export const providers = [
  'cuda',
  'cpu',
  'wasm',
  'simd',
  'coreml',
  'dml',
  'webgpu',
] as const satisfies readonly Provider[];

interface Rule {
  readonly takes: string;
  readonly fits: (value: unknown) => boolean;
}

const isWhole = (value: unknown) => Number.isSafeInteger(value);
const isAtLeast = (least: number, value: unknown) => typeof value === 'number' && value >= least;

const countUpTo = (most: number): Rule => ({
  takes: `a whole number from 1 to ${most.toLocaleString('en-US')}`,
  fits: (value) => isWhole(value) && isAtLeast(1, value) && !isAtLeast(most + 1, value),
});

const rules: ReadonlyMap<string, Rule> = new Map([
  ['epochs', countUpTo(1_000_000)],
  ['batch-size', countUpTo(65_536)],
  // What they come to together is bounded by the number of parameters.
  ['hidden-size', countUpTo(8192)],
  ['num-layers', countUpTo(1000)],
  ['seed', { takes: 'a whole number between -2^53 and 2^53', fits: isWhole }],
  [
    'lr',
    {
      takes: 'a finite number of at least 0',
      fits: (value) => isAtLeast(0, value) && Number.isFinite(value),
    },
  ],
  ['clip-norm', { takes: 'a number above 0', fits: (value) => isAtLeast(0, value) && value !== 0 }],
  ['tolerance', { takes: 'a number of at least 0', fits: (value) => isAtLeast(0, value) }],
  [
    'opset',
    {
      takes: `a whole number from ${OLDEST_EXPORTED_OPSET} to ${NEWEST_EXPORTED_OPSET}`,
      fits: (value) =>
        isWhole(value) &&
        isAtLeast(OLDEST_EXPORTED_OPSET, value) &&
        !isAtLeast(NEWEST_EXPORTED_OPSET + 1, value),
    },
  ],
  [
    'activation',
    {
      takes: `one of ${chainActivations.join(', ')}`,
      fits: (value) => activationNamed(String(value)) !== undefined,
    },
  ],
  ['backend', { takes: backendNames, fits: (value) => isBackendName(String(value)) }],
]);

/** @throws UsageError for a value that its option never takes */
export function checkOptionValues(options: Readonly<Record<string, unknown>>): void {
  for (const [name, { takes, fits }] of rules) {
    const value = options[name];
    if (value !== undefined && !fits(value)) throw new UsageError(`--${name} is ${value}; give ${takes}.`);
  }
}
