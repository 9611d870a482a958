/**
 * Names for the modules of an imported graph: PyTorch's where the initializers still have them (`fc.weight`), else what
 * is in the node's name (`/encoder/lstm/LSTM`), each once. Inputs keep their names where a network takes them.
 */
import { isInputName } from '../../builder/graph-builder.js';
import type { OnnxNode } from '../../onnx/graph.js';

/** Roles of the parameters in PyTorch's names, and of the initializers that this library writes. */
const parameterRoles = /^(.+)\.(?:weight_(?:ih|hh)|bias_(?:ih|hh)|weight_peephole)_l(\d+)(?:_reverse)?$/;
const moduleRoles = /^(.+)\.(?:weight|bias|weight_transposed)$/;
const writtenRoles = /^(.+)\.l(\d+)\.(?:W|R|B|P|project|unproject)$/;

/** A longer name is none that anybody reads; a file can have names of megabytes. */
const MAX_LENGTH = 200;

/** What libraries call the learned numbers of a normalization. */
const learnedRoles = /(?:^|[./])(?:weight|bias|gamma|beta)(?::\d+)?$/;

/** Whether an initializer is called as a parameter that is learned, rather than after its place in the file. */
export function isCalledLearned(origin: string): boolean {
  return learnedRoles.test(origin);
}

/** Hands out each name once. */
export class Names {
  readonly #taken = new Set<string>();
  readonly #counts = new Map<string, number>();

  /** The name itself, or with a number behind it where it is taken. */
  claim(name: string): string {
    if (this.#taken.has(name)) return this.numbered(name);
    this.#taken.add(name);
    return name;
  }

  /**
   * What a module is called: after the first initializer that tells and is not another module's, which has tied it, else after its
   * node.
   */
  claimModule(origins: readonly string[], node: OnnxNode, fallback: string): string {
    const told = origins.flatMap((origin) => moduleOfOrigin(origin) ?? []);
    const name = told.find((module) => !this.#taken.has(module)) ?? told[0] ?? fromNode(node, fallback);
    return this.claim(name);
  }

  /** The first free one of `relu_1`, `relu_2`, ... */
  numbered(base: string): string {
    let number = this.#counts.get(base) ?? 1;
    while (this.#taken.has(`${base}_${number}`)) number++;
    this.#counts.set(base, number + 1);
    this.#taken.add(`${base}_${number}`);
    return `${base}_${number}`;
  }
}

/** A name of identifiers and dots, as networks have them. */
export function identifier(text: string): string {
  const parts = text.slice(0, MAX_LENGTH).split('.');
  const words = parts.map((part) => part.replaceAll(/\W+/g, '_')).filter((part) => part !== '');
  const name = words.join('.');
  // `__proto__` as a key of a plain object would be something else than a name.
  return /^[A-Za-z_]/.test(name) && name !== '__proto__' ? name : `_${name}`;
}

/** An input's name: its own, but for one that a network does not take. */
export function inputName(text: string): string {
  return text.length <= MAX_LENGTH && isInputName(text) ? text : identifier(text);
}

/** The module that an initializer is of, where its name tells. */
function moduleOfOrigin(origin: string): string | undefined {
  const layered = parameterRoles.exec(origin) ?? writtenRoles.exec(origin);
  if (layered) return identifier(layered[2] === '0' ? `${layered[1]}` : `${layered[1]}_l${layered[2]}`);
  const [, module] = moduleRoles.exec(origin) ?? [];
  return module === undefined ? undefined : identifier(module);
}

/** Path segments that say nothing of the model: tf2onnx's calls of functions. */
const callSegment = /^(?:Stateful)?PartitionedCall(?:_\d+)?$/;

/**
 * `/encoder/lstm/LSTM_1` is an LSTM of `encoder.lstm`; newer exporters of torch say `node_lstm__2`, tf2onnx
 * `sequential/lstm/PartitionedCall/LSTM__30`.
 */
function fromNode({ name, opType }: OnnxNode, fallback: string): string {
  const path = name
    .slice(0, MAX_LENGTH)
    .replace(/^node_/, '')
    .split('/')
    .filter((part) => part !== '' && !callSegment.test(part));
  const last = path.at(-1) ?? '';
  if (last.replace(/_+\d+$/, '') === opType) path.pop();
  return path.length === 0 ? fallback : identifier(path.join('.').replace(/__\d+$/, ''));
}
