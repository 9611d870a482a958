/**
 * nn.LSTMCell, nn.GRUCell and nn.RNNCell, whose weights are those of a layer without its number: `weight_ih` for `weight_ih_l0`.
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
 */
import type { Parameter, StateDict } from '../builder/parameters.js';
import { cellOf } from '../builder/recurrent/cells.js';
import { quoteName, splitName } from './modules.js';
import { gatesOf, kindOfGates } from './recurrent-kinds.js';

const cellTensors: ReadonlySet<string> = new Set(['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh']);

/** Weights whose cells have become layers. */
interface LayerWeights {
  readonly parameters: StateDict;
  /** What PyTorch calls the layer of each cell, by the name of its module. */
  readonly cells: ReadonlyMap<string, string>;
}

/** The same weights, those of cells under the names that they have in a layer. */
export function withLayerNumbers(parameters: StateDict): LayerWeights {
  const modules = new Map<string, Map<string, Parameter>>();
  for (const [name, tensor] of parameters) {
    const { module, own } = splitName(name);
    const tensors = modules.get(module) ?? new Map<string, Parameter>();
    modules.set(module, tensors.set(own, tensor));
  }
  const cells = new Map<string, string>();
  for (const [module, tensors] of modules) {
    const torch = cellNameOf(tensors);
    if (torch !== undefined) cells.set(module, torch);
  }
  if (cells.size === 0) return { parameters, cells };
  const renamed = [...parameters].map(([name, tensor]) => {
    return [cells.has(splitName(name).module) ? `${name}_l0` : name, tensor] as const;
  });
  return { parameters: new Map(renamed), cells };
}

/** What each cell was read as, but for those that were left out. */
export function cellNotes(cells: LayerWeights['cells'], leftOut: StateDict): string[] {
  const unused = new Set([...leftOut.keys()].map((name) => splitName(name).module));
  return [...cells].flatMap(([module, torch]) =>
    unused.has(module)
      ? []
      : [
          `read ${quoteName(module)}, an nn.${torch}Cell, as an nn.${torch} of one layer, its weights renamed to ` +
            'weight_ih_l0 and so on; a state dict does not show what else forward() does at each step',
        ],
  );
}

/** What PyTorch calls the layer of a cell that is read. */
function cellNameOf(tensors: ReadonlyMap<string, Parameter>): string | undefined {
  if (![...tensors.keys()].every((own) => cellTensors.has(own))) return undefined;
  if (tensors.get('weight_ih')?.shape.length !== 2) return undefined;
  const kind = kindOfGates(gatesOf(tensors, '') ?? 0);
  return kind && cellOf(kind).torch;
}
