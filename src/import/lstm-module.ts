/**
 * An LSTM's options from the names and shapes of its tensors, which follow `nn.LSTM`: weight_ih_l0 [4H, I], weight_hh_l0
 * [4H, H] (or [4H, P] beside weight_hr_l0 [P, H]). https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 */
import { formatShape } from '../builder/shape.js';
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';
import { type ModuleTensors, quoteName } from './modules.js';

/** Beyond what anybody trains; each costs an ONNX node with its names and types. */
const maxLayers = 256;

export interface LstmModule {
  readonly name: string;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bidirectional: boolean;
  readonly bias: boolean;
  /** 0 without a projection. */
  readonly projSize: number;
  readonly peepholes: boolean;
  /** Features of its output: those of h for each direction. */
  readonly outputSize: number;
}

/**
 * The LSTM that has these tensors. Sizes of the first layer are checked here; those of the others by whoever compares
 * the parameters with the network.
 *
 * @throws E_UNSUPPORTED for tensors that are not all of one `nn.LSTM`
 */
export function inferLstm({ name, tensors }: ModuleTensors): LstmModule {
  const has = (own: string) => tensors.has(own);
  const matrix = (own: string) => {
    const shape = tensors.get(own)?.shape;
    const [rows, columns] = shape ?? [];
    if (shape?.length !== 2 || !rows || !columns) {
      const got = shape ? `${own} is ${formatShape(shape)}, not a matrix` : `${own} is missing`;
      throw notAnLstm(name, got);
    }
    return [rows, columns] as const;
  };
  const [, inputSize] = matrix('weight_ih_l0');
  const [gates, stateSize] = matrix('weight_hh_l0');
  const projected = has('weight_hr_l0');
  const hiddenSize = projected ? matrix('weight_hr_l0')[1] : stateSize;
  if (gates !== 4 * hiddenSize) {
    throw notAnLstm(name, `weight_hh_l0 has ${counted(gates, 'row')}, expected 4 times ${hiddenSize}`);
  }

  const bidirectional = has('weight_ih_l0_reverse');
  const bias = has('bias_ih_l0');
  const peepholes = has('weight_peephole_l0');
  const kinds = [
    'weight_ih',
    'weight_hh',
    ...(bias ? ['bias_ih', 'bias_hh'] : []),
    ...(projected ? ['weight_hr'] : []),
    ...(peepholes ? ['weight_peephole'] : []),
  ];
  const directions = bidirectional ? ['', '_reverse'] : [''];
  const numLayers = tensors.size / (kinds.length * directions.length);
  if (numLayers > maxLayers)
    throw notAnLstm(name, `it has ${Math.ceil(numLayers)} layers; at most ${maxLayers} are read`);
  const expected = Array.from({ length: Math.ceil(numLayers) }, (_, layer) =>
    directions.flatMap((direction) => kinds.map((kind) => `${kind}_l${layer}${direction}`)),
  ).flat();
  const missing = expected.find((own) => !has(own));
  if (missing !== undefined) throw notAnLstm(name, `${missing} is missing`);
  return {
    name,
    inputSize,
    hiddenSize,
    numLayers,
    bidirectional,
    bias,
    projSize: projected ? stateSize : 0,
    peepholes,
    outputSize: stateSize * directions.length,
  };
}

function notAnLstm(name: string, what: string): LstmOnnxError {
  return new LstmOnnxError(
    'E_UNSUPPORTED',
    `The tensors of ${quoteName(name)} are not those of one nn.LSTM: ${what}. Save the whole state dict of the model.`,
  );
}

/** `'lstm' (28 features, hidden size 64, 2 layers, bidirectional)`. */
export function describeLstm({
  name,
  inputSize,
  hiddenSize,
  numLayers,
  bidirectional,
  projSize,
}: LstmModule): string {
  const parts = [
    counted(inputSize, 'feature'),
    `hidden size ${hiddenSize}`,
    ...(projSize > 0 ? [`projected to ${projSize}`] : []),
    counted(numLayers, 'layer'),
    ...(bidirectional ? ['bidirectional'] : []),
  ];
  return `${quoteName(name)} (${parts.join(', ')})`;
}
