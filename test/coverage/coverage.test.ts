/**
 * Networks that people publish, from their state dicts and from their ONNX files: numbers that differ from PyTorch's fail, and
 * docs/coverage.md has what is read today. `vitest run test/coverage -u` writes it.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  encodeSafetensors,
  exportOnnx,
  importModel,
  LstmOnnxError,
  Model,
  parseSafetensors,
} from '../../src/index.js';
import { listFixtures, loadFixture } from '../fixtures.js';
import { networks } from './networks.js';
import '../matcher.js';

interface Case {
  readonly id: string;
  readonly sizes: readonly string[];
}

const fileOf = (name: string) => new URL(`../../fixtures/data/coverage/${name}`, import.meta.url);
const CLOSE = { atol: 1e-5 };
const ids = listFixtures('coverage').map((name) => name.replace('coverage/', ''));
const whole = 'whole';
const verdicts = { stateDict: new Map<string, string>(), onnx: new Map<string, string>() };

/** A model's results are PyTorch's at five pairs of sizes, four of which no file was traced with. */
async function expectPyTorch(model: Uint8Array, provider: 'cpu' | 'simd', id: string): Promise<void> {
  const { tensors, metadata } = parseSafetensors(readFileSync(fileOf(`${id}.safetensors`)));
  const { sizes: all }: Case = JSON.parse(metadata.get('case')!);
  await using opened = await Model.load(model, { providers: [provider] });
  for (const sizes of all) {
    const feeds = opened.inputs.map(({ name, dtype }) => {
      const { shape, data } = tensors.get(`${sizes}.input.${name}`)!;
      const fed = dtype === 'int64' ? BigInt64Array.from(data as Int32Array, BigInt) : data;
      return [name, { dtype, shape, data: fed }] as const;
    });
    const results = Object.entries(await opened.run(Object.fromEntries(feeds) as never));
    const numbers = results.map(([name, { data, dims }]) => {
      return [
        name,
        { dtype: 'float32', shape: dims, data: Float32Array.from(data as Float32Array, Number) },
      ] as const;
    });
    const expected = results.map(([name]) => {
      const { shape, data } = tensors.get(`${sizes}.output.${name}`)!;
      return [name, { dtype: 'float32', shape, data: Float32Array.from(data as Float32Array) }] as const;
    });
    expect(new Map(numbers)).toBeCloseToArray(new Map(expected), CLOSE);
  }
}

/** What is not read; other errors are failures. */
async function reasonOf(read: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    if (error instanceof LstmOnnxError && error.code === 'E_UNSUPPORTED') return error.message;
    throw error;
  }
}

describe.each(ids)('the network %s', (id) => {
  it('of its ONNX file runs on simd and is written again, or is refused', async () => {
    const bytes = readFileSync(fileOf(`${id}.onnx`));
    const reason = await reasonOf(() => importModel(bytes));
    verdicts.onnx.set(id, reason ?? whole);
    if (reason !== undefined) return;
    await expectPyTorch(bytes, 'simd', id);
    const { network, parameters } = await importModel(bytes);
    await expectPyTorch(exportOnnx(network, parameters), 'cpu', id);
  });

  it.runIf(networks[id])('of its state dict has the numbers of PyTorch on cpu and simd', async () => {
    const weights = encodeSafetensors(loadFixture<Case>(`coverage/${id}`).params);
    const { network, parameters } = await importModel(weights, { network: networks[id]!() });
    const model = exportOnnx(network, parameters);
    for (const provider of ['cpu', 'simd'] as const) await expectPyTorch(model, provider, id);
    verdicts.stateDict.set(id, whole);
  });
});

describe('docs/coverage.md', () => {
  it('says what is read today', async () => {
    const count = (all: ReadonlyMap<string, string>) =>
      [...all.values()].filter((verdict) => verdict === whole).length;
    const cell = (text: string) => text.replaceAll('|', '\\|').split(/: read are|; read are|; expected/)[0];
    const rows = ids.map((id) => {
      const stateDict = verdicts.stateDict.get(id) ?? 'not yet defined with the ops that there are';
      return `| ${id} | ${stateDict} | ${cell(verdicts.onnx.get(id) ?? '')} |`;
    });
    const text = `# Coverage

Networks that people publish, rebuilt small (\`fixtures/coverage_networks.py\`). Whole means PyTorch's numbers at five pairs of batch and
time, within 1e-5. From a state dict: defined in TypeScript (\`test/coverage/networks.ts\`), read, exported, run on \`cpu\` and \`simd\`. From
the ONNX file of \`torch.onnx.export\`: run on \`simd\`, and read, written again and run on \`cpu\`. This file is written by
\`npx vitest run test/coverage -u\`.

${count(verdicts.stateDict)} of ${ids.length} are whole from their state dicts, ${count(verdicts.onnx)} from their ONNX files.

| network | state dict | ONNX file |
| ------- | ---------- | --------- |
${rows.join('\n')}
`;
    await expect(text).toMatchFileSnapshot('../../docs/coverage.md');
  });
});
