/** Which modules of a state dict are the network: settled by the options, else by there being only one that fits. */
import { LstmOnnxError } from '../errors.js';
import { describeLstm, inferLstm, type LstmModule } from './lstm-module.js';
import { listModules, type Modules, type ModuleTensors, quoteName } from './modules.js';

/** A linear layer or an embedding: weight `[rows, columns]`. */
export interface Matrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly bias: boolean;
}

export interface ChosenLstms {
  readonly all: readonly LstmModule[];
  readonly first: LstmModule;
  readonly last: LstmModule;
}

const describeNetwork =
  'describe the network by the option network, in code or as a JSON file (--network FILE, docs/networks.md)';
/** A word of a name, as in `embeddings.word` or `tok_emb`; not `member`, not `unembed`. */
const likeEmbedding = /(^|[._\d])emb(s|ed|eds|edding|eddings|edder)?($|[._\d])/i;
/** What a state dict has in place of a weight that is computed from others. */
const computedWeight = /^(weight_(g|v|orig)|parametrizations)/;

/** The LSTMs that are named, in that order, or the only one. @throws as `networkFromStateDict` */
export function chooseLstms(
  { lstms, matrices, others }: Modules,
  named: string | readonly string[] | undefined,
): ChosenLstms {
  if (lstms.size === 0) {
    const found = listModules([...matrices.values(), ...others.values()]);
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `There is no LSTM: no tensor is called weight_ih_l0, as those of nn.LSTM are. Found ${found}.${cellHint(others)}`,
    );
  }
  const names = named === undefined ? [...lstms.keys()] : [named].flat();
  const all = names.map((name) => inferLstm(find(lstms, name, 'lstm')));
  const [first] = all;
  const last = all.at(-1);
  if (!first || !last) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `lstm names nothing; there are ${listModules(lstms.values())}.`,
    );
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new LstmOnnxError('E_INVALID_OPTION', `lstm names ${quoteName(twice)} twice; name each LSTM once.`);
  }
  const broken = all.find((module, i) => i > 0 && all[i - 1]?.outputSize !== module.inputSize);
  if (named === undefined && all.length > 1) {
    const chain = broken ? '' : `, or several in order (--lstm ${names.join(',')})`;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `There are ${all.length} LSTMs: ${all.map(describeLstm).join(', ')}. Say which one it is by the option ` +
        `lstm (--lstm ${names[0]})${chain}, or ${describeNetwork}.`,
    );
  }
  if (broken) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `The LSTMs do not follow on each other: ${all.map(describeLstm).join(', ')}; ${quoteName(broken.name)} reads ` +
        `${broken.inputSize} features. Name them in their order, or ${describeNetwork}.`,
    );
  }
  return { all, first, last };
}

function cellHint(others: ReadonlyMap<string, ModuleTensors>): string {
  const cell = [...others.values()].find(({ tensors }) => tensors.has('weight_ih'));
  if (!cell) return ' Give the state dict of a model with an nn.LSTM.';
  return ` ${quoteName(cell.name)} is an nn.LSTMCell; rename its tensors to weight_ih_l0 and so on if it runs as an nn.LSTM does.`;
}

