/** Recurrent modules of PyTorch by what they are called and by their gates: the table of cells says which are read. */
import type { Parameter } from '../builder/parameters.js';
import { cellOf, type RecurrentName, recurrentNames } from '../builder/recurrent/cells.js';

/** `LSTM, GRU or RNN`: every kind that is read; `wrap` says how each name is written. */
export function recurrentList(
  join: 'and' | 'or',
  wrap: (torch: string) => string = (torch) => torch,
): string {
  const names = recurrentNames.map((kind) => wrap(cellOf(kind).torch));
  const last = names.at(-1) ?? '';
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} ${join} ${last}` : last;
}

/** The cell with so many gates: the rows of its hidden weights for each hidden unit. */
export function kindOfGates(gates: number): RecurrentName | undefined {
  return recurrentNames.find((kind) => cellOf(kind).gates.length === gates);
}

/**
 * Rows of the hidden weights for each hidden unit: 4 for an LSTM, 3 for a GRU, 1 for a plain RNN. Undefined where the
 * weights are not there or are no matrix.
 *
 * @param suffix what follows `weight_hh`: nothing in cells such as nn.LSTMCell
 */
export function gatesOf(tensors: ReadonlyMap<string, Parameter>, suffix: '' | '_l0'): number | undefined {
  const [rows, columns] = matrixShape(tensors.get(`weight_hh${suffix}`));
  // A projected LSTM has hidden units that its hidden weights do not read.
  const [, units] = suffix === '' ? [] : matrixShape(tensors.get(`weight_hr${suffix}`));
  const hiddenSize = units ?? columns;
  return rows && hiddenSize ? rows / hiddenSize : undefined;
}

function matrixShape(tensor: Parameter | undefined): readonly number[] {
  return tensor?.shape.length === 2 ? tensor.shape : [];
}
