/**
 * A first version of the network behind a state dict, for a person to finish. Its modules come in the order of the state dict, or
 * as they fit where a file has its tensors by name; each is fed by the one before where sizes fit. What names and shapes do not tell
 * is a guess that is marked.
 *
 * 1. A matrix without bias is an embedding if it is called like one, or comes first and fits before a recurrent layer.
 * 2. What does not fit behind the module before reads the last one that fits, else two that fit together, else an input of its own.
 * 3. The first linear layer behind the last recurrent layer reads its last step; every step of one that reads both ways.
 * 4. Behind a layer that another reads, and behind its norm, stands a relu; a glu where that one reads half; nothing before a PReLU.
 * 5. What nothing reads is an output.
 */
import { expectStateDict } from '../../arguments.js';
import { finishNetwork, type Network } from '../../builder/network.js';
import type { StateDict } from '../../builder/parameters.js';
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { type FoundModule, findModules } from '../found-modules.js';
import { bareNameOf, groupModules, nodeNameOf } from '../modules.js';
import { isDistinctive, sameNumbers } from '../same-tensor.js';
import { refuseComputedWeights } from '../unread-modules.js';
import { withoutWeightNorm } from '../weight-norm.js';
import { addModule, type Drafting } from './add-modules.js';
import { isSorted, orderByFit } from './order-by-fit.js';
import { type Line, Recorder, type Written } from './recorder.js';
import { Sources } from './sources.js';

/** A network to be finished by hand. */
export interface Draft {
  readonly network: Network;
  /** The definition, line by line. */
  readonly lines: readonly Line[];
  /** The text of each output. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What of the inputs is a guess. */
  readonly openInputs: string;
  /** What of the outputs is a guess. */
  readonly openOutputs: string | undefined;
}

/** Guesses by where they are: the inputs, a node, or the outputs. */
export function guessesOf({ lines, openInputs, openOutputs }: Draft): { at: string; guess: string }[] {
  const all = [
    { at: 'inputs', open: openInputs },
    ...lines.map(({ name, node, open }) => ({ at: name === node ? name : `${name} (node ${node})`, open })),
    { at: 'outputs', open: openOutputs },
  ];
  return all.flatMap(({ at, open }) => (open === undefined ? [] : [{ at, guess: open }]));
}

/**
 * @throws E_UNSUPPORTED for weights that are computed from others, for recurrent tensors that are not all of one module, and for a
 * state dict without a layer that is known
 */
export function draftNetwork(state: StateDict): Draft {
  expectStateDict('draftNetwork', state);
  const { parameters } = withoutWeightNorm({ parameters: state, notes: [] });
  refuseComputedWeights(groupModules(parameters));
  const found = findModules(parameters);
  const sorted = found.length > 1 && isSorted(parameters.keys());
  const modules = sorted ? orderByFit(found) : found;
  if (modules.every(({ kind }) => kind === 'parameter')) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `None of ${counted(parameters.size, 'tensor')} is of a layer that is known by its names and shapes. Give the state dict ` +
        'of a whole model.',
    );
  }
  const bare = bareNameOf(parameters);
  const recorder = new Recorder(modules.map(({ name }) => nodeNameOf(name, bare)));
  const sources = new Sources(recorder);
  const isRecurrent = modules.some(({ kind }) => kind === 'recurrent');
  const drafting: Drafting = { recorder, sources, isRecurrent, bare };
  for (const [i, module] of modules.entries()) addModule(drafting, module, modules.slice(i + 1));
  tieMatrices(recorder, modules, (name) => `${nodeNameOf(name, bare)}.weight`, parameters);
  const hasImages = modules.some((module) => module.kind === 'convolution' && module.kernelSize.length === 2);
  return finish(drafting, [
    'batch first and no other inputs are guesses',
    ...(hasImages ? ['height and width are what fits without padding and strides'] : []),
    ...(sorted ? ['the file has its tensors by name, so that the order of the modules is a guess'] : []),
  ]);
}

/** Weights that have the same numbers, as a language model's embedding and head may. */
function tieMatrices(
  recorder: Recorder,
  modules: readonly FoundModule[],
  weightOf: (name: string) => string,
  state: StateDict,
): void {
  const matrices = modules.flatMap(({ kind, name }) => {
    const weight = kind === 'matrix' ? state.get(`${name}.weight`) : undefined;
    return weight && isDistinctive(weight) ? [{ name, weight }] : [];
  });
  for (const [i, { name, weight }] of matrices.entries()) {
    const first = matrices.slice(0, i).find((other) => sameNumbers(other.weight, weight));
    if (first) recorder.tie(weightOf(name), weightOf(first.name));
  }
}

function finish({ recorder, sources }: Drafting, openInputs: readonly string[]): Draft {
  const outputs = outputsOf(sources);
  const all = Object.entries(outputs);
  const values = Object.fromEntries(all.map(([name, { made }]) => [name, made]));
  return {
    network: finishNetwork(recorder.inputs, recorder.graph, values),
    lines: recorder.lines,
    outputs: Object.fromEntries(all.map(([name, { code }]) => [name, code])),
    openInputs: openInputs.join('; '),
    openOutputs: all.length > 1 ? 'what nothing reads is an output: a guess' : undefined,
  };
}

function outputsOf({ flows }: Sources): Record<string, Written> {
  const ends = flows.filter(({ isRead, isInput }) => !isRead && !isInput);
  const [only] = ends;
  if (only && ends.length === 1) return { output: only.value };
  return Object.fromEntries(ends.map(({ value }) => [value.code.replaceAll('.', '_'), value]));
}
