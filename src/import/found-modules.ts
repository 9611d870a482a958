/**
 * Every module of a state dict, in its order, by what the names and shapes of its tensors tell: kind and sizes. What looks like
 * two things is said to.
 */
import type { Parameter, StateDict } from '../builder/parameters.js';
import { formatShape } from '../builder/shape.js';
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';
import { dim } from '../nd-array.js';
import { withLayerNumbers } from './cell-modules.js';
import { matrixOf } from './choose-matrices.js';
import {
  bareNameOf,
  groupModules,
  type ModuleTensors,
  parameterNameOf,
  quoteName,
  splitName,
} from './modules.js';
import { describeRecurrent, inferRecurrent, type RecurrentModule } from './recurrent-module.js';
import { kindNameOf } from './unread-modules.js';

/** A matrix: a linear layer, or an embedding, which has no bias. */
export interface FoundMatrix {
  readonly kind: 'matrix';
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly bias: boolean;
}

export interface FoundRecurrent {
  readonly kind: 'recurrent';
  readonly name: string;
  readonly layer: RecurrentModule;
  /** Whether it is a cell, such as nn.LSTMCell, read as a layer. */
  readonly isCell: boolean;
}

export interface FoundConvolution {
  readonly kind: 'convolution';
  readonly name: string;
  /** The first two dimensions of the weight: channels of the result and, of each group, of what it reads; a transposed one has them the other way round. */
  readonly channels: readonly [number, number];
  /** One entry for each axis that it goes over. */
  readonly kernelSize: readonly number[];
  /** The length of the bias, which is the channels of the result; 0 without one. */
  readonly bias: number;
  /** The length of the bias tells, where there is one and the two numbers of channels are not the same. */
  readonly transposed: boolean | undefined;
}

export interface FoundNorm {
  /** `batchNorm` has running statistics; of the others, which look the same, the shape of the weight is known. */
  readonly kind: 'batchNorm' | 'norm';
  readonly name: string;
  readonly shape: readonly number[];
  readonly affine: boolean;
}

/** A tensor in no layer that is known. */
export interface FoundParameter {
  readonly kind: 'parameter';
  /** That of the tensor. */
  readonly name: string;
  readonly shape: readonly number[];
  /** What the module of the tensor looks like: `a PReLU or RMSNorm`. */
  readonly looksLike: string | undefined;
  /** Whether it may be the weight of a PReLU. */
  readonly isPrelu: boolean;
}

export type FoundModule = FoundMatrix | FoundRecurrent | FoundConvolution | FoundNorm | FoundParameter;

/** @throws E_UNSUPPORTED for recurrent tensors that are not all of one module */
export function findModules(state: StateDict): FoundModule[] {
  return modulesOf(state, (module) => [inferRecurrent(module)]);
}

/** As {@link findModules}, without the recurrent modules that are not read. */
export function readableModules(state: StateDict): FoundModule[] {
  return modulesOf(state, (module) => {
    try {
      return [inferRecurrent(module)];
    } catch (error) {
      if (error instanceof LstmOnnxError) return [];
      throw error;
    }
  });
}

function modulesOf(
  state: StateDict,
  read: (module: ModuleTensors) => readonly RecurrentModule[],
): FoundModule[] {
  const { parameters, cells } = withLayerNumbers(state);
  const { recurrent, matrices, others } = groupModules(parameters);
  const bare = bareNameOf(parameters);
  const names = new Set([...parameters.keys()].map((name) => splitName(name).module));
  return [...names].flatMap((name): FoundModule[] => {
    const layer = recurrent.get(name);
    const matrix = matrices.get(name);
    const other = others.get(name);
    return [
      ...(layer ? read(layer) : []).map((module) => {
        return { kind: 'recurrent', name, layer: module, isCell: cells.has(name) } as const;
      }),
      ...(matrix ? [{ kind: 'matrix', ...matrixOf(matrix) } as const] : []),
      ...(other
        ? [
            otherModule(other) ?? parametersOf(other, (own) => parameterNameOf(fullName(name, own), bare)),
          ].flat()
        : []),
    ];
  });
}

const fullName = (module: string, own: string) => (module === '' ? own : `${module}.${own}`);

function parametersOf(module: ModuleTensors, nameOf: (own: string) => string): FoundParameter[] {
  const looksLike = kindNameOf(module);
  return [...module.tensors].map(([own, { shape }]) => ({
    kind: 'parameter',
    name: nameOf(own),
    shape,
    looksLike,
    isPrelu: own === 'weight' && module.tensors.size === 1 && module.name !== '',
  }));
}

/** Undefined where the tensors are those of no layer that is known. */
function otherModule({ name, tensors }: ModuleTensors): FoundConvolution | FoundNorm | undefined {
  const weight = tensors.get('weight');
  const bias = tensors.get('bias');
  const hasOnly = (...known: string[]) => [...tensors.keys()].every((own) => known.includes(own));
  const mean = tensors.get('running_mean');
  if (mean && tensors.has('running_var')) {
    const isNorm = hasOnly('weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked');
    return isNorm ? { kind: 'batchNorm', name, shape: mean.shape, affine: weight !== undefined } : undefined;
  }
  if (name === '' || !weight || !hasOnly('weight', 'bias')) return undefined;
  if (bias && String(bias.shape) === String(weight.shape)) {
    return { kind: 'norm', name, shape: weight.shape, affine: true };
  }
  return [3, 4].includes(weight.shape.length) ? convolutionOf(name, weight, bias) : undefined;
}

function convolutionOf(name: string, weight: Parameter, bias: Parameter | undefined): FoundConvolution {
  const channels = [dim(weight.shape, 0), dim(weight.shape, 1)] as const;
  const results = bias?.shape[0];
  const isSame = results === channels[0] && channels[0] === channels[1];
  const transposed = results === undefined || isSame ? undefined : results !== channels[0];
  return {
    kind: 'convolution',
    name,
    channels,
    kernelSize: weight.shape.slice(2),
    bias: results ?? 0,
    transposed,
  };
}

/** `layer 'fc' (Linear, 6 to 3 features)`: kind, name and sizes, in one line. */
export function describeModule(module: FoundModule): string {
  switch (module.kind) {
    case 'recurrent':
      return `recurrent layer ${describeRecurrent(module.layer)}`;
    case 'matrix': {
      const { rows, columns, bias } = module;
      return `layer ${quoteName(module.name)} (${bias ? 'Linear' : 'Linear without bias, or Embedding'}, weight ${formatShape([rows, columns])})`;
    }
    case 'convolution': {
      const { channels, kernelSize, transposed } = module;
      const [given, read] = transposed ? channels.toReversed() : channels;
      const kind = `${transposed ? 'ConvTranspose' : 'Conv'}${kernelSize.length}d`;
      const unsure = transposed === undefined ? ', or its transpose' : '';
      return `layer ${quoteName(module.name)} (${kind}${unsure}, ${read} to ${counted(given ?? 0, 'channel')}, kernel ${kernelSize.join('x')})`;
    }
    case 'batchNorm':
      return `layer ${quoteName(module.name)} (BatchNorm, ${counted(dim(module.shape, 0), 'feature')})`;
    case 'norm':
      return `layer ${quoteName(module.name)} (LayerNorm, GroupNorm or InstanceNorm, weight ${formatShape(module.shape)})`;
    case 'parameter': {
      const like = module.looksLike === undefined ? '' : `, of ${module.looksLike}`;
      return `parameter ${quoteName(module.name)} ${formatShape(module.shape)}${like}`;
    }
  }
}
