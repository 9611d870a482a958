/** `lstm-onnx inspect`: what is in a model or checkpoint. */
import type { CommandModule } from 'yargs';
import { decodeCheckpoint } from '../builder/checkpoint.js';
import { networkToJson } from '../builder/network-json.js';
import { formatShape } from '../builder/shape.js';
import { alignColumns, summaryLines } from '../builder/summary.js';
import { counted } from '../counted.js';
import { parseSafetensors } from '../data/safetensors.js';
import { LstmOnnxError } from '../errors.js';
import { importFileOf } from '../files/import-model.js';
import { naming, readFile } from '../files/read.js';
import { detectFormat, isSafetensors } from '../import/formats.js';
import { describeModule, type FoundModule, readableModules } from '../import/found-modules.js';
import { readWeights } from '../import/state-dict.js';
import { readZip } from '../import/zip.js';
import { sizeOf } from '../nd-array.js';
import { decodeModel } from '../onnx/decode-model.js';
import type { OnnxGraph, OnnxModel, OnnxValueInfo } from '../onnx/graph.js';
import { inferTypes } from '../onnx/infer.js';
import { noteLines } from './command-words.js';
import type { GlobalOptions } from './global-options.js';
import { formats } from './model-file.js';
import { describeNotFinite, findNotFinite } from './not-finite.js';
import { formatBytes, type Output } from './output.js';

interface InspectArguments extends GlobalOptions {
  file: string;
}

export const inspectCommand = ({ print }: Output): CommandModule<GlobalOptions, InspectArguments> => ({
  command: 'inspect <file>',
  describe: 'Show the graph, shapes, parameters and metadata of a model or checkpoint',
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: `An .onnx file, or ${formats}` })
      .example('$0 inspect model.onnx', 'Inputs, nodes, outputs')
      .example('$0 inspect out/model.safetensors', 'Network and parameters')
      .example('$0 inspect model.pt', 'Names and shapes of the weights'),
  async handler({ file, json }) {
    const report = await inspect(file);
    if (json) print(JSON.stringify(report.json));
    else for (const line of report.lines) print(line);
  },
});

async function inspect(file: string): Promise<Report> {
  const bytes = await readFile(file);
  const named = <T>(parse: (bytes: Uint8Array) => T) => naming(file, () => parse(bytes));
  switch (detectFormat(bytes, file)) {
    case 'onnx':
      return named(inspectOnnx);
    case undefined:
      return inspectUnknown(file, bytes);
    case 'checkpoint':
      return named(inspectSafetensors);
    case 'weights':
      return named(isSafetensors(bytes) ? inspectSafetensors : inspectWeights);
    case 'zip':
      return named(readZip).has('config.json') ? inspectModel(file, bytes) : named(inspectWeights);
    default:
      return inspectModel(file, bytes);
  }
}

/** An ONNX model whose fields come in an unusual order; what is none, the importer refuses with all that it could be. */
async function inspectUnknown(file: string, bytes: Uint8Array): Promise<Report> {
  try {
    return inspectOnnx(bytes);
  } catch (error) {
    if (!(error instanceof LstmOnnxError)) throw error;
    return inspectModel(file, bytes);
  }
}

interface Report {
  readonly lines: readonly string[];
  readonly json: unknown;
}

function inspectOnnx(bytes: Uint8Array): Report {
  const model = decodeModel(bytes);
  const { graph } = model;
  const types = inferTypes(model);
  const opset = model.opsets.get('') ?? 0;
  const parameters = graph.initializers.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const notFinite = findNotFinite(graph.initializers.map((tensor) => [tensor.name, tensor] as const));
  const lines = [
    `ONNX model, opset ${opset}, ir_version ${model.irVersion}, ${formatBytes(bytes.length)}`,
    `producer: ${model.producerName} ${model.producerVersion}`.trimEnd(),
    ...graph.inputs.map((value) => `input ${describe(value)}`),
    ...graph.outputs.map((value) => `output ${describe(value)}`),
    ...nodeTable(graph, types),
    `initializers: ${graph.initializers.length}, ${counted(parameters.toLocaleString('en-US'), 'number')}`,
    ...describeNotFinite(notFinite),
    ...[...model.metadata].map(([key, value]) => `metadata ${key}: ${shortened(value)}`),
  ];
  return { lines, json: { ...jsonOf(model, bytes.length), notFinite } };
}

function describe({ name, dtype, shape }: OnnxValueInfo): string {
  return `${name}: ${dtype} ${shape ? formatShape(shape) : 'of any rank'}`;
}

