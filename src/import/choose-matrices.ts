/** Which matrices of a state dict are the embedding and the head: settled by the options, else by there being only one that fits. */
import { cellOf } from '../builder/recurrent/cells.js';
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';
import type { Hint } from '../hints.js';
import { type ActivationStep, activationNamed, isModule } from './chain-activations.js';
import { listModules, type Modules, type ModuleTensors, quoteName } from './modules.js';
import { describeNetwork, hintsIfNone, ifNone, namedModule, refuseTwice } from './named-modules.js';
import { onnxRoute } from './onnx-route.js';
import { describeRecurrent, type RecurrentModule } from './recurrent-module.js';

/** A linear layer or an embedding: weight `[rows, columns]`. */
export interface Matrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly bias: boolean;
}

/** Linear layers and the activations around them, in order. */
export type Head = readonly (Matrix | ActivationStep)[];

const noHead: Hint = { option: 'head', value: false };
/** A word of a name, as in `embeddings.word` or `tok_emb`; not `member`, not `unembed`. */
export const likeEmbedding = /(^|[._\d])emb(s|ed|eds|edding|eddings|edder)?($|[._\d])/i;

/** The embedding that is named, or the matrix before the recurrent layer that is called like one. */
export function chooseEmbedding(
  { matrices }: Modules,
  layer: RecurrentModule,
  /** Features that a head would read. */
  outputSize: number,
  named: string | undefined,
  head: ArchitectureHead,
): Matrix | undefined {
  if (named !== undefined) {
    const module = namedModule(matrices, named, 'embedding');
    const matrix = matrixOf(module);
    if (matrix.bias || matrix.columns !== layer.inputSize) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `${listModules([module])} cannot be the embedding before ${describeRecurrent(layer)}: expected a weight ` +
          `[words, ${layer.inputSize}] without a bias.`,
      );
    }
    return matrix;
  }
  const inHead = new Set<unknown>([head].flat());
  const fitting = [...matrices.values()].filter(({ name, tensors }) => {
    const { bias, columns } = matrixOf({ name, tensors });
    return !bias && columns === layer.inputSize && likeEmbedding.test(name) && !inHead.has(name);
  });
  const [only] = fitting;
  if (fitting.length > 1) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `Several modules may be the embedding: ${listModules(fitting)}. Say which by the option ` +
        `embedding. ${ifNone}`,
      { hints: [{ option: 'embedding', found: fitting.map(({ name }) => name) }, ...hintsIfNone] },
    );
  }
  if (!only) return undefined;
  const fitsBehind = matrixOf(only).columns === outputSize;
  // The head, then, and the embedding has another name.
  const others = [...matrices.values()]
    .filter(({ name }) => name !== only.name && !inHead.has(name))
    .map(matrixOf);
  const other = others.find(({ bias, columns }) => !bias && columns === layer.inputSize);
  if (fitsBehind && (other || others.length === 0)) {
    const found = [only.name, ...(other ? [other.name] : [])];
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${listModules(fitting)} may be the embedding before ${describeRecurrent(layer)} or the head behind it` +
        `${other ? `, and so may '${other.name}'` : ''}. Say which by the options ` +
        `embedding and head. ${ifNone}`,
      { hints: [{ option: 'embedding', found }, { option: 'head', found }, ...hintsIfNone] },
    );
  }
  return matrixOf(only);
}

type ArchitectureHead = string | readonly string[] | false | undefined;

/** The head that is named, or the only matrix left, where it fits behind the recurrent layer; none for false. */
export function chooseHead(
  { matrices }: Modules,
  first: RecurrentModule,
  last: RecurrentModule,
  embedding: Matrix | undefined,
  named: ArchitectureHead,
): Head {
  if (named === false) return [];
  if (named !== undefined) return namedHead(matrices, [named].flat(), last);
  const fits = ({ columns }: Matrix) => columns === last.outputSize;
  const left = [...matrices.values()].filter(({ name }) => name !== embedding?.name);
  const [only] = left;
  if (!only) return [];
  const matrix = matrixOf(only);
  const candidate = embedding ? undefined : embeddingAmong(left, first);
  if (left.length > 1) {
    const fitting = left.filter((module) => fits(matrixOf(module)));
    const found = left.map(({ name }) => name);
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `Several modules may be the head of ${describeRecurrent(last)}: ${listModules(left)}; its ` +
        `${counted(last.outputSize, 'feature')} ${last.outputSize === 1 ? 'fits' : 'fit'} ` +
        `${fitting.map(({ name }) => `'${name}'`).join(', ') || 'none of them'}. Say which is its only head by the option ` +
        `head, or false for none, or name a chain of layers and activations in the order of ` +
        `forward()${orEmbedding(candidate)}. ${ifNone}`,
      { hints: [{ option: 'head', found }, noHead, ...embeddingHints(candidate), ...hintsIfNone] },
    );
  }
  if (!fits(matrix)) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `${listModules(left)} does not fit behind ${describeRecurrent(last)}, which gives ` +
        `${counted(last.outputSize, 'feature')}${orEmbedding(candidate)}. To leave it out, set the ` +
        `option head to false; to say how they are connected, ${describeNetwork}. ${onnxRoute}`,
      { hints: [noHead, ...embeddingHints(candidate), ...hintsIfNone] },
    );
  }
  if (matrix.rows === matrix.columns && matrix.columns === first.inputSize && !embedding) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${listModules(left)} fits behind ${describeRecurrent(last)} and before it. If it is the head, say so by the ` +
        `option head. ${ifNone}`,
      { hints: [{ option: 'head', found: [matrix.name] }, ...hintsIfNone] },
    );
  }
  return [matrix];
}

