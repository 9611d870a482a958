/**
 * The messages of an ONNX file by field number, as `schemas/onnx.proto` has them; a test holds them to it. Names are
 * those of the types in `schemas/onnx.d.ts`.
 */

/** The third entry of a field that may stand any number of times. */
const many = true;

/** What a field is called and what it holds: a value of this kind, an enumeration or a message. */
export type ProtoField = readonly [name: string, kind: string, repeated?: typeof many];

/** How many values each enumeration has, from 0 on; others are passed over. */
export const protoEnums: Readonly<Record<string, number>> = { AttributeType: 15, DataLocation: 2 };

export const protoMessages: Readonly<Record<string, Readonly<Record<number, ProtoField>>>> = {
  ModelProto: {
    1: ['irVersion', 'int64'],
    2: ['producerName', 'string'],
    3: ['producerVersion', 'string'],
    4: ['domain', 'string'],
    5: ['modelVersion', 'int64'],
    6: ['docString', 'string'],
    7: ['graph', 'GraphProto'],
    8: ['opsetImport', 'OperatorSetIdProto', many],
    14: ['metadataProps', 'StringStringEntryProto', many],
    25: ['functions', 'FunctionProto', many],
  },
  OperatorSetIdProto: {
    1: ['domain', 'string'],
    2: ['version', 'int64'],
  },
  StringStringEntryProto: {
    1: ['key', 'string'],
    2: ['value', 'string'],
  },
  GraphProto: {
    1: ['node', 'NodeProto', many],
    2: ['name', 'string'],
    5: ['initializer', 'TensorProto', many],
    10: ['docString', 'string'],
    11: ['input', 'ValueInfoProto', many],
    12: ['output', 'ValueInfoProto', many],
    13: ['valueInfo', 'ValueInfoProto', many],
    15: ['sparseInitializer', 'SparseTensorProto', many],
    16: ['metadataProps', 'StringStringEntryProto', many],
  },
  NodeProto: {
    1: ['input', 'string', many],
    2: ['output', 'string', many],
    3: ['name', 'string'],
    4: ['opType', 'string'],
    5: ['attribute', 'AttributeProto', many],
    6: ['docString', 'string'],
    7: ['domain', 'string'],
    8: ['overload', 'string'],
    9: ['metadataProps', 'StringStringEntryProto', many],
  },
  AttributeProto: {
    1: ['name', 'string'],
    2: ['f', 'float'],
    3: ['i', 'int64'],
    4: ['s', 'bytes'],
    5: ['t', 'TensorProto'],
    6: ['g', 'GraphProto'],
    7: ['floats', 'float', many],
    8: ['ints', 'int64', many],
    9: ['strings', 'bytes', many],
    10: ['tensors', 'TensorProto', many],
    11: ['graphs', 'GraphProto', many],
    13: ['docString', 'string'],
    14: ['tp', 'TypeProto'],
    15: ['typeProtos', 'TypeProto', many],
    20: ['type', 'AttributeType'],
    21: ['refAttrName', 'string'],
    22: ['sparseTensor', 'SparseTensorProto'],
    23: ['sparseTensors', 'SparseTensorProto', many],
  },
  TensorProto: {
    1: ['dims', 'int64', many],
    2: ['dataType', 'int32'],
    3: ['segment', 'TensorProto.Segment'],
    4: ['floatData', 'float', many],
    5: ['int32Data', 'int32', many],
    6: ['stringData', 'bytes', many],
    7: ['int64Data', 'int64', many],
    8: ['name', 'string'],
    9: ['rawData', 'bytes'],
    10: ['doubleData', 'double', many],
    11: ['uint64Data', 'uint64', many],
    12: ['docString', 'string'],
    13: ['externalData', 'StringStringEntryProto', many],
    14: ['dataLocation', 'DataLocation'],
    16: ['metadataProps', 'StringStringEntryProto', many],
  },
  'TensorProto.Segment': {
    1: ['begin', 'int64'],
    2: ['end', 'int64'],
  },
  SparseTensorProto: {
    1: ['values', 'TensorProto'],
    2: ['indices', 'TensorProto'],
    3: ['dims', 'int64', many],
  },
  ValueInfoProto: {
    1: ['name', 'string'],
    2: ['type', 'TypeProto'],
    3: ['docString', 'string'],
    4: ['metadataProps', 'StringStringEntryProto', many],
  },
  TensorShapeProto: {
    1: ['dim', 'TensorShapeProto.Dimension', many],
  },
  'TensorShapeProto.Dimension': {
    1: ['dimValue', 'int64'],
    2: ['dimParam', 'string'],
    3: ['denotation', 'string'],
  },
  TypeProto: {
    1: ['tensorType', 'TypeProto.Tensor'],
    4: ['sequenceType', 'TypeProto.Sequence'],
    5: ['mapType', 'TypeProto.Map'],
    6: ['denotation', 'string'],
    7: ['opaqueType', 'TypeProto.Opaque'],
    8: ['sparseTensorType', 'TypeProto.SparseTensor'],
    9: ['optionalType', 'TypeProto.Optional'],
  },
  'TypeProto.Tensor': {
    1: ['elemType', 'int32'],
    2: ['shape', 'TensorShapeProto'],
  },
  'TypeProto.Sequence': {
    1: ['elemType', 'TypeProto'],
  },
  'TypeProto.Map': {
    1: ['keyType', 'int32'],
    2: ['valueType', 'TypeProto'],
  },
  'TypeProto.Optional': {
    1: ['elemType', 'TypeProto'],
  },
  'TypeProto.SparseTensor': {
    1: ['elemType', 'int32'],
    2: ['shape', 'TensorShapeProto'],
  },
  'TypeProto.Opaque': {
    1: ['domain', 'string'],
    2: ['name', 'string'],
  },
  FunctionProto: {
    1: ['name', 'string'],
    4: ['input', 'string', many],
    5: ['output', 'string', many],
    6: ['attribute', 'string', many],
    7: ['node', 'NodeProto', many],
    8: ['docString', 'string'],
    9: ['opsetImport', 'OperatorSetIdProto', many],
    10: ['domain', 'string'],
    11: ['attributeProto', 'AttributeProto', many],
    12: ['valueInfo', 'ValueInfoProto', many],
    13: ['overload', 'string'],
    14: ['metadataProps', 'StringStringEntryProto', many],
  },
};