function nodeTable(graph: OnnxGraph, types: ReadonlyMap<string, OnnxValueInfo>): string[] {
  const typed = (name: string) => {
    const shape = types.get(name)?.shape;
    return shape ? `${name} ${formatShape(shape)}` : name;
  };
  const rows = graph.nodes.map(({ opType, inputs, outputs }) => [
    opType,
    inputs.filter((name) => name !== '').join(', '),
    outputs
      .filter((name) => name !== '')
      .map(typed)
      .join(', '),
  ]);
  return alignColumns([['op', 'inputs', 'outputs'], ...rows]);
}

function jsonOf(
  { graph, metadata, opsets, irVersion, producerName, producerVersion }: OnnxModel,
  bytes: number,
) {
  return {
    format: 'onnx',
    bytes,
    irVersion,
    opsets: Object.fromEntries(opsets),
    producer: { name: producerName, version: producerVersion },
    inputs: graph.inputs,
    outputs: graph.outputs,
    nodes: graph.nodes.map(({ name, opType, domain, inputs, outputs }) => ({
      name,
      opType,
      domain,
      inputs,
      outputs,
    })),
    initializers: graph.initializers.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    metadata: Object.fromEntries(metadata),
  };
}

function inspectSafetensors(bytes: Uint8Array): Report {
  const { tensors, metadata } = parseSafetensors(bytes);
  const checkpoint = metadata.has('lstm_onnx.network') ? decodeCheckpoint(bytes) : undefined;
  const rows = [...tensors].map(([name, { dtype, shape, data }]) => [
    name,
    dtype,
    formatShape(shape),
    formatBytes(data.byteLength),
  ]);
  const notFinite = findNotFinite(tensors);
  const { labels, preprocessing } = checkpoint?.info ?? {};
  const modules = checkpoint ? [] : modulesIn(bytes);
  const lines = [
    `${checkpoint ? 'checkpoint' : 'safetensors file without a network'}, ${formatBytes(bytes.length)}`,
    ...(checkpoint ? summaryLines(checkpoint.network) : moduleLines(modules)),
    '',
    ...alignColumns([['tensor', 'type', 'shape', 'size'], ...rows]),
    ...describeNotFinite(notFinite),
    ...(labels ? [`labels: ${labels.join(', ')}`] : []),
    ...(preprocessing ? [`preprocessing: ${preprocessing}`] : []),
  ];
  const json = {
    format: 'safetensors',
    bytes: bytes.length,
    tensors: [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
    metadata: Object.fromEntries(metadata),
    ...(checkpoint ? {} : modulesAsJson(modules)),
    notFinite,
  };
  return { lines, json };
}

/** None where the tensors are no weights. */
function modulesIn(safetensors: Uint8Array): FoundModule[] {
  try {
    return readableModules(readWeights(safetensors).parameters);
  } catch (error) {
    if (error instanceof LstmOnnxError) return [];
    throw error;
  }
}

/** The layers; tensors of their own are among the tensors. */
function moduleLines(modules: readonly FoundModule[]): string[] {
  return modules.flatMap((module) =>
    module.kind === 'parameter' && module.looksLike === undefined ? [] : [describeModule(module)],
  );
}

function modulesAsJson(modules: readonly FoundModule[]) {
  const recurrent = modules.flatMap((module) => (module.kind === 'recurrent' ? [module.layer] : []));
  return { recurrent, modules };
}

/** Weights of another framework, as they are read: float32, without the prefixes of wrappers. */
function inspectWeights(bytes: Uint8Array): Report {
  const { parameters, notes } = readWeights(bytes);
  const notFinite = findNotFinite(parameters);
  const tensors = [...parameters].map(([name, { shape }]) => ({ name, shape }));
  const modules = readableModules(parameters);
  const rows = tensors.map(({ name, shape }) => [name, formatShape(shape)]);
  const lines = [
    `weights, ${formatBytes(bytes.length)}`,
    ...moduleLines(modules),
    '',
    ...alignColumns([['tensor', 'shape'], ...rows]),
    ...notes,
    ...describeNotFinite(notFinite),
  ];
  return {
    lines,
    json: { format: 'weights', bytes: bytes.length, tensors, ...modulesAsJson(modules), notes, notFinite },
  };
}

/** A model of another framework, as the network that it is read as. */
async function inspectModel(file: string, contents: Uint8Array): Promise<Report> {
  const { network, parameters, notes: found } = await importFileOf(file, contents);
  const notes = found.flatMap((note) => noteLines(note));
  const bytes = contents.length;
  const notFinite = findNotFinite(parameters);
  const lines = [
    `model, ${formatBytes(bytes)}`,
    ...summaryLines(network),
    ...notes,
    ...describeNotFinite(notFinite),
  ];
  const json = { format: 'model', bytes, network: JSON.parse(networkToJson(network)), notes, notFinite };
  return { lines, json };
}

/** A text that is not longer than some lines, as a vocabulary is; JSON has all of it. */
function shortened(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 500)}... (${text.length} characters)`;
}
