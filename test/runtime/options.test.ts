import { describe, expect, it } from 'vitest';
import { Model } from '../../src/runtime/node.js';
import { Model as WebModel, availableProviders as webProviders } from '../../src/runtime/web.js';
import { failure, folder, load } from './models.js';

const path = `${folder}lstm.onnx`;

describe('options', () => {
  const loading = (options: unknown) => failure(() => Model.load(path, options as never));
  const onWeb = (options: unknown) => failure(() => WebModel.load('lstm.onnx', options as never));

  it('of Model.load that do not exist are refused with the one that was meant', async () => {
    for (const load of [loading, onWeb]) {
      expect(await load({ provider: 'simd' })).toMatch(
        /^E_INVALID_OPTION: Model\.load has no option 'provider'; use providers, .*\['simd'\]/,
      );
      expect(await load({ executionProviders: ['cpu'] })).toMatch(/'executionProviders'; use providers/);
      expect(await load({ sessionOption: {} })).toMatch(/'sessionOption'; use sessionOptions/);
      expect(await load({ onprogress() {} })).toMatch(/'onprogress'; use onProgress/);
      expect(await load(['simd'])).toMatch(/^E_INVALID_OPTION: Model\.load takes its options as an object/);
      expect(await load('simd')).toMatch(/^E_INVALID_OPTION: .*got a string/);
      expect(await load(null)).toMatch(/^E_INVALID_OPTION: .*got null/);
    }
    expect(await loading({ numThreads: 2 })).toMatch(/use sessionOptions: \{ intraOpNumThreads \}/);
    expect(await loading({ worker: true })).toMatch(/^E_INVALID_OPTION: .*no option 'worker'/);
  });

  it('of Model.load have the right kind of value', async () => {
    for (const load of [loading, onWeb]) {
      expect(await load({ finite: 'no' })).toMatch(
        /^E_INVALID_OPTION: .*finite is no; give 'check' or 'allow'/,
      );
      expect(await load({ signal: {} })).toMatch(/^E_INVALID_OPTION: .*signal must be an AbortSignal/);
      expect(await load({ signal: null })).toMatch(/^E_INVALID_OPTION: .*signal/);
      expect(await load({ onProgress: 'bar' })).toMatch(/^E_INVALID_OPTION: .*onProgress/);
      expect(await load({ providers: 'simd' })).toMatch(/^E_INVALID_OPTION: providers is simd/);
      expect(await load({ sessionOptions: 2 })).toMatch(/^E_INVALID_OPTION: sessionOptions takes/);
    }
    expect(await onWeb({ worker: 'yes' })).toMatch(/^E_INVALID_OPTION: worker is yes/);
    expect(await onWeb({ numThreads: '2' })).toMatch(/^E_INVALID_OPTION: numThreads is 2/);
    expect(await onWeb({ cache: 1 })).toMatch(/^E_INVALID_OPTION: cache is 1/);
    expect(await onWeb({ wasmPaths: 'here' })).toMatch(/^E_INVALID_OPTION: wasmPaths is here/);
  });

  it('of availableProviders in a browser are known', async () => {
    expect(await failure(() => webProviders({ thread: 1 } as never))).toMatch(
      /^E_INVALID_OPTION: availableProviders has no option 'thread'/,
    );
    expect(await failure(() => webProviders({ numThreads: 0 }))).toMatch(/^E_INVALID_OPTION: numThreads/);
  });

  it('of stream that do not exist are refused with the one that was meant', async () => {
    await using model = await load('lstm');
    const streaming = (options: unknown) => failure(() => model.stream(options as never));
    expect(await streaming({ init: {} })).toMatch(
      /^E_INVALID_OPTION: stream has no option 'init'; use initial\./,
    );
    expect(await streaming({ initialState: {} })).toMatch(/use initial\./);
    expect(await streaming({ state: {} })).toMatch(/use initial for the state to start from, states for/);
    expect(await streaming({ initial: null })).toMatch(
      /^E_INVALID_OPTION: initial is null; give the states by name/,
    );
    expect(await streaming('h0')).toMatch(/^E_INVALID_OPTION: stream takes its options as an object/);
  });
});

describe('session options', () => {
  const wrong: [string, unknown[]][] = [
    ['intraOpNumThreads', [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '2', null, 1e6, 2 ** 40]],
    ['interOpNumThreads', [-1, 1.5, '2', 2 ** 31]],
    ['freeDimensionOverrides', [1, null, [1], { batch: -1 }, { batch: 'a' }, { batch: 1.5 }]],
    ['graphOptimizationLevel', ['ALL', 3, null]],
    ['enableCpuMemArena', [1, 'true', null]],
    ['enableMemPattern', [1, null]],
    ['executionMode', ['Parallel', 1]],
    ['optimizedModelFilePath', [1, null]],
    ['enableProfiling', [1, 'yes', true]],
    ['profileFilePrefix', [1]],
    ['logId', [1, null]],
    ['logSeverityLevel', [5, -1, '4', 1.5, Number.NaN]],
    ['logVerbosityLevel', [-1, 'a', 1.5, 1e12]],
    ['preferredOutputLocation', ['moon', 1, null, { y: 'moon' }]],
    ['enableGraphCapture', [1]],
    ['extra', [1, null, ['a'], { session: null }, { session: { a: [1] } }]],
    ['externalData', [1, 'a.bin', [1], [{ path: 'a' }], [{ data: new Uint8Array(1), path: 1 }]]],
  ];

  it.each(['cpu', 'wasm', 'simd'] as const)(
    'with a wrong value are refused before %s sees them',
    async (provider) => {
      const problems: string[] = [];
      for (const [name, values] of wrong) {
        for (const value of values) {
          const sessionOptions = { [name]: value };
          const refusal = await failure(() => load('lstm', { providers: [provider], sessionOptions }));
          if (!refusal.startsWith(`E_INVALID_OPTION: sessionOptions.${name} `)) problems.push(refusal);
        }
      }
      expect(problems).toEqual([]);
    },
  );

  it('that nest without an end are refused', async () => {
    const extra: Record<string, unknown> = {};
    extra.session = extra;
    expect(await failure(() => load('lstm', { sessionOptions: { extra } }))).toMatch(/^E_INVALID_OPTION: /);
  });

  it('that do not exist are refused with the one that was meant', async () => {
    const opening = (sessionOptions: object) => failure(() => load('lstm', { sessionOptions }));
    expect(await opening({ numThreads: 2 })).toMatch(
      /^E_INVALID_OPTION: sessionOptions has no option 'numThreads'; use intraOpNumThreads/,
    );
    expect(await opening({ executionProviders: ['cpu'] })).toMatch(/^E_INVALID_OPTION: .*`providers`/);
  });

  it('with a right value are taken, and those that are undefined are left out', async () => {
    const sessionOptions = {
      intraOpNumThreads: 1,
      interOpNumThreads: 0,
      freeDimensionOverrides: { batch: 2 },
      graphOptimizationLevel: 'basic',
      enableCpuMemArena: false,
      enableMemPattern: true,
      executionMode: 'sequential',
      logId: 'test',
      logSeverityLevel: 4,
      logVerbosityLevel: 0,
      extra: { session: { disable_prepacking: '1' } },
      enableProfiling: undefined,
    } as never;
    for (const provider of ['cpu', 'wasm', 'simd'] as const) {
      expect(await failure(() => load('lstm', { providers: [provider], sessionOptions }))).toBe('no error');
    }
  });
});
