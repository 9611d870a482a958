import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it, vi } from 'vitest';
import { LstmOnnxError } from '../../src/errors.js';
import { cudaObstacle } from '../../src/runtime/cuda.js';
import { BaseModel } from '../../src/runtime/model.js';
import { availableProviders } from '../../src/runtime/node.js';
import { openModel } from '../../src/runtime/open-model.js';
import type { Provider } from '../../src/runtime/providers.js';
import type { Runtime, Session } from '../../src/runtime/session.js';
import { failure, folder, load } from './models.js';

const session: Session = {
  inputs: [],
  outputs: [],
  metadata: new Map(),
  sequences: new Set(),
  Tensor,
  run: async () => ({}),
  release: async () => {},
};

/** A machine of our choosing: which providers open, and with what error the others do not. */
function machine(opens: Partial<Record<Provider, 'opens' | Error>>): Runtime & { tried: Provider[] } {
  const tried: Provider[] = [];
  return {
    tried,
    read: async () => ({ name: 'model.onnx', bytes: readFileSync(`${folder}lstm.onnx`) }),
    autoProviders: async () => ['cuda', 'cpu'],
    open: async (provider) => {
      tried.push(provider);
      const outcome = opens[provider] ?? new LstmOnnxError('E_PROVIDER_UNAVAILABLE', `no ${provider} here`);
      if (outcome === 'opens') return session;
      throw outcome;
    },
    availableProviders: async () => [
      { provider: 'wasm', available: true },
      { provider: 'cuda', available: false, reason: 'no libraries', install: 'add-cuda' },
    ],
  };
}

const open = async (runtime: Runtime, providers?: 'auto' | readonly Provider[]) =>
  new BaseModel(await openModel(runtime, 'model.onnx', providers === undefined ? {} : { providers }))
    .providers;

describe('the choice of a provider', () => {
  it('takes CUDA by default where a session opens on it', async () => {
    const runtime = machine({ cuda: 'opens', cpu: 'opens' });
    expect(await open(runtime)).toEqual({ running: 'cuda', skipped: [] });
    expect(runtime.tried).toEqual(['cuda']);
  });

  it('falls back to the CPU when CUDA has its libraries but no device, and keeps the reason', async () => {
    const noDevice = new Error('CUDA failure 100: no CUDA-capable device is detected');
    expect(await open(machine({ cuda: noDevice, cpu: 'opens' }), 'auto')).toEqual({
      running: 'cpu',
      skipped: [{ provider: 'cuda', reason: noDevice.message }],
    });
  });

  it('tries a list in its order, each provider alone and once', async () => {
    const runtime = machine({ wasm: 'opens', cpu: 'opens' });
    const report = await open(runtime, ['dml', 'wasm', 'dml', 'cpu']);
    expect(report).toEqual({ running: 'wasm', skipped: [{ provider: 'dml', reason: 'no dml here' }] });
    expect(runtime.tried).toEqual(['dml', 'wasm']);
  });

  it('lists every reason, what is there and how to add the rest when none opens', async () => {
    const message = await failure(() => open(machine({ cuda: new Error('no device') }), ['cuda', 'coreml']));
    expect(message).toBe(
      'E_PROVIDER_UNAVAILABLE: None of the execution providers asked for runs here:\n' +
        '  cuda: no device\n  coreml: no coreml here\n' +
        "Available here: 'wasm'.\nTo add cuda: add-cuda",
    );
  });

  it('blames the model, not the machine, when the CPU refuses it', async () => {
    const runtime = machine({ cpu: new Error('Protobuf parsing failed.') });
    expect(await failure(() => open(runtime))).toMatch(
      /^E_INVALID_FILE: onnxruntime \(cpu\) does not open model\.onnx: Protobuf parsing failed\.$/,
    );
  });

  it('releases a session whose model turns out to be unusable', async () => {
    const release = vi.fn(async () => {});
    const odd = { name: '__proto__', dtype: 'float32' } as const;
    const runtime = {
      ...machine({}),
      open: async () => ({ ...session, outputs: [odd], release }),
    };
    expect(await failure(() => open(runtime))).toMatch(/^E_UNSUPPORTED: /);
    expect(release).toHaveBeenCalledOnce();
  });

  it('refuses names it does not know, and lists those it does', async () => {
    const wrong = (providers: unknown) => failure(() => load('lstm', { providers: providers as 'auto' }));
    expect(await wrong(['cpu', 'cudaa'])).toMatch(/^E_INVALID_OPTION: .*'cudaa'.*'cuda', 'cpu', 'wasm'/);
    expect(await wrong('cuda')).toMatch(/^E_INVALID_OPTION: providers is cuda\./);
    expect(await wrong([])).toMatch(/^E_INVALID_OPTION: providers is an empty list/);
    expect(await wrong(null)).toMatch(/^E_INVALID_OPTION: /);
  });
});

