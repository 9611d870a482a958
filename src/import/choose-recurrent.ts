/** Which recurrent modules of a state dict are the network: those that an option names, else the only one. */

import { cellOf } from '../builder/recurrent/cells.js';
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';
import { type ActivationStep, activationNamed, isModule } from './chain-activations.js';
import { listModules, type Modules, quoteName } from './modules.js';
import { hintsIfNone, ifNone, namedModule, refuseTwice } from './named-modules.js';
import { onnxRoute, runOnnx } from './onnx-route.js';
import { recurrentList } from './recurrent-kinds.js';
import { describeRecurrent, inferRecurrent, type RecurrentModule } from './recurrent-module.js';

const ofTorch = (torch: string) => `nn.${torch}`;

export interface ChosenRecurrent {
  /** The recurrent modules and the activations between them, in order. */
  readonly chain: readonly (RecurrentModule | ActivationStep)[];
  readonly first: RecurrentModule;
  readonly last: RecurrentModule;
  readonly count: number;
}

/**
 * The recurrent modules that are named, in that order and with the activations that are named between them, or the only one.
 * @throws as `networkFromStateDict`
 */
export function chooseRecurrent(
  { recurrent, matrices, others }: Modules,
  named: string | readonly string[] | undefined,
): ChosenRecurrent {
  if (recurrent.size === 0) {
    const found = listModules([...matrices.values(), ...others.values()]);
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `There is no ${recurrentList('or')}: no tensor is called weight_ih_l0, as those of ${recurrentList('and', ofTorch)} ` +
        `are. Found ${found}. Give the state dict of a model with an ${recurrentList('or', ofTorch)}. ${onnxRoute}`,
      { hints: [runOnnx] },
    );
  }
  const names = named === undefined ? [...recurrent.keys()] : [named].flat();
  const chain = names.map((name) => {
    const activation = recurrent.has(name) ? undefined : activationNamed(name);
    return activation ?? inferRecurrent(namedModule(recurrent, name, 'lstm'));
  });
  const all = chain.filter((part) => isModule(part));
  const [first] = all;
  const last = all.at(-1);
  if (!first || !last) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `lstm names no ${recurrentList('or')}; there are ${listModules(recurrent.values())}.`,
      { hints: [{ option: 'lstm', found: [...recurrent.keys()] }] },
    );
  }
  if (chain[0] !== first || chain.at(-1) !== last) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `lstm is ${names.map((name) => `'${name}'`).join(', ')}; expected activations between recurrent layers ` +
        'alone. Behind the last of them the option activation says one.',
      { hints: [{ option: 'activation' }] },
    );
  }
  refuseTwice(names, recurrent, 'lstm', 'recurrent layer');
  if (named === undefined && all.length > 1) throw severalRecurrent(all);
  const broken = all.find((module, i) => i > 0 && all[i - 1]?.outputSize !== module.inputSize);
  if (broken) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `The ${plural(all)} do not follow on each other: ${all.map((module) => describeRecurrent(module)).join(', ')}; ${quoteName(broken.name)} reads ` +
        `${counted(broken.inputSize, 'feature')}. Name them in their order. ${ifNone}`,
      { hints: [{ option: 'lstm', found: all.map(({ name }) => name) }, ...hintsIfNone] },
    );
  }
  return { chain, first, last, count: all.length };
}

/** `LSTMs` where all are, `recurrent layers` where they are of several kinds. */
function plural(all: readonly RecurrentModule[]): string {
  const [kind, ...others] = new Set(all.map((module) => module.kind));
  return kind && others.length === 0 ? `${cellOf(kind).torch}s` : 'recurrent layers';
}

/** Lists what several recurrent modules may be to each other, none of it as if it were right. */
function severalRecurrent(all: readonly RecurrentModule[]): LstmOnnxError {
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
    `There are ${all.length} ${plural(all)}: ${all.map((module) => describeRecurrent(module)).join(', ')}. A state dict does not tell how they are ` +
      `connected. Either ${readings.join('; or ')}. Look into the model's forward() and say it by the option lstm${all.every(({ kind }) => kind === 'lstm') ? '' : ', which names all of these kinds'}. ${ifNone}`,
    { hints: [{ option: 'lstm', found: all.map(({ name }) => name) }, ...hintsIfNone] },
  );
}
