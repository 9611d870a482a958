/** Parameters: PyTorch's state dict, names to float32 arrays, with PyTorch's initialization. */
import { expectStateDict } from '../arguments.js';
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';
import { mustGet } from '../must-get.js';
import { sizeOf } from '../nd-array.js';
import { checkNetwork } from './check-network.js';
import type { NetworkNode } from './graph-builder.js';
import { inputTypes, type Network, valueTypes } from './network.js';
import type { OpName } from './ops/index.js';
import { ops } from './ops/index.js';
import { type Initializer, moduleOf, moduleParameter, type ParameterSpec, parameterName } from './ops/op.js';
import type { OpInputs } from './ops/op-inputs.js';
import { Generator } from './random.js';
import { formatShape, sameShape } from './shape.js';
import type { TensorType } from './tensor.js';

export interface Parameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Parameters by PyTorch's names (`lstm.weight_ih_l0`), in PyTorch's order. */
export type StateDict = ReadonlyMap<string, Parameter>;

function specsOf<K extends OpName>(
  node: NetworkNode<K>,
  inputs: OpInputs<TensorType>[K],
): readonly ParameterSpec[] {
  return ops[node.op].parameters?.(inputs, node.options) ?? [];
}

/** The names of the parameters that training moves by their gradients. */
export function trainedNames(network: Network): ReadonlySet<string> {
  return new Set(specsOfNetwork(network).flatMap(({ name, trained }) => (trained === false ? [] : [name])));
}

/** Name, shape and initializer of every parameter of the network, in the order in which PyTorch draws them. */
export function parameterSpecs(network: Network): ParameterSpec[] {
  checkNetwork('parameterSpecs', network);
  return specsOfNetwork(network);
}

/** {@link parameterSpecs} of a network that is known to be whole: without zod, which running a model does not load. */
export function specsOfNetwork(network: Network): ParameterSpec[] {
  const specs = new Map<string, ParameterSpec>();
  for (const { spec, name, own } of parameterUses(network)) {
    // A tied one begins as the tensor that it is tied to.
    if (name === own || !specs.has(name)) specs.set(name, { ...spec, name });
  }
  return [...specs.values()];
}

/** A parameter of a node. */
interface ParameterUse {
  readonly node: NetworkNode;
  readonly spec: ParameterSpec;
  /** Its name in the state dict. */
  readonly name: string;
  /** The name that it would have if it were tied to no other tensor. */
  readonly own: string;
}

/** The parameters of every node, in the order of definition; what nodes share is there again for each of them. */
export function parameterUses(network: Network): ParameterUse[] {
  const types = valueTypes(network);
  return network.nodes.flatMap((node) =>
    specsOf(node, inputTypes(node, types)).map((spec) => ({
      node,
      spec,
      name: parameterName(node, spec.name),
      own: moduleParameter(moduleOf(node), spec.name),
    })),
  );
}

/** The other names of tensors that layers are tied to: `decoder.weight` is `encoder.weight`. */
export function tiedNames(network: Network): ReadonlyMap<string, string> {
  const tied = parameterUses(network).filter(({ name, own }) => name !== own);
  return new Map(tied.map(({ name, own }) => [own, name]));
}

/**
 * The network's first parameters, equal to PyTorch's for the same modules built in the same order after
 * `torch.manual_seed(seed)`.
 *
 * @param seed an integer, or a generator to go on drawing from
 * @throws E_INVALID_OPTION for parameters that are too large for memory
 */
export function initParameters(network: Network, seed: number | bigint | Generator): StateDict {
  const generator = seed instanceof Generator ? seed : new Generator(seed);
  const specs = parameterSpecs(network);
  // PyTorch draws a module once, however often it is called, and a tied weight before it is replaced.
  const drawn = new Set<string>();
  const kept = new Map<string, Float32Array>();
  for (const { name, own, spec } of parameterUses(network)) {
    if (drawn.has(own)) continue;
    const data = drawNamed(name, spec.shape, spec.init, generator);
    drawn.add(own);
    if (name === own || !kept.has(name)) kept.set(name, data);
  }
  return new Map(specs.map(({ name, shape }) => [name, { shape, data: mustGet(kept, name, 'parameter') }]));
}

function drawNamed(
  name: string,
  shape: readonly number[],
  init: Initializer,
  generator: Generator,
): Float32Array {
  const count = sizeOf(shape);
  try {
    return draw(init, count, generator);
  } catch (error) {
    // JavaScript throws this for arrays that are too large.
    if (!(error instanceof RangeError)) throw error;
    const gigabytes = Math.ceil((count * Float32Array.BYTES_PER_ELEMENT) / 1e9).toLocaleString('en-US');
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The parameter '${name}' ${formatShape(shape)} would take ${gigabytes} GB, which does not fit in memory here; ` +
        'make the sizes of the network smaller, such as hiddenSize.',
      { cause: error },
    );
  }
}

function draw(init: Initializer, count: number, generator: Generator): Float32Array {
  switch (init.kind) {
    case 'uniform':
      return generator.uniform(count, -init.bound, init.bound);
    case 'normal':
      return generator.normal(count, init.mean, init.std);
    case 'constant':
      return new Float32Array(count).fill(init.value);
    case 'zeros':
      return new Float32Array(count);
    case 'ones':
      return new Float32Array(count).fill(1);
  }
}

/**
 * Checks that a state dict fits this network: no name missing, none too many, all shapes right.
 *
 * @throws E_SHAPE_MISMATCH listing every difference, as PyTorch's `load_state_dict` does
 */
export function checkParameters(network: Network, parameters: StateDict): void {
  checkNetwork('checkParameters', network);
  expectStateDict('checkParameters', parameters);
  const specs = parameterSpecs(network);
  const known = new Set(specs.map(({ name }) => name));
  const problems = [
    ...specs.flatMap(({ name, shape }) => {
      const given = parameters.get(name);
      if (!given) return [`'${name}' ${formatShape(shape)} is missing`];
      if (!sameShape(given.shape, shape)) {
        return [`'${name}' is ${formatShape(given.shape)}, expected ${formatShape(shape)}`];
      }
      return given.data.length === sizeOf(shape)
        ? []
        : [`'${name}' holds ${counted(given.data.length, 'number')}`];
    }),
    ...[...parameters.keys()].filter((name) => !known.has(name)).map((name) => `'${name}' is not expected`),
  ];
  if (problems.length > 0) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `The parameters do not fit the network: ${problems.join('; ')}.`,
    );
  }
}
