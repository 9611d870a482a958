import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkParameters } from '../../src/builder/parameters.js';
import { LstmOnnxError } from '../../src/errors.js';
import { exportOnnx } from '../../src/export/export.js';
import type { ImportedModel } from '../../src/import/imported-model.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/graph.js';
import { throwUnlessMeant } from './damage.js';
import { CLOSE, feedsFor, run } from './onnx-models.js';
import '../matcher.js';
import { cpuMilliseconds } from '../cpu-time.js';

const FOLDER = 'fixtures/data/onnx-imports/';
const files = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.onnx'))
  .map((file) => new Uint8Array(readFileSync(`${FOLDER}${file}`)));
const models = files.map(decodeModel);

const RUNS = 10_000;

/** The imported model; undefined where it is refused by name. Anything else that is thrown fails the test. */
function attempt(bytes: Uint8Array): ImportedModel | undefined {
  try {
    const imported = readOnnx(bytes);
    checkParameters(imported.network, imported.parameters);
    return imported;
  } catch (error) {
    throwUnlessMeant(error);
    if ((error as LstmOnnxError).message.length > 20) return undefined;
    throw error;
  }
}

const anyFile = fc.constantFrom(...files);
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const at = (bytes: Uint8Array, where: number) => Math.floor(where * bytes.length);

const truncated = fc.tuple(anyFile, place).map(([bytes, where]) => bytes.slice(0, at(bytes, where)));
const flipped = fc
  .tuple(anyFile, fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 6 }))
  .map(([bytes, flips]) => {
    const changed = bytes.slice();
    for (const [where, value] of flips) changed[at(bytes, where)] = value;
    return changed;
  });
const spliced = fc
  .tuple(anyFile, place, anyFile, place)
  .map(([a, x, b, y]) => new Uint8Array([...a.subarray(0, at(a, x)), ...b.subarray(at(b, y))]));
const random = fc.uint8Array({ maxLength: 120 });

const hostile = fc.constantFrom(
  0,
  1,
  -1,
  2,
  3,
  4,
  5,
  7,
  16,
  64,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 40,
  Number.MAX_SAFE_INTEGER,
);

interface Change {
  readonly kind: 'constant' | 'attribute' | 'drop' | 'rewire' | 'shape' | 'operator' | 'dim' | 'repeat';
  readonly where: number;
  readonly second: number;
  readonly value: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('constant', 'attribute', 'drop', 'rewire', 'shape', 'operator', 'dim', 'repeat'),
  where: place,
  second: place,
  value: hostile,
});

const pick = <T>(all: readonly T[], where: number): T => all[Math.floor(where * all.length)]!;
const replaced = <T>(all: readonly T[], where: number, by: (item: T) => T): T[] =>
  all.map((item, i) => (i === Math.floor(where * all.length) ? by(item) : item));

/** A file that parses, with one thing in it changed. */
function changed(model: OnnxModel, { kind, where, second, value }: Change): OnnxModel {
  const { graph } = model;
  const { nodes, initializers, inputs } = graph;
  const onNode = (by: (node: OnnxNode) => OnnxNode) => ({
    ...model,
    graph: { ...graph, nodes: replaced(nodes, where, by) },
  });
  const onTensor = (by: (tensor: OnnxTensor) => OnnxTensor) => {
    return { ...model, graph: { ...graph, initializers: replaced(initializers, where, by) } };
  };
  switch (kind) {
    case 'constant': {
      const constants = nodes.filter(({ opType }) => opType === 'Constant');
      if (constants.length > 0 && second < 0.5) {
        const name = pick(constants, where).name;
        const changedNodes = nodes.map((node) =>
          node.name === name ? withConstant(node, second * 2, value) : node,
        );
        return { ...model, graph: { ...graph, nodes: changedNodes } };
      }
      return onTensor((tensor) => withNumber(tensor, second, value));
    }
    case 'attribute':
      return onNode((node) => ({ ...node, attributes: withAttribute(node.attributes, second, value) }));
    case 'drop':
      return second < 0.5
        ? onNode((node) => ({ ...node, inputs: node.inputs.slice(0, -1) }))
        : onNode((node) => ({ ...node, inputs: replaced(node.inputs, second, () => '') }));
    case 'rewire': {
      const names = [...nodes.flatMap(({ outputs }) => outputs), ...inputs, ...initializers].map((entry) =>
        typeof entry === 'string' ? entry : entry.name,
      );
      return onNode((node) => ({
        ...node,
        inputs: replaced(node.inputs, second, () => pick(names, (where * 7 + second) % 1)),
      }));
    }
    case 'shape':
      return onTensor((tensor) =>
        tensor.shape.length > 1 ? { ...tensor, shape: tensor.shape.toReversed() } : tensor,
      );
    case 'operator':
      return onNode((node) => ({ ...node, opType: pick(nodes, second).opType }));
    case 'dim': {
      const dim = value > 0 && value < 100 ? value : null;
      const dims = (shape: readonly (string | number | null)[] = []) => replaced(shape, second, () => dim);
      return {
        ...model,
        graph: { ...graph, inputs: replaced(inputs, where, (i) => ({ ...i, shape: dims(i.shape) })) },
      };
    }
    case 'repeat':
      return {
        ...model,
        graph: { ...graph, nodes: nodes.toSpliced(Math.floor(where * nodes.length), 0, pick(nodes, second)) },
      };
  }
}

