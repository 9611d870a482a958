/**
 * Infers the input shapes of a model's recurrent layers before a run: onnxruntime-node crashes the process if one is empty
 * or not of rank 3. Most models need no check: their declared inputs are enough.
 */
import { LstmOnnxError } from '../errors.js';
import type { OnnxDim, OnnxModel, OnnxNode, OnnxTensor } from '../onnx/graph.js';
import { MAX_RANK } from '../onnx/infer/rule.js';
import { inferTypes } from '../onnx/infer.js';
import { isRecurrent } from './sequence-inputs.js';

/** @throws E_SHAPE_MISMATCH for feeds that a recurrent layer cannot read */
export type RecurrentCheck = (feeds: Readonly<Record<string, { readonly dims: readonly number[] }>>) => void;

/** How many results are cached, by the shapes of the feeds; a stream has one or two. */
const MAX_KEPT = 1_000;

/**
 * The check of the feeds' shapes; undefined where every layer of the graph reads three dimensions of at least 1 whatever is
 * fed. Layers in bodies and functions are not looked at, nor what hangs on the numbers fed.
 *
 * @param sequences inputs that are never empty
 */
export function recurrentCheck(model: OnnxModel, sequences: ReadonlySet<string>): RecurrentCheck | undefined {
  const layers = model.graph.nodes.filter(isRecurrent);
  if (layers.length === 0) return undefined;
  const before = upTo(model, layers);
  const named = withInputs(before, (name, shape) => shape?.map((dim, i) => dim ?? `${name} axis ${i}`));
  const full = named.graph.inputs
    .filter(({ name }) => sequences.has(name))
    .flatMap(({ shape = [] }) => shape);
  const known = new Set(full.filter((dim) => typeof dim === 'string'));
  const types = inferTypes(named);
  const open = layers.filter(({ inputs: [x = ''] }) => {
    const shape = types.get(x)?.shape;
    return (
      shape?.length !== 3 || !shape.every((dim) => (typeof dim === 'number' ? dim > 0 : known.has(dim ?? '')))
    );
  });
  if (open.length === 0) return undefined;

  const own = upTo(model, open);
  const kept = new Map<string, string | undefined>();
  return (feeds) => {
    const key = own.graph.inputs.map(({ name }) => feeds[name]?.dims.join()).join(';');
    if (kept.size >= MAX_KEPT) kept.clear();
    if (!kept.has(key))
      kept.set(
        key,
        unreadable(
          withInputs(own, (name, shape) => feeds[name]?.dims ?? shape),
          open,
        ),
      );
    const wrong = kept.get(key);
    if (wrong !== undefined) throw new LstmOnnxError('E_SHAPE_MISMATCH', wrong);
  };
}

/** The input that the first failing layer cannot read; undefined if there is none, or it is unknown. */
function unreadable(model: OnnxModel, layers: readonly OnnxNode[]): string | undefined {
  const types = inferTypes(model);
  for (const {
    opType,
    name,
    inputs: [x = ''],
  } of layers) {
    const shape = types.get(x)?.shape;
    const isWrong = shape && (shape.length !== 3 || shape.includes(0));
    if (!isWrong) continue;
    const what = `the ${opType} ${JSON.stringify(name || x)} would read [${shape.map((dim) => dim ?? '?').join(', ')}]`;
    const why = shape.length === 3 ? 'which is empty' : 'where three dimensions are expected';
    return `${what}, ${why}; feed inputs of another shape.`;
  }
  return undefined;
}

function withInputs(
  model: OnnxModel,
  shapeOf: (name: string, shape: readonly OnnxDim[] | undefined) => readonly OnnxDim[] | undefined,
): OnnxModel {
  const inputs = model.graph.inputs.map(({ name, dtype, shape, kind }) => {
    const given = shapeOf(name, shape);
    return { name, dtype, ...(kind && { kind }), ...(given && { shape: given }) };
  });
  return { ...model, graph: { ...model.graph, inputs } };
}

/**
 * What the layers depend on, to be kept beside the session: no weights, and no shapes that the file states of values between,
 * which may be those of an example.
 */
function upTo(model: OnnxModel, layers: readonly OnnxNode[]): OnnxModel {
  const { graph } = model;
  const wanted = new Set<string>();
  const ofLayers = new Set(layers);
  const nodes = graph.nodes
    .toReversed()
    .filter((node) => {
      const isNeeded = ofLayers.has(node) || node.outputs.some((name) => wanted.has(name));
      if (isNeeded) for (const name of node.inputs) wanted.add(name);
      return isNeeded;
    })
    .reverse()
    .map((node) => ({ ...node, attributes: slimAttributes(node) }));
  const needed = ({ name }: { readonly name: string }) => wanted.has(name);
  return {
    ...model,
    graph: {
      name: graph.name,
      inputs: graph.inputs.filter(needed),
      outputs: [],
      initializers: graph.initializers.filter(needed).map(slim),
      nodes,
      valueInfo: [],
    },
  };
}

function slimAttributes({ attributes }: OnnxNode): OnnxNode['attributes'] {
  return new Map(
    [...attributes].map(([name, attribute]) => [
      name,
      attribute.type === 'tensor' ? { type: 'tensor', value: slim(attribute.value) } : attribute,
    ]),
  );
}

/** Numbers that may be a shape are copied: a view would keep the whole file in memory. */
function slim({ name, dtype, shape, data }: OnnxTensor): OnnxTensor {
  return { name, dtype, shape, ...(data && data.length <= MAX_RANK && { data: data.slice() }) };
}
