/** From {@link OnnxModel} to the messages of an ONNX file, field for field. */
import { LstmOnnxError } from '../errors.js';
import { dtypeFacts } from './dtypes.js';
import type { OnnxAttribute, OnnxDim, OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from './graph.js';
import { safeInteger } from './integers.js';
import type { proto } from './proto.js';
import { encodeTensor } from './tensor-data.js';

/**
 * @throws E_UNSUPPORTED for what was read past when the model was decoded, so that nothing is lost silently;
 * E_INVALID_OPTION for numbers that the format cannot hold; see {@link encodeTensor} for tensors.
 */
export function modelToProto(model: OnnxModel): proto.ModelProto.$Properties {
  if (model.localFunctions?.length) {
    throw unsupported(`The model's own functions (${model.localFunctions.join(', ')})`);
  }
  return {
    irVersion: integer(model.irVersion, 'irVersion'),
    opsetImport: [...model.opsets].map(([domain, version]) => ({
      domain,
      version: integer(version, `The opset version of "${domain}"`),
    })),
    producerName: model.producerName,
    producerVersion: model.producerVersion,
    domain: model.domain ?? null,
    modelVersion: model.modelVersion === undefined ? null : integer(model.modelVersion, 'modelVersion'),
    docString: model.docString ?? null,
    metadataProps: [...model.metadata].map(([key, value]) => ({ key, value })),
    graph: graphToProto(model.graph),
  };
}

function graphToProto(graph: OnnxGraph): proto.GraphProto.$Properties {
  if (graph.sparseInitializers?.length) {
    throw unsupported(`Sparse initializers (${graph.sparseInitializers.join(', ')})`);
  }
  return {
    name: graph.name,
    docString: graph.docString ?? null,
    input: graph.inputs.map(valueToProto),
    output: graph.outputs.map(valueToProto),
    initializer: graph.initializers.map(encodeTensor),
    node: graph.nodes.map(nodeToProto),
    valueInfo: graph.valueInfo.map(valueToProto),
  };
}

function nodeToProto(node: OnnxNode): proto.NodeProto.$Properties {
  return {
    // An empty name or domain is an absent one, and that is how the format's own tools write it.
    name: node.name || null,
    opType: node.opType,
    domain: node.domain || null,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: [...node.attributes].map(([name, attribute]) => ({
      name,
      ...attributeToProto(attribute, `Attribute "${name}" of ${node.opType} "${node.name}"`),
    })),
    docString: node.docString ?? null,
  };
}

/** The numbers are AttributeProto.AttributeType. */
function attributeToProto(attribute: OnnxAttribute, what: string): proto.AttributeProto.$Properties {
  switch (attribute.type) {
    case 'float':
      return { type: 1, f: attribute.value };
    case 'int':
      return { type: 2, i: integer(attribute.value, what) };
    case 'bigint':
      return { type: 2, i: long(attribute.value, what) };
    case 'string':
      return { type: 3, s: new TextEncoder().encode(attribute.value) };
    case 'tensor':
      return { type: 4, t: encodeTensor(attribute.value) };
    case 'graph':
      return { type: 5, g: graphToProto(attribute.value) };
    case 'floats':
      return { type: 6, floats: [...attribute.value] };
    case 'ints':
      return { type: 7, ints: attribute.value.map((value) => integer(value, what)) };
    case 'bigints':
      return { type: 7, ints: attribute.value.map((value) => long(value, what)) };
    case 'strings':
      return { type: 8, strings: attribute.value.map((value) => new TextEncoder().encode(value)) };
    case 'other':
      throw unsupported(`${what}, of a kind this library reads past,`);
  }
}

function valueToProto(value: OnnxValueInfo): proto.ValueInfoProto.$Properties {
  if (value.kind) throw unsupported(`Value "${value.name}" (${value.kind})`);
  const { code } = dtypeFacts[value.dtype];
  const shape = value.shape && {
    dim: value.shape.map((dim) => dimToProto(dim, `A dimension of "${value.name}"`)),
  };
  return {
    name: value.name,
    ...((code !== 0 || shape) && { type: { tensorType: { elemType: code, shape: shape ?? null } } }),
    docString: value.docString ?? null,
  };
}

function dimToProto(dim: OnnxDim, what: string): proto.TensorShapeProto.Dimension.$Properties {
  if (dim === null) return {};
  if (typeof dim === 'string') return { dimParam: dim };
  if (dim < 0) throw new LstmOnnxError('E_INVALID_OPTION', `${what} is ${dim}; expected a size or a name.`);
  return { dimValue: integer(dim, what) };
}

function integer(value: number, what: string): number {
  return safeInteger(value, what, 'E_INVALID_OPTION');
}

function long(value: bigint, what: string): number {
  if (BigInt.asIntN(64, value) !== value) {
    throw new LstmOnnxError('E_INVALID_OPTION', `${what} is ${value}, which does not fit in 64 bits.`);
  }
  const low = Number(BigInt.asIntN(32, value));
  const halves = { low, high: Number(BigInt.asIntN(32, value >> 32n)), unsigned: false };
  // The generated types say number for 64-bit fields; protobufjs's writer takes the two halves as well.
  return halves as unknown as number;
}

function unsupported(what: string): LstmOnnxError {
  return new LstmOnnxError('E_UNSUPPORTED', `${what} cannot be written to an ONNX file by this library.`);
}