describe('the providers of this machine', () => {
  it('say which run, and for each that does not a reason', async () => {
    const statuses = new Map((await availableProviders()).map((status) => [status.provider, status]));
    expect(statuses.get('cpu')).toEqual({ provider: 'cpu', available: true });
    expect(statuses.get('wasm')).toEqual({ provider: 'wasm', available: true });
    expect(statuses.has('cuda')).toBe(true);
    for (const status of statuses.values()) {
      if (!status.available) expect(status.reason).not.toBe('');
    }
  });

  it('are the ones that load a model', async () => {
    for (const status of await availableProviders()) {
      if (status.available) {
        await using model = await load('lstm', { providers: [status.provider] });
        expect(model.providers).toEqual({ running: status.provider, skipped: [] });
      } else if (status.provider === 'cuda') {
        const message = await failure(() => load('lstm', { providers: ['cuda'] }));
        expect(message).toMatch(/^E_PROVIDER_UNAVAILABLE: .*Available here: 'cpu', 'wasm'/s);
      }
    }
  });

  it('run without a word on the terminal, whatever fails', () => {
    const script = `
      import { availableProviders, Model } from './src/runtime/node.ts';
      await availableProviders();
      for (const provider of ['cpu', 'wasm']) {
        const model = await Model.load('fixtures/models/gather.onnx', { providers: [provider] });
        const h = { data: [0, 0, 0], dims: [3] };
        await model.run({ index: { data: [9], dims: [] }, h }).catch((error) => console.log(error.code));
        await Model.load('fixtures/models/unknown-op.onnx', { providers: [provider] }).catch((error) => console.log(error.code));
      }`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', `${script}`],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual([
      'E_RUN_FAILED',
      'E_UNSUPPORTED',
      'E_RUN_FAILED',
      'E_UNSUPPORTED',
      '',
    ]);
  });
});

describe('CUDA', () => {
  const linux = {
    platform: 'linux',
    arch: 'x64',
    supported: true,
    packageFolder: '/app/node_modules/onnxruntime-node',
    exists: () => true,
  };

  it('has no obstacle where both libraries lie beside the native part', () => {
    const looked: string[] = [];
    const exists = (file: string) => looked.push(file) > 0;
    expect(cudaObstacle({ ...linux, exists })).toBeUndefined();
    expect(looked).toEqual([
      'bin/napi-v6/linux/x64/libonnxruntime_providers_shared.so',
      'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so',
    ]);
  });

  it('names the library that is missing and the command that fetches it', () => {
    const exists = (file: string) => !file.includes('providers_cuda');
    expect(cudaObstacle({ ...linux, exists })).toEqual({
      reason: expect.stringMatching(
        /installed: libonnxruntime_providers_cuda\.so not in .*bin\/napi-v6\/linux\/x64$/,
      ),
      install: 'node /app/node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12',
    });
  });

  it('is known to be impossible off linux/x64, where no command adds it', () => {
    for (const place of [{ platform: 'darwin', arch: 'arm64' }, { arch: 'arm64' }, { supported: false }]) {
      const obstacle = cudaObstacle({ ...linux, ...place });
      expect(obstacle?.reason).toMatch(/no CUDA provider for/);
      expect(obstacle?.install).toBeUndefined();
    }
  });

  it('is fetched by a script that knows the flag and puts these files there', () => {
    const script = (name: string) =>
      readFileSync(new URL(`../../node_modules/onnxruntime-node/script/${name}`, import.meta.url), 'utf8');
    expect(script('install-utils.js')).toContain("'--onnxruntime-node-install='");
    expect(script('install-metadata.js')).toMatch(
      /'linux\/x64:cuda12': \{\s+'\.\/libonnxruntime_providers_cuda\.so'/,
    );
    expect(script('install.js')).toContain("'bin/napi-v6'");
  });
});
