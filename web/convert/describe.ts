/** A network as the nodes of a drawing, in words that fit into boxes. */
import { type Network, parameterSpecs, type StateDict } from 'lstm-onnx/web';
import { counted } from '../shared/quantities.js';
import type { DiagramNode, WeightModules } from './messages.js';

type NetworkNode = Network['nodes'][number];

/** Inputs, ops in order, outputs. */
export function diagramNodes(network: Network): DiagramNode[] {
  const counts = parameterCounts(network);
  const used = new Set([
    ...network.nodes.flatMap(readBy),
    ...Object.values(network.outputs).map(({ from }) => from),
  ]);
  const inputs = Object.entries(network.inputs).map(
    ([name, { dtype, shape }]): DiagramNode => ({
      id: name,
      kind: 'input',
      name,
      what: `input, ${dtype}`,
      gives: shapeText(shape),
      parameters: 0,
      reads: [],
    }),
  );
  const ops = network.nodes.map((node): DiagramNode => {
    const ports = Object.entries(node.outputs).filter(([port]) => used.has(`${node.name}:${port}`));
    return {
      id: node.name,
      kind: 'op',
      name: node.name,
      what: `${whatItDoes(node)}${node.module === undefined ? '' : `, weights of ${node.module}`}`,
      gives: ports
        .map(([port, { shape }]) => (port === 'output' ? shapeText(shape) : `${port} ${shapeText(shape)}`))
        .join(', '),
      parameters: counts.get(node.name) ?? 0,
      reads: [
        ...new Set(
          Object.values<string | undefined>(node.inputs).flatMap((id) =>
            id === undefined ? [] : [nodeOf(id)],
          ),
        ),
      ],
    };
  });
  const outputs = Object.entries(network.outputs).map(
    ([name, { dtype, shape, from }]): DiagramNode => ({
      // An op may be called like an output.
      id: `output ${name}`,
      kind: 'output',
      name,
      what: `output, ${dtype}`,
      gives: shapeText(shape),
      parameters: 0,
      reads: [nodeOf(from)],
    }),
  );
  return [...inputs, ...ops, ...outputs];
}

/** The ids of the values that a node reads. */
function readBy({ inputs }: NetworkNode): string[] {
  return Object.values<string | undefined>(inputs).filter((id) => id !== undefined);
}

/** The input or node behind the id of a value. */
function nodeOf(valueId: string): string {
  const colon = valueId.indexOf(':');
  return colon === -1 ? valueId : valueId.slice(0, colon);
}

function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.join(', ')}]`;
}

function whatItDoes(node: NetworkNode): string {
  switch (node.op) {
    case 'lstm': {
      const { projSize, peepholes } = node.options;
      const own = [...(projSize ? [`projected to ${projSize}`] : []), ...(peepholes ? ['peepholes'] : [])];
      return recurrentWords(node.op, node.options, own);
    }
    case 'linear':
      return `linear, ${counted(node.options.outFeatures, 'feature')}`;
    case 'embedding':
      return `embedding, ${counted(node.options.numEmbeddings, 'token')}`;
    case 'at':
      return node.options.index === -1
        ? `last along axis ${node.options.axis}`
        : `entry ${node.options.index} along axis ${node.options.axis}`;
    case 'concat':
      return `joined along axis ${node.options.axis}`;
    case 'dropout':
      return `dropout ${node.options.p}, in training only`;
    case 'transpose':
      return 'transposed';
    case 'reshape':
      return 'reshaped';
    case 'flip':
      return 'turned round';
    case 'mean':
      return `mean along axis ${node.options.axis}`;
    case 'max':
      return `maximum along axis ${node.options.axis}`;
    case 'stepCount':
      return 'counts the steps';
    case 'activation':
      return node.options.name;
    default:
      return isLayer(node.options) ? recurrentWords(node.op, node.options, []) : node.op;
  }
}

function isLayer(options: object): options is LayerWords {
  return 'hiddenSize' in options;
}

/** What the words for a recurrent layer need of its options. */
interface LayerWords {
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bidirectional: boolean;
  readonly reverse?: boolean | undefined;
  readonly dropout: number;
}

/** @param own what is special to the cell */
function recurrentWords(op: string, options: LayerWords, own: readonly string[]): string {
  const { hiddenSize, numLayers, bidirectional, reverse, dropout } = options;
  return [
    `${op.toUpperCase()}, ${hiddenSize} hidden`,
    ...(numLayers > 1 ? [`${numLayers} layers`] : []),
    ...(bidirectional ? ['both directions'] : []),
    ...(reverse ? ['from the end'] : []),
    ...own,
    ...(dropout > 0 && numLayers > 1 ? [`dropout ${dropout} in training`] : []),
  ].join(', ');
}

function parameterCounts(network: Network): Map<string, number> {
  const counts = new Map<string, number>();
  const nodes = new Set(network.nodes.map(({ name }) => name));
  for (const { name, shape } of parameterSpecs(network)) {
    // One in no layer is called as its node.
    const node = nodes.has(name) ? name : name.slice(0, name.lastIndexOf('.'));
    const size = shape.reduce((product, dim) => product * dim, 1);
    counts.set(node, (counts.get(node) ?? 0) + size);
  }
  return counts;
}

/** The modules of weights by their names: recurrent layers and cells, and matrices that may be a head or an embedding. */
export function weightModules(state: StateDict): WeightModules {
  const named = (pattern: RegExp, rank: number): string[] =>
    [...state].flatMap(([name, { shape }]) => {
      const match = pattern.exec(name);
      return match && shape.length === rank ? [match[1] ?? ''] : [];
    });
  return { recurrent: named(/^(?:(.+)\.)?weight_ih(?:_l0)?$/, 2), matrices: named(/^(.+)\.weight$/, 2) };
}
