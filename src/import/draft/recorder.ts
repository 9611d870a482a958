/**
 * Calls of the builder, each made at once and kept as the text that makes it: so what is written as TypeScript is the network that
 * was built, and what does not fit is refused before anything is written.
 */
import { checkCall } from '../../builder/check-call.js';
import { defining } from '../../builder/current-graph.js';
import { GraphBuilder } from '../../builder/graph-builder.js';
import * as activations from '../../builder/ops/activations.js';
import { at } from '../../builder/ops/at.js';
import { glu, groupNorm } from '../../builder/ops/composed.js';
import { concat } from '../../builder/ops/concat.js';
import { conv1d, conv2d, convTranspose1d, convTranspose2d } from '../../builder/ops/convolution.js';
import { embedding } from '../../builder/ops/embedding.js';
import { gru } from '../../builder/ops/gru.js';
import { linear } from '../../builder/ops/linear.js';
import { lstm } from '../../builder/ops/lstm.js';
import { batchNorm, instanceNorm, layerNorm } from '../../builder/ops/normalization.js';
import { parameter } from '../../builder/ops/parameter.js';
import { prelu } from '../../builder/ops/prelu.js';
import { reshape } from '../../builder/ops/reshape.js';
import { rnn } from '../../builder/ops/rnn.js';
import { transpose } from '../../builder/ops/transpose.js';
import { unsqueeze } from '../../builder/ops/unsqueeze.js';
import { ParameterNames } from '../../builder/parameter-names.js';
import type { Shape } from '../../builder/shape.js';
import { tie } from '../../builder/shared.js';
import type { DType, TensorType, Value } from '../../builder/tensor.js';

const functions = {
  ...{ at, batchNorm, concat, conv1d, conv2d, convTranspose1d, convTranspose2d, embedding, gru },
  ...{ instanceNorm, layerNorm, linear, lstm, parameter, relu: activations.relu, reshape, rnn },
  ...{ glu, groupNorm, prelu, transpose, unsqueeze },
};

export type FunctionName = keyof typeof functions;

/** An expression, and what it gives. */
export interface Written<T = Value> {
  readonly code: string;
  readonly made: T;
}

/** What a recurrent layer gives. */
export interface Ports {
  readonly output: Value;
  readonly h: Value;
}

type Plain = string | number | boolean;

export type Argument =
  | Plain
  | Written
  | readonly (Plain | Written)[]
  | Readonly<Record<string, Plain | readonly number[]>>;

/** A line of the definition. */
export interface Line {
  readonly code: string;
  /** What of it is a guess. */
  readonly open: string | undefined;
  /** The module or value that the line is of. */
  readonly name: string;
  /** The last node that it makes. */
  readonly node: string;
}

/** What the functions are called by in the text. */
export const NAMESPACE = 'nn';

export class Recorder {
  readonly graph = new GraphBuilder(checkCall, new ParameterNames());
  readonly inputs: Record<string, TensorType> = {};
  readonly lines: Line[] = [];
  readonly #variables: Set<string>;
  readonly #nodes: ReadonlySet<string>;

  /** @param nodes names that the network's modules have, which no input may have */
  constructor(nodes: Iterable<string>) {
    this.#nodes = new Set(nodes);
    this.#variables = new Set(['network', NAMESPACE]);
  }

  /** An input of the network, called so or, where that is taken, so with a number. */
  input(wanted: string, dtype: DType, shape: Shape): Written {
    const name = this.#variable(wanted, this.#nodes);
    this.inputs[name] = { dtype, shape };
    return { code: name, made: this.graph.addInput(name, { dtype, shape }) };
  }

  call(name: FunctionName, ...args: readonly Argument[]): Written {
    return this.#call<Value>(name, args);
  }

  recurrent(kind: 'lstm' | 'gru' | 'rnn', ...args: readonly Argument[]): Written<Ports> {
    return this.#call<Ports>(kind, args);
  }

  /** Gives an expression a name of its own, on a line. */
  keep<T extends Value | Ports>(wanted: string, { code, made }: Written<T>, open?: string): Written<T> {
    const variable = this.#variable(wanted, new Set());
    const { id } = 'output' in made ? made.output : made;
    const [node = ''] = id.split(':');
    this.lines.push({ code: `const ${variable} = ${code};`, open, name: wanted, node });
    return { code: variable, made };
  }

  /** Makes one parameter another, both by their names. */
  tie(name: string, to: string): void {
    defining(this.graph, () => tie(name, to));
    const open = `${to} has the same numbers: one tensor is a guess`;
    this.lines.push({ code: `${NAMESPACE}.tie(${quote(name)}, ${quote(to)});`, open, name, node: name });
  }

  #call<T>(name: FunctionName, args: readonly Argument[]): Written<T> {
    // Typed for networks that are written down; this one's shapes are checked as the functions run.
    const call = functions[name] as unknown as (...args: readonly unknown[]) => T;
    const made = defining(this.graph, () => call(...args.map(madeOf)));
    return { code: `${NAMESPACE}.${name}(${args.map(textOf).join(', ')})`, made };
  }

  #variable(wanted: string, taken: ReadonlySet<string>): string {
    const plain = variableOf(wanted);
    let name = plain;
    for (let count = 2; this.#variables.has(name) || taken.has(name); count++) name = `${plain}_${count}`;
    this.#variables.add(name);
    return name;
  }
}

const reserved = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally ' +
    'for function if implements import in instanceof interface let new null package private protected public return static super ' +
    'switch this throw true try typeof undefined var void while with yield'
  ).split(' '),
);

/** `head.0` as `head_0`. */
function variableOf(name: string): string {
  const plain = name.replaceAll(/\W/g, '_') || '_';
  return /^\d/.test(plain) || reserved.has(plain) ? `_${plain}` : plain;
}

function isWritten(argument: Argument): argument is Written {
  return typeof argument === 'object' && 'made' in argument && typeof argument.code === 'string';
}

function madeOf(argument: Argument): unknown {
  if (isWritten(argument)) return argument.made;
  return Array.isArray(argument) ? argument.map(madeOf) : argument;
}

function textOf(argument: Argument): string {
  if (isWritten(argument)) return argument.code;
  if (typeof argument === 'string') return quote(argument);
  if (typeof argument !== 'object') return String(argument);
  if (Array.isArray(argument)) return `[${argument.map(textOf).join(', ')}]`;
  const entries = Object.entries(argument).map(([name, value]) => `${name}: ${textOf(value)}`);
  return `{ ${entries.join(', ')} }`;
}

/** Text in single quotes, as TypeScript has it. */
export function quote(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