/** The embedding that is named, or the matrix before the LSTM that is called like one. */
export function chooseEmbedding(
  { matrices }: Modules,
  lstm: LstmModule,
  /** Features that a head would read. */
  outputSize: number,
  named: string | undefined,
  head: string | false | undefined,
): Matrix | undefined {
  if (named !== undefined) {
    const module = find(matrices, named, 'embedding');
    const matrix = matrixOf(module);
    if (matrix.bias || matrix.columns !== lstm.inputSize) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `${listModules([module])} cannot be the embedding before ${describeLstm(lstm)}: expected a weight ` +
          `[words, ${lstm.inputSize}] without a bias.`,
      );
    }
    return matrix;
  }
  const fitting = [...matrices.values()].filter(({ name, tensors }) => {
    const { bias, columns } = matrixOf({ name, tensors });
    return !bias && columns === lstm.inputSize && likeEmbedding.test(name) && name !== head;
  });
  const [only] = fitting;
  if (fitting.length > 1) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `Several modules may be the embedding: ${listModules(fitting)}. Say which by the option ` +
        `embedding (--embedding ${only?.name}), or ${describeNetwork}.`,
    );
  }
  if (!only) return undefined;
  const fitsBehind = matrixOf(only).columns === outputSize;
  // The head, then, and the embedding has another name.
  const others = [...matrices.values()]
    .filter(({ name }) => name !== only.name && name !== head)
    .map(matrixOf);
  const other = others.find(({ bias, columns }) => !bias && columns === lstm.inputSize);
  if (fitsBehind && (other || others.length === 0)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${listModules(fitting)} may be the embedding before ${describeLstm(lstm)} or the head behind it` +
        `${other ? `, and so may '${other.name}'` : ''}. Say which by the options ` +
        `embedding and head (--embedding NAME, --head NAME), or ${describeNetwork}.`,
    );
  }
  return matrixOf(only);
}

/** The head that is named, or the only matrix left, where it fits behind the LSTM; none for false. */
export function chooseHead(
  { matrices }: Modules,
  first: LstmModule,
  last: LstmModule,
  embedding: Matrix | undefined,
  named: string | false | undefined,
): Matrix | undefined {
  if (named === false) return undefined;
  const fits = ({ columns }: Matrix) => columns === last.outputSize;
  if (named !== undefined) {
    const head = matrixOf(find(matrices, named, 'head'));
    if (fits(head)) return head;
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `The head ${quoteName(named)} reads ${head.columns} features, but ${describeLstm(last)} gives ${last.outputSize}. ` +
        `Name another, or ${describeNetwork}.`,
    );
  }
  const left = [...matrices.values()].filter(({ name }) => name !== embedding?.name);
  const [only] = left;
  if (!only) return undefined;
  const matrix = matrixOf(only);
  if (left.length > 1) {
    const fitting = left.filter((module) => fits(matrixOf(module)));
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `Several modules may be the head of ${describeLstm(last)}: ${listModules(left)}; its ${last.outputSize} features fit ` +
        `${fitting.map(({ name }) => `'${name}'`).join(', ') || 'none of them'}. Say which is its only head by the option ` +
        `head (--head NAME), or false for none (--no-head)` +
        `${embeddingHint(left, first, embedding)}, or ${describeNetwork}.`,
    );
  }
  if (!fits(matrix)) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `${listModules(left)} does not fit behind ${describeLstm(last)}, which gives ${last.outputSize} features` +
        `${embeddingHint(left, first, embedding)}. To leave it out, set the ` +
        `option head to false (--no-head); to say how they are connected, ${describeNetwork}.`,
    );
  }
  if (matrix.rows === matrix.columns && matrix.columns === first.inputSize && !embedding) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${listModules(left)} fits behind ${describeLstm(last)} and before it. If it is the head, say so by the ` +
        `option head (--head ${matrix.name}), else ${describeNetwork}.`,
    );
  }
  return matrix;
}

/** A matrix without a bias may be an embedding of another name. */
function embeddingHint(left: readonly ModuleTensors[], lstm: LstmModule, embedding: Matrix | undefined) {
  const candidate = left.map(matrixOf).find(({ bias, columns }) => !bias && columns === lstm.inputSize);
  return embedding || !candidate
    ? ''
    : `, or the embedding by the option embedding (--embedding ${candidate.name})`;
}

/** @throws E_UNSUPPORTED for modules that the architecture has no place for */
export function refuseOthers({ others }: Modules): void {
  if (others.size === 0) return;
  const computed = [...others.values()].find(({ tensors }) =>
    [...tensors.keys()].some((own) => computedWeight.test(own)),
  );
  if (computed) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The weights of ${listModules([computed])} are computed from others, as weight_norm and spectral_norm do. Make them ` +
        'plain before saving: torch.nn.utils.parametrize.remove_parametrizations, remove_weight_norm or remove_spectral_norm.',
    );
  }
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `The state dict also has ${listModules(others.values())}, and does not say what they compute. If the model needs ` +
      `only its LSTM and linear layers, ${describeNetwork}, which takes the tensors that it names.`,
  );
}

function find(
  modules: ReadonlyMap<string, ModuleTensors>,
  name: string,
  option: 'lstm' | 'embedding' | 'head',
): ModuleTensors {
  const module = modules.get(name);
  if (module) return module;
  throw new LstmOnnxError(
    'E_UNKNOWN_NAME',
    `${option} names ${quoteName(name)}, which is not there; there are ${listModules(modules.values())}.`,
  );
}

function matrixOf({ name, tensors }: ModuleTensors): Matrix {
  const [rows = 0, columns = 0] = tensors.get('weight')?.shape ?? [];
  return { name, rows, columns, bias: tensors.has('bias') };
}
