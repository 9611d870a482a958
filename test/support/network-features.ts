/** The table of what networks have besides ops: how their layers stand to each other. */
import type { Network } from '../../src/builder/network.js';
import { isRecurrent } from '../../src/builder/recurrent/cells.js';
import { type AnyNode, type Feature, layerBehind, nodeOf, ofNode } from './feature.js';

const recurrentLayers = (network: Network) => network.nodes.filter((node) => isRecurrent(node));

const reads = (network: Network, { inputs }: AnyNode, is: (node: AnyNode) => boolean) => {
  const node = nodeOf(network, inputs.x);
  return node !== undefined && is(node);
};

const isHead = (network: Network, node: AnyNode, is: (read: AnyNode) => boolean) =>
  node.op === 'linear' && reads(network, node, is);

export const networkFeatures: readonly Feature[] = [
  { label: 'several recurrent layers', isIn: (network) => recurrentLayers(network).length > 1 },
  {
    label: 'recurrent layers of different cells',
    isIn: (network) => new Set(recurrentLayers(network).map(({ op }) => op)).size > 1,
  },
  {
    label: 'an embedding before the recurrent layer',
    isIn: (network) =>
      network.nodes.some((node) => isRecurrent(node) && nodeOf(network, node.inputs.x)?.op === 'embedding'),
  },
  {
    label: 'convolutions and recurrent layers',
    isIn: (network) => recurrentLayers(network).length > 0 && network.nodes.some(({ op }) => op === 'conv'),
  },
  ofNode('a linear layer on the last step', (node, network) =>
    isHead(
      network,
      node,
      ({ op, options, inputs }) =>
        op === 'at' && options.index === -1 && layerBehind(network, inputs.x) !== undefined,
    ),
  ),
  ofNode('a linear layer on every step', (node, network) =>
    isHead(network, node, (read) => isRecurrent(read as never)),
  ),
  ofNode(
    'the mean or maximum over time (`--pool`)',
    ({ op, inputs }, network) => ['mean', 'max'].includes(op) && layerBehind(network, inputs.x) !== undefined,
  ),
  ofNode('a chain of linear layers and activations (`--head`)', (node, network) =>
    isHead(network, node, (read) => reads(network, read, ({ op }) => op === 'linear')),
  ),
  {
    label: 'a softmax at the end',
    isIn: (network) =>
      Object.values(network.outputs).some(({ from }) => nodeOf(network, from)?.op === 'softmax'),
  },
  {
    label: 'several inputs',
    isIn: ({ inputs }) => Object.values(inputs).filter(({ shape }) => shape.length > 1).length > 1,
  },
  { label: 'several outputs', isIn: ({ outputs }) => Object.keys(outputs).length > 1 },
  ofNode('a frozen parameter', ({ op, options }) => op === 'parameter' && options.frozen === true),
  ofNode('layers that are called several times, loops', ({ module }) => module !== undefined),
  ofNode('tied weights', ({ tied }) => tied !== undefined),
];