/** Linear layers and activations as they are named, each layer reading what the one before gives. */
function namedHead(
  matrices: ReadonlyMap<string, ModuleTensors>,
  names: readonly string[],
  last: RecurrentModule,
): Head {
  const chain = names.map((name) => {
    const activation = matrices.has(name) ? undefined : activationNamed(name);
    return activation ?? matrixOf(namedModule(matrices, name, 'head'));
  });
  const layers = chain.filter((part) => isModule(part));
  if (layers.length === 0) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `head names no linear layer; there are ${listModules(matrices.values())}. For no head set it to false, ` +
        `and say an activation behind the ${cellOf(last.kind).torch} by the option activation.`,
      { hints: [{ option: 'head', found: [...matrices.keys()] }, noHead, { option: 'activation' }] },
    );
  }
  refuseTwice(names, matrices, 'head', 'layer');
  for (const [i, layer] of layers.entries()) {
    const before = layers[i - 1];
    const given = before ? before.rows : last.outputSize;
    if (layer.columns === given) continue;
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${before ? 'The layer' : 'The head'} ${quoteName(layer.name)} reads ${counted(layer.columns, 'feature')}, but ` +
        `${before ? quoteName(before.name) : describeRecurrent(last)} gives ${given}. Name another. ${ifNone}`,
      { hints: [{ option: 'head' }, ...hintsIfNone] },
    );
  }
  return chain;
}

/** A matrix without a bias may be an embedding of another name. */
function embeddingAmong(left: readonly ModuleTensors[], layer: RecurrentModule): Matrix | undefined {
  return left.map(matrixOf).find(({ bias, columns }) => !bias && columns === layer.inputSize);
}

function orEmbedding(candidate: Matrix | undefined): string {
  return candidate ? `, or the embedding ${quoteName(candidate.name)} by the option embedding` : '';
}

function embeddingHints(candidate: Matrix | undefined): readonly Hint[] {
  return candidate ? [{ option: 'embedding', found: [candidate.name] }] : [];
}

export function matrixOf({ name, tensors }: ModuleTensors): Matrix {
  const [rows = 0, columns = 0] = tensors.get('weight')?.shape ?? [];
  return { name, rows, columns, bias: tensors.has('bias') };
}
