/** Which LSTMs of a state dict are the network: those that an option names, else the only one. */
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';
import { type ActivationStep, activationNamed, isModule } from './chain-activations.js';
import { describeLstm, inferLstm, type LstmModule } from './lstm-module.js';
import { listModules, type Modules, quoteName } from './modules.js';
import { hintsIfNone, ifNone, namedModule, refuseTwice } from './named-modules.js';
import { onnxRoute, runOnnx } from './onnx-route.js';

export interface ChosenLstms {
  /** The LSTMs and the activations between them, in order. */
  readonly chain: readonly (LstmModule | ActivationStep)[];
  readonly first: LstmModule;
  readonly last: LstmModule;
  readonly count: number;
}

/**
 * The LSTMs that are named, in that order and with the activations that are named between them, or the only one.
 * @throws as `networkFromStateDict`
 */
export function chooseLstms(
  { lstms, matrices, others }: Modules,
  named: string | readonly string[] | undefined,
): ChosenLstms {
  if (lstms.size === 0) {
    const found = listModules([...matrices.values(), ...others.values()]);
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `There is no LSTM: no tensor is called weight_ih_l0, as those of nn.LSTM are. Found ${found}. Give the state dict ` +
        `of a model with an nn.LSTM. ${onnxRoute}`,
      { hints: [runOnnx] },
    );
  }
  const names = named === undefined ? [...lstms.keys()] : [named].flat();
  const chain = names.map((name) => {
    const activation = lstms.has(name) ? undefined : activationNamed(name);
    return activation ?? inferLstm(namedModule(lstms, name, 'lstm'));
  });
  const all = chain.filter((part) => isModule(part));
  const [first] = all;
  const last = all.at(-1);
  if (!first || !last) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `lstm names no LSTM; there are ${listModules(lstms.values())}.`,
      { hints: [{ option: 'lstm', found: [...lstms.keys()] }] },
    );
  }
  if (chain[0] !== first || chain.at(-1) !== last) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `lstm is ${names.map((name) => `'${name}'`).join(', ')}; expected activations between LSTMs alone. Behind the last LSTM ` +
        'the option activation says one.',
      { hints: [{ option: 'activation' }] },
    );
  }
  refuseTwice(names, lstms, 'lstm', 'LSTM');
  if (named === undefined && all.length > 1) throw severalLstms(all);
  const broken = all.find((module, i) => i > 0 && all[i - 1]?.outputSize !== module.inputSize);
  if (broken) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `The LSTMs do not follow on each other: ${all.map(describeLstm).join(', ')}; ${quoteName(broken.name)} reads ` +
        `${counted(broken.inputSize, 'feature')}. Name them in their order. ${ifNone}`,
      { hints: [{ option: 'lstm', found: all.map(({ name }) => name) }, ...hintsIfNone] },
    );
  }
  return { chain, first, last, count: all.length };
}

/** Lists what several LSTMs may be to each other, none of it as if it were right. */
function severalLstms(all: readonly LstmModule[]): LstmOnnxError {
  const pairs = all.flatMap((from) =>
    all.flatMap((to) => (from !== to && from.outputSize === to.inputSize ? [[from.name, to.name]] : [])),
  );
  const readings = [
    'one of them is the network and the others are left out',
    pairs.length > 0
      ? 'they read each other in some order, perhaps with an activation between them: ' +
        `by their sizes, ${pairs.map((pair) => pair.map(quoteName).join(' before ')).join(' and ')} would be possible`
      : 'each reads something else, since by their sizes none can read another',
    'they are an encoder and a decoder, which reads the last state or repeats it, or read the same x beside each other: ' +
      'no option says that',
  ];
  return new LstmOnnxError(
    'E_INVALID_OPTION',
    `There are ${all.length} LSTMs: ${all.map(describeLstm).join(', ')}. A state dict does not tell how they are ` +
      `connected. Either ${readings.join('; or ')}. Look into the model's forward() and say it by the option lstm. ${ifNone}`,
    { hints: [{ option: 'lstm', found: all.map(({ name }) => name) }, ...hintsIfNone] },
  );
}
