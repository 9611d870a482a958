/**
 * A recurrent module's kind and options from the names and shapes of its tensors, which follow `nn.LSTM`, `nn.GRU` and `nn.RNN`:
 * weight_ih_l0 [gates * H, I], weight_hh_l0 [gates * H, H]. An LSTM may be projected: weight_hh_l0 [4H, P] beside
 * weight_hr_l0 [P, H]. https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 */
import { cellOf, type RecurrentName, recurrentNames } from '../builder/recurrent/cells.js';
import { formatShape } from '../builder/shape.js';
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';
import { type ModuleTensors, quoteName } from './modules.js';
import { kindOfGates, recurrentList } from './recurrent-kinds.js';

/** Beyond what anybody trains; each costs an ONNX node with its names and types. */
const maxLayers = 256;

export interface RecurrentModule {
  readonly name: string;
  readonly kind: RecurrentName;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bidirectional: boolean;
  readonly bias: boolean;
  /** 0 without a projection, which an LSTM alone has. */
  readonly projSize: number;
  /** Whether it has peepholes, which an LSTM alone has. */
  readonly peepholes: boolean;
  /** Features of its output: those of h for each direction. */
  readonly outputSize: number;
}

/**
 * The recurrent module that has these tensors; the rows of its hidden weights tell its kind. Sizes of the first layer are
 * checked here; those of the others by whoever compares the parameters with the network.
 *
 * @throws E_UNSUPPORTED for tensors that are not all of one module
 */
export function inferRecurrent({ name, tensors }: ModuleTensors): RecurrentModule {
  const has = (own: string) => tensors.has(own);
  const matrix = (own: string) => {
    const shape = tensors.get(own)?.shape;
    const [rows, columns] = shape ?? [];
    if (shape?.length !== 2 || !rows || !columns) {
      const got = shape ? `${own} is ${formatShape(shape)}, not a matrix` : `${own} is missing`;
      throw notOneModule(name, got);
    }
    return [rows, columns] as const;
  };
  const [, inputSize] = matrix('weight_ih_l0');
  const [rows, stateSize] = matrix('weight_hh_l0');
  const projected = has('weight_hr_l0');
  const peepholes = has('weight_peephole_l0');
  const hiddenSize = projected ? matrix('weight_hr_l0')[1] : stateSize;
  const kind = kindOfRows(name, rows, hiddenSize, projected || peepholes);

  const bidirectional = has('weight_ih_l0_reverse');
  const bias = has('bias_ih_l0');
  const parts = [
    'weight_ih',
    'weight_hh',
    ...(bias ? ['bias_ih', 'bias_hh'] : []),
    ...(projected ? ['weight_hr'] : []),
    ...(peepholes ? ['weight_peephole'] : []),
  ];
  const directions = bidirectional ? ['', '_reverse'] : [''];
  return {
    name,
    kind,
    inputSize,
    hiddenSize,
    numLayers: countLayers({ name, tensors }, parts, directions),
    bidirectional,
    bias,
    projSize: projected ? stateSize : 0,
    peepholes,
    outputSize: stateSize * directions.length,
  };
}

/** @throws E_UNSUPPORTED for rows of no cell */
function kindOfRows(name: string, rows: number, hiddenSize: number, ofLstm: boolean): RecurrentName {
  const kind = kindOfGates(rows / hiddenSize);
  if (kind && (kind === 'lstm' || !ofLstm)) return kind;
  const expected = (ofLstm ? (['lstm'] as const) : recurrentNames).map((each) => {
    const { torch, gates } = cellOf(each);
    return `${gates.length} times ${hiddenSize} (${torch})`;
  });
  throw notOneModule(name, `weight_hh_l0 has ${counted(rows, 'row')}, expected ${expected.join(' or ')}`);
}

/** @throws E_UNSUPPORTED where a layer lacks a tensor that others have */
function countLayers(
  { name, tensors }: ModuleTensors,
  parts: readonly string[],
  directions: readonly string[],
): number {
  const numLayers = tensors.size / (parts.length * directions.length);
  if (numLayers > maxLayers) {
    throw notOneModule(name, `it has ${Math.ceil(numLayers)} layers; at most ${maxLayers} are read`);
  }
  const expected = Array.from({ length: Math.ceil(numLayers) }, (_, layer) =>
    directions.flatMap((direction) => parts.map((part) => `${part}_l${layer}${direction}`)),
  ).flat();
  const missing = expected.find((own) => !tensors.has(own));
  if (missing !== undefined) throw notOneModule(name, `${missing} is missing`);
  return numLayers;
}

function notOneModule(name: string, what: string): LstmOnnxError {
  return new LstmOnnxError(
    'E_UNSUPPORTED',
    `The tensors of ${quoteName(name)} are not those of one ${recurrentList('or', (torch) => `nn.${torch}`)}: ${what}. ` +
      'Save the whole state dict of the model.',
  );
}

/** `'lstm' (LSTM, 28 features, hidden size 64, 2 layers, bidirectional)`. */
export function describeRecurrent(
  { name, kind, inputSize, hiddenSize, numLayers, bidirectional, projSize }: RecurrentModule,
  nonlinearity?: string,
): string {
  const { torch } = cellOf(kind);
  const parts = [
    kind === 'rnn' && nonlinearity !== undefined ? `${torch} with ${nonlinearity}` : torch,
    counted(inputSize, 'feature'),
    `hidden size ${hiddenSize}`,
    ...(projSize > 0 ? [`projected to ${projSize}`] : []),
    counted(numLayers, 'layer'),
    ...(bidirectional ? ['bidirectional'] : []),
  ];
  return `${quoteName(name)} (${parts.join(', ')})`;
}