function withConstant(node: OnnxNode, then: number, value: number): OnnxNode {
  const attributes = [...node.attributes].map(([name, attribute]): [string, OnnxAttribute] => [
    name,
    attribute.type === 'tensor'
      ? { type: 'tensor', value: withNumber(attribute.value, then, value) }
      : attribute,
  ]);
  return { ...node, attributes: new Map(attributes) };
}

function withNumber(tensor: OnnxTensor, then: number, value: number): OnnxTensor {
  if (!(tensor.data instanceof BigInt64Array)) return tensor;
  return { ...tensor, data: BigInt64Array.from(replaced([...tensor.data], then, () => BigInt(value))) };
}

function withAttribute(
  attributes: OnnxNode['attributes'],
  then: number,
  value: number,
): OnnxNode['attributes'] {
  return new Map(
    [...attributes].map(([name, attribute]): [string, OnnxAttribute] => {
      if (attribute.type === 'int') return [name, { type: 'int', value }];
      if (attribute.type === 'ints')
        return [name, { type: 'ints', value: replaced(attribute.value, then, () => value) }];
      return [name, attribute];
    }),
  );
}

const rebuilt = fc
  .tuple(fc.constantFrom(...models), fc.array(change, { minLength: 1, maxLength: 3 }))
  .map(([model, changes]) => encodeModel(changes.reduce(changed, model)));

/** onnxruntime, or what stands before it, did not take the model or its input. */
function onlyRefused(error: unknown): undefined {
  if (!(error instanceof LstmOnnxError)) throw error;
}

describe('hostile files', () => {
  it('are refused by name or read, never more: 10,000 of them', () => {
    let runs = 0;
    let read = 0;
    let slowest = 0;
    fc.assert(
      fc.property(
        fc.oneof(truncated, flipped, spliced, random, { arbitrary: rebuilt, weight: 4 }),
        (bytes) => {
          const took = cpuMilliseconds(() => {
            if (attempt(bytes)) read++;
          });
          slowest = Math.max(slowest, took);
          runs++;
        },
      ),
      { numRuns: RUNS, seed: 4 },
    );
    expect(runs).toBeGreaterThanOrEqual(RUNS);
    expect(slowest).toBeLessThan(2000);
    // Neither all nor none: the changes reach past the first check.
    expect(read).toBeGreaterThan(runs / 20);
    expect(read).toBeLessThan(runs);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('that are read compute what onnxruntime makes of them as they are', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(rebuilt, async (bytes) => {
        const imported = attempt(bytes);
        if (!imported) return;
        const model = decodeModel(bytes);
        let again: Uint8Array;
        try {
          again = exportOnnx(imported.network, imported.parameters);
        } catch (error) {
          // An output called like an input, and the like.
          if (error instanceof LstmOnnxError) return;
          throw error;
        }
        const names = [
          ...new Set(model.graph.inputs.flatMap(({ shape = [] }) => shape.map((dim) => String(dim ?? '')))),
        ];
        for (const sizes of [
          [6, 3],
          [3, 6],
          [6, 6],
        ]) {
          const feeds = feedsFor(model, Object.fromEntries(names.map((name, i) => [name, sizes[i % 2]!])));
          const expected = await run(bytes, feeds).catch(onlyRefused);
          if (!expected) continue;
          // A dimension that the file uses with one size only is that size now.
          const fixed = Object.values(imported.network.inputs).some(({ shape }) => shape.includes(6));
          const got = await run(again, feeds).catch((error) =>
            fixed ? onlyRefused(error) : Promise.reject(error),
          );
          if (!got) continue;
          expect(got).toBeCloseToArray(expected, CLOSE);
          compared++;
        }
      }),
      { numRuns: 600, seed: 5 },
    );
    expect(compared).toBeGreaterThan(300);
  });
});
