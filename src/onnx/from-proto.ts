/**
 * From the messages of an ONNX file to {@link OnnxModel}. What the checker judges (names, order, types) is taken
 * as it stands; refused here is only what cannot be said as plain data at all.
 */
import { decodeUtf8 } from '../data/utf8.js';
import { LstmOnnxError } from '../errors.js';
import { dtypeOfCode } from './dtypes.js';
import type {
  OnnxAttribute,
  OnnxDim,
  OnnxDType,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxValueInfo,
} from './graph.js';
import { exactInteger, safeInteger } from './integers.js';
import type { proto } from './proto.js';
import { decodeTensor } from './tensor-data.js';

/**
 * How deep graphs may nest (the body of a Loop in an If in ...). Files in the wild stay under ten; each level costs
 * three messages, and the reader of messages stops at a hundred.
 */
const MAX_GRAPH_DEPTH = 24;

/** The attributes of a node without any: hundreds of thousands of empty maps would take more than all else. */
const none = new Map<string, OnnxAttribute>();

/** @throws E_INVALID_FILE where the messages are not a model; E_UNSUPPORTED for what this library cannot hold. */
export function modelFromProto(fields: proto.ModelProto.$Properties): OnnxModel {
  const { graph, irVersion } = fields;
  if (!graph) throw invalid('The file has no graph.');
  if (irVersion == null) throw invalid('The file has no ir_version.');
  if (!fields.opsetImport?.length) throw invalid('The file names no operator set (opset_import).');
  const opsets = new Map<string, number>();
  for (const { domain, version } of fields.opsetImport) {
    opsets.set(domainOf(domain), safeInteger(version ?? 0, `The opset version of "${domain ?? ''}"`));
  }
  if (!graph.node?.length && !graph.output?.length) throw invalid('The graph has no nodes and no outputs.');
  return {
    irVersion: safeInteger(irVersion, 'ir_version'),
    opsets,
    producerName: fields.producerName ?? '',
    producerVersion: fields.producerVersion ?? '',
    ...(fields.domain && { domain: fields.domain }),
    ...(fields.modelVersion != null && { modelVersion: safeInteger(fields.modelVersion, 'model_version') }),
    ...docString(fields),
    metadata: new Map((fields.metadataProps ?? []).map((entry) => [entry.key ?? '', entry.value ?? ''])),
    graph: graphFromProto(graph, 0),
    ...(fields.functions?.length && {
      localFunctions: fields.functions.map((f) => `${domainOf(f.domain)}:${f.name ?? ''}`),
    }),
  };
}

function graphFromProto(fields: proto.GraphProto.$Properties, depth: number): OnnxGraph {
  if (depth > MAX_GRAPH_DEPTH) {
    throw invalid(`Graphs are nested deeper than ${MAX_GRAPH_DEPTH} levels, which no sane model needs.`);
  }
  return {
    name: fields.name ?? '',
    ...docString(fields),
    inputs: (fields.input ?? []).map(valueFromProto),
    outputs: (fields.output ?? []).map(valueFromProto),
    initializers: (fields.initializer ?? []).map((tensor, i) => decodeTensor(tensor, `initializer ${i}`)),
    ...(fields.sparseInitializer?.length && {
      sparseInitializers: fields.sparseInitializer.map((sparse) => sparse.values?.name ?? ''),
    }),
    nodes: (fields.node ?? []).map((node, i) => nodeFromProto(node, i, depth)),
    valueInfo: (fields.valueInfo ?? []).map(valueFromProto),
  };
}

function nodeFromProto(fields: proto.NodeProto.$Properties, index: number, depth: number): OnnxNode {
  const name = fields.name ?? '';
  const where = `node ${index} (${fields.opType ?? 'no op_type'}${name && ` "${name}"`})`;
  if (!fields.opType) throw invalid(`Node ${index}${name && ` "${name}"`} has no op_type.`);
  const attributes = fields.attribute ? new Map<string, OnnxAttribute>() : none;
  for (const attribute of fields.attribute ?? []) {
    const key = attribute.name ?? '';
    if (key === '') throw invalid(`An attribute of ${where} has no name.`);
    if (attributes.has(key)) throw invalid(`Attribute "${key}" stands twice in ${where}.`);
    attributes.set(key, attributeFromProto(attribute, `attribute "${key}" of ${where}`, depth));
  }
  return {
    name,
    opType: fields.opType,
    domain: domainOf(fields.domain),
    inputs: fields.input ?? [],
    outputs: fields.output ?? [],
    attributes,
    ...docString(fields),
  };
}

