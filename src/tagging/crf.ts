/** The transitions of a conditional random field as plain numbers. */
import { isObject, wrongArgument } from '../arguments.js';
import { checkNetwork } from '../builder/check-network.js';
import type { NetworkNode } from '../builder/graph-builder.js';
import type { Network } from '../builder/network.js';
import { parameterName } from '../builder/ops/op.js';
import { checkParameters, type StateDict } from '../builder/parameters.js';
import { counted } from '../counted.js';
import { LstmOnnxError, textOf } from '../errors.js';
import { mustGet } from '../must-get.js';

/** What `crf` of a network has learned: pytorch-crf's parameters. A score of -Infinity forbids. */
export interface Crf {
  /** `start_transitions`: the score of each tag as the first one, `[tags]`. */
  readonly start: Float32Array;
  /** `end_transitions`: the score of each tag as the last one, `[tags]`. */
  readonly end: Float32Array;
  /** `transitions`: the score of a tag after another, row-major `[tags, tags]`, from the tag of the row to that of the column. */
  readonly transitions: Float32Array;
}

/**
 * The conditional random field of a network, for {@link viterbi} over what `predict` gives.
 *
 * @param output the output of the network that `crf` gives, where there are several. Default the only one
 * @throws E_INVALID_OPTION for a network without `crf`, or with several; E_UNKNOWN_NAME for an output that is not of a `crf`;
 *   E_MISSING_NAME, E_SHAPE_MISMATCH for parameters of another network
 */
export function crfOf(network: Network, parameters: StateDict, output?: string): Crf {
  checkNetwork('crfOf', network);
  checkParameters(network, parameters);
  const nodes = crfNodes(network);
  return crfOfNode(mustGet(nodes, chosen('crfOf', [...nodes.keys()], output), 'output'), parameters);
}

/** The nodes `crf` that outputs show, by the outputs. */
export function crfNodes({ nodes, outputs }: Network): Map<string, NetworkNode<'crf'>> {
  const isCrf = (node: NetworkNode): node is NetworkNode<'crf'> => node.op === 'crf';
  const byId = new Map(nodes.filter(isCrf).map((node) => [`${node.name}:output`, node]));
  return new Map(
    Object.entries(outputs).flatMap(([name, { from }]) => {
      const node = byId.get(from);
      return node ? [[name, node] as const] : [];
    }),
  );
}

export function crfOfNode(node: NetworkNode<'crf'>, parameters: StateDict): Crf {
  const numbers = (own: string) => mustGet(parameters, parameterName(node, own), 'parameter').data;
  return {
    start: numbers('start_transitions'),
    end: numbers('end_transitions'),
    transitions: numbers('transitions'),
  };
}

/** The output that is asked for, or the only one. */
export function chosen(where: string, names: readonly string[], asked: string | undefined): string {
  const [only, ...others] = names;
  if (asked !== undefined && !names.includes(asked)) {
    throw new LstmOnnxError(
      'E_UNKNOWN_NAME',
      `${where}: the output '${textOf(asked)}' is not of a crf; ${names.length === 0 ? 'no output is' : `those are ${names.join(', ')}`}.`,
    );
  }
  if (only === undefined || (asked === undefined && others.length > 0)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      only === undefined
        ? `${where}: no output of the network is of a crf; give one, as in ({ emissions: crf('crf', linear('fc', output, 9)) }).`
        : `${where}: the outputs ${names.join(', ')} are of a crf each; say which one, as in '${only}'.`,
    );
  }
  return asked ?? only;
}

/** Checks a caller's numbers. @throws E_INVALID_OPTION, E_SHAPE_MISMATCH @returns how many tags there are */
export function checkCrf(where: string, crf: Crf): number {
  const { start, end, transitions } = isObject(crf) ? (crf as unknown as Partial<Crf>) : {};
  if (
    !(start instanceof Float32Array) ||
    !(end instanceof Float32Array) ||
    !(transitions instanceof Float32Array)
  ) {
    throw wrongArgument(
      `${where}: crf`,
      crf,
      'what crfOf gives: { start, end, transitions } of Float32Arrays',
    );
  }
  const tags = start.length;
  if (tags === 0 || end.length !== tags || transitions.length !== tags * tags) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${where}: the crf has ${counted(tags, 'start score')}, ${counted(end.length, 'end score')} and ` +
        `${counted(transitions.length, 'transition')}; expected tags, tags and tags * tags of them.`,
    );
  }
  for (const scores of [start, end, transitions]) {
    const wrong = scores.find((score) => Number.isNaN(score) || score === Infinity);
    if (wrong === undefined) continue;
    throw new LstmOnnxError(
      'E_NOT_FINITE',
      `${where}: a score of the crf is ${wrong}; expected numbers, or -Infinity.`,
    );
  }
  return tags;
}
