/**
 * Networks that people publish, from their state dicts and from their ONNX files: numbers that differ from PyTorch's fail, and
 * docs/coverage.md has what is read today. `vitest run test/coverage -u` writes it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  encodeSafetensors,
  exportOnnx,
  importModel,
  LstmOnnxError,
  Model,
  type Network,
  parseSafetensors,
} from '../../src/index.js';
import { sizeOf } from '../../src/nd-array.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { listFixtures, loadFixture } from '../fixtures.js';
import { modelBy } from './model-by.js';
import { networks } from './networks.js';
import { describeWay, type Way, ways } from './ways.js';
import '../matcher.js';

interface Case {
  readonly id: string;
  readonly sizes: readonly string[];
}

const fileOf = (name: string) => new URL(`../../fixtures/data/coverage/${name}`, import.meta.url);
const folder = temporaryDirectory();
const CLOSE = { atol: 1e-5 };
const ids = listFixtures('coverage').map((name) => name.replace('coverage/', ''));
const providers = ['cpu', 'wasm', 'simd'] as const;
const whole = 'whole';
const verdicts = {
  stateDict: new Map<string, string>(),
  onnx: new Map<string, string>(),
  dynamo: new Map<string, string>(),
  way: new Map<string, string>(),
};

/** How a model is not the one that its fixture was recorded for. */
interface Differences {
  /** Its results have an order and no names, and entries and no shapes. */
  readonly way?: Way;
  /** Whether it takes inputs of these shapes; default all. */
  readonly fits?: (inputs: ReadonlyMap<string, readonly number[]>) => boolean;
}

/** A model's results are PyTorch's at five pairs of sizes, four of which no file was traced with. */
async function expectPyTorch(
  model: Uint8Array,
  provider: (typeof providers)[number],
  id: string,
  { way, fits = () => true }: Differences = {},
): Promise<void> {
  const { tensors, metadata } = parseSafetensors(readFileSync(fileOf(`${id}.safetensors`)));
  const { sizes: all }: Case = JSON.parse(metadata.get('case')!);
  await using opened = await Model.load(model, { providers: [provider] });
  const fed = (sizes: string, name: string) => tensors.get(`${sizes}.input.${way?.inputs?.[name] ?? name}`)!;
  const shapesAt = (sizes: string) =>
    new Map(opened.inputs.map(({ name }) => [name, fed(sizes, name).shape]));
  const fitting = all.filter((sizes) => fits(shapesAt(sizes)));
  expect(fitting).not.toHaveLength(0);
  for (const sizes of fitting) {
    const feeds = opened.inputs.map(({ name, dtype }) => {
      const { shape, data } = fed(sizes, name);
      const numbers = dtype === 'int64' ? BigInt64Array.from(data as Int32Array, BigInt) : data;
      return [name, { dtype, shape: way?.shapes?.[name]?.(shape) ?? shape, data: numbers }] as const;
    });
    const own = Object.entries(await opened.run(Object.fromEntries(feeds) as never));
    const results = way ? own.map(([, result], i) => [`y${i}`, result] as const) : own;
    const shapeOf = (shape: readonly number[]) => (way ? [sizeOf(shape)] : shape);
    const numbers = results.map(([name, { data, dims }]) => {
      return [
        name,
        { dtype: 'float32', shape: shapeOf(dims), data: Float32Array.from(data as Float32Array, Number) },
      ] as const;
    });
    const expected = results.map(([name]) => {
      const { shape, data } = tensors.get(`${sizes}.output.${name}`)!;
      return [
        name,
        { dtype: 'float32', shape: shapeOf(shape), data: Float32Array.from(data as Float32Array) },
      ] as const;
    });
    const recorded = [...tensors.keys()].filter((name) => name.startsWith(`${sizes}.output.`));
    expect(results).toHaveLength(recorded.length);
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

  it.runIf(existsSync(fileOf(`${id}.dynamo.onnx`)))(
    "of the newer exporter's ONNX file runs on simd and is written again, or is refused",
    async () => {
      const bytes = readFileSync(fileOf(`${id}.dynamo.onnx`));
      const reason = await reasonOf(() => importModel(bytes));
      verdicts.dynamo.set(id, reason ?? whole);
      if (reason !== undefined) return;
      const { network, parameters } = await importModel(bytes);
      const fixed = fixedSizes(network, id);
      if (fixed.length > 0)
        verdicts.dynamo.set(id, `${whole}, for ${fixed.join(' and ')}, as the exporter has it`);
      const fits = (shapes: ReadonlyMap<string, readonly number[]>) =>
        Object.entries(network.inputs).every(([name, { shape }]) =>
          shape.every((dim, i) => typeof dim === 'string' || dim === shapes.get(name)?.[i]),
        );
      await expectPyTorch(bytes, 'simd', id, { fits });
      await expectPyTorch(exportOnnx(network, parameters), 'cpu', id, { fits });
    },
  );

  it.runIf(networks[id])('of its state dict has the numbers of PyTorch on every provider', async () => {
    const weights = encodeSafetensors(loadFixture<Case>(`coverage/${id}`).params);
    const { network, parameters } = await importModel(weights, { network: networks[id]!() });
    const model = exportOnnx(network, parameters);
    for (const provider of providers) await expectPyTorch(model, provider, id);
    verdicts.stateDict.set(id, whole);
  });
});