/** The keys are AttributeProto.AttributeType. */
function attributeFromProto(
  fields: proto.AttributeProto.$Properties,
  where: string,
  depth: number,
): OnnxAttribute {
  if (fields.refAttrName) return { type: 'other' };
  switch (fields.type) {
    case 1:
      return { type: 'float', value: fields.f ?? 0 };
    case 2: {
      const value = exactInteger(fields.i ?? 0);
      return typeof value === 'number' ? { type: 'int', value } : { type: 'bigint', value };
    }
    case 3: {
      const value = utf8(fields.s);
      return value === undefined ? { type: 'other' } : { type: 'string', value };
    }
    case 4:
      if (!fields.t) throw invalid(`The ${where} is a tensor and holds none.`);
      return { type: 'tensor', value: decodeTensor(fields.t, where) };
    case 5:
      if (!fields.g) throw invalid(`The ${where} is a graph and holds none.`);
      return { type: 'graph', value: graphFromProto(fields.g, depth + 1) };
    case 6:
      return { type: 'floats', value: fields.floats ?? [] };
    case 7:
      return integersAttribute((fields.ints ?? []).map(exactInteger));
    case 8: {
      const value = (fields.strings ?? []).map(utf8);
      return value.every((text) => text !== undefined) ? { type: 'strings', value } : { type: 'other' };
    }
    default:
      return { type: 'other' };
  }
}

function integersAttribute(value: readonly (number | bigint)[]): OnnxAttribute {
  return value.every((n) => typeof n === 'number')
    ? { type: 'ints', value }
    : { type: 'bigints', value: value.map(BigInt) };
}

function valueFromProto(fields: proto.ValueInfoProto.$Properties): OnnxValueInfo {
  const name = fields.name ?? '';
  const type = fields.type ?? {};
  const tensor = type.tensorType ?? type.sparseTensorType;
  // A shape without dimensions is a scalar's.
  const dims = tensor?.shape && (tensor.shape.dim ?? []);
  const kind = kindOf(type);
  return {
    name,
    dtype: elementType(tensor?.elemType ?? 0, name),
    ...(dims && { shape: dims.map((dim) => dimFromProto(dim, name)) }),
    ...(kind && { kind }),
    ...docString(fields),
  };
}

function kindOf(type: proto.TypeProto.$Properties): OnnxValueInfo['kind'] {
  if (type.sequenceType) return 'sequence';
  if (type.mapType) return 'map';
  if (type.optionalType) return 'optional';
  if (type.sparseTensorType) return 'sparse';
  return type.opaqueType ? 'opaque' : undefined;
}

function elementType(code: number, name: string): OnnxDType {
  const dtype = dtypeOfCode(code);
  if (dtype) return dtype;
  throw invalid(`Value "${name}" has element type ${code}, which the ONNX specification does not define.`);
}

/** Old exporters write -1 for a dimension they do not know; onnxruntime reads it so, too. */
function dimFromProto(dim: proto.TensorShapeProto.Dimension.$Properties, name: string): OnnxDim {
  if (dim.dimParam) return dim.dimParam;
  if (dim.dimValue == null) return null;
  const size = safeInteger(dim.dimValue, `A dimension of "${name}"`);
  return size < 0 ? null : size;
}

/** `ai.onnx` is the long name of ONNX's own operator set. */
function domainOf(domain: string | null | undefined): string {
  return domain === 'ai.onnx' ? '' : (domain ?? '');
}

function docString(fields: { docString?: string | null }): { docString?: string } {
  return fields.docString == null ? {} : { docString: fields.docString };
}

function utf8(bytes: Uint8Array | null | undefined): string | undefined {
  return decodeUtf8(bytes ?? new Uint8Array(0));
}

function invalid(message: string): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_FILE', message);
}
