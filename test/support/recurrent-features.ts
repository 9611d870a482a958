/** The table of recurrent layers: what a layer of each cell may be. */

import type { Network } from '../../src/builder/network.js';
import { cellOf, type RecurrentName, recurrentNames } from '../../src/builder/recurrent/cells.js';
import { type AnyNode, type Feature, layerBehind, ofNode } from './feature.js';

type Layer = AnyNode & { readonly op: RecurrentName };
type Activations = Readonly<Record<string, { readonly name: string } | undefined>>;

/** What of it is not what PyTorch's modules compute. */
function hasOtherActivations({ op, options }: Layer): boolean {
  const given = (options.activations ?? {}) as Activations;
  return cellOf(op).activations.some(([role, usual]) => {
    const name = given[role]?.name ?? usual;
    return name !== usual && !(op === 'rnn' && name === 'relu');
  });
}

interface Kind {
  readonly label: string;
  readonly is: (layer: Layer, network: Network) => boolean;
  /** Default: all. */
  readonly cells?: readonly RecurrentName[];
}

const kinds: readonly Kind[] = [
  { label: 'one layer', is: ({ options }) => options.numLayers === 1 },
  {
    label: 'several layers, in one node or one behind the other',
    is: ({ op, inputs, options }, network) =>
      Number(options.numLayers) > 1 || layerBehind(network, inputs.x)?.op === op,
  },
  { label: 'both directions (`bidirectional`)', is: ({ options }) => options.bidirectional === true },
  { label: 'without bias', is: ({ options }) => options.bias === false },
  { label: 'time-first', is: ({ options }) => options.batchFirst === false },
  { label: 'first states given (`--states`)', is: ({ inputs }) => inputs.h0 !== undefined },
  { label: 'sequences of different lengths (`--lengths`)', is: ({ inputs }) => inputs.lengths !== undefined },
  { label: 'learned first states', is: ({ options }) => options.learnedState === true },
  { label: 'from the end (`reverse`)', is: ({ options }) => options.reverse === true },
  { label: '`clip`', is: ({ options }) => options.clip !== undefined },
  {
    label: '`nonlinearity` relu',
    is: ({ options }) => (options.activations as Activations | undefined)?.hidden?.name === 'relu',
    cells: ['rnn'],
  },
  { label: 'other activations', is: hasOtherActivations },
  { label: '`resetAfter: false`', is: ({ options }) => options.resetAfter === false, cells: ['gru'] },
  {
    label: 'projection (`projSize`)',
    is: ({ options }) => Number(options.projSize ?? 0) > 0,
    cells: ['lstm'],
  },
  { label: 'peepholes', is: ({ options }) => options.peepholes === true, cells: ['lstm'] },
  {
    label: 'coupled gates (`inputForget`)',
    is: ({ options }) => options.inputForget === true,
    cells: ['lstm'],
  },
];

export const recurrentFeatures: readonly Feature[] = recurrentNames.flatMap((cell) =>
  kinds
    .filter(({ cells = recurrentNames }) => cells.includes(cell))
    .map(({ label, is }) =>
      ofNode(
        `${cellOf(cell).torch}: ${label}`,
        (node, network) => node.op === cell && is(node as Layer, network),
      ),
    ),
);