describe.each(Object.entries(ways))('the state dict of %s, by options or a draft', (id, way) => {
  it('becomes a model with the numbers of PyTorch', async () => {
    const model = await modelBy(id, way, folder);
    for (const provider of providers) await expectPyTorch(model, provider, id, { way });
    if ('lines' in way) expect(Object.keys(way.lines).length).toBeLessThanOrEqual(3);
    verdicts.way.set(id, describeWay(way));
  });
});

/** Dimensions that vary in the other file, and that this network has as a number. */
function fixedSizes({ inputs }: Network, id: string): string[] {
  const { tensors, metadata } = parseSafetensors(readFileSync(fileOf(`${id}.safetensors`)));
  const { sizes }: Case = JSON.parse(metadata.get('case')!);
  const varies = (name: string, axis: number) =>
    new Set(sizes.map((label) => tensors.get(`${label}.input.${name}`)!.shape[axis])).size > 1;
  const fixed = Object.entries(inputs).flatMap(([name, { shape }]) =>
    shape.flatMap((dim, axis) =>
      typeof dim === 'number' && varies(name, axis) ? [`${name}'s axis ${axis} of ${dim}`] : [],
    ),
  );
  return [...new Set(fixed)];
}

describe('docs/coverage.md', () => {
  it('says what is read today', async () => {
    const count = (all: ReadonlyMap<string, string>) =>
      [...all.values()].filter((verdict) => verdict.startsWith(whole)).length;
    const cell = (text: string) => text.replaceAll('|', '\\|').split(/: read are|; read are|; expected/)[0];
    const script = readFileSync(new URL('../../fixtures/coverage_networks.py', import.meta.url), 'utf8');
    const classOf = (id: string) => new RegExp(`"${id}": \\((?:lambda: )?\\s*(\\w+)`).exec(script)?.[1] ?? '';
    const rows = ids.map((id) => {
      const stateDict = verdicts.stateDict.get(id) ?? 'not yet defined with the ops that there are';
      const dynamo = verdicts.dynamo.get(id) ?? 'the exporter refuses the network';
      const way = verdicts.way.get(id) ?? 'more than three lines';
      return `| ${id} ${classOf(id)} | ${stateDict} | ${way} | ${cell(verdicts.onnx.get(id) ?? '')} | ${cell(dynamo)} |`;
    });
    const text = `# Coverage

Networks that people publish, rebuilt small (\`fixtures/coverage_networks.py\`). Whole means PyTorch's numbers at five pairs of batch and
time, within 1e-5. From a state dict: defined in TypeScript (\`test/coverage/networks.ts\`), read, exported, run on \`cpu\`, \`wasm\` and \`simd\`. From
the ONNX files of \`torch.onnx.export\`, with \`dynamo=False\` and with \`dynamo=True\`: run on \`simd\`, and read, written again and run on
\`cpu\`. By options or \`init\` is the shortest way from a state dict without a definition (\`test/coverage/ways.ts\`), whole too: options of \`lstm-onnx export\` alone, or the network that
\`lstm-onnx init\` drafts, with that many of its marked lines changed. An axis of size 1 may stand elsewhere in those outputs. This file is written by
\`npx vitest run test/coverage -u\`.

${count(verdicts.stateDict)} of ${ids.length} are whole from their state dicts, ${count(verdicts.onnx)} from their ONNX files, ${count(verdicts.dynamo)} from those of the newer
exporter. ${verdicts.way.size} of ${ids.length} need no definition: options alone, or at most three lines of a draft.

| network | state dict | by options or \`init\` | ONNX file | ONNX file, \`dynamo=True\` |
| ------- | ---------- | -------------------- | --------- | ------------------------ |
${rows.join('\n')}
`;
    await expect(text).toMatchFileSnapshot('../../docs/coverage.md');
  });
});
