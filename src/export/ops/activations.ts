/** Activations: one ONNX node each, or a few where ONNX has no node for it. */
import type { ActivationConstants, ActivationFacts, Formula } from '../../builder/activation-facts.js';
import { constantsOf, factsOf } from '../../builder/activations.js';
import { mustHave } from '../../must-get.js';
import { type Emitter, float, int } from '../emitter.js';
import type { Lowering } from '../lowering.js';

export const lowerActivation: Lowering<'activation'> = ({ name, options }, { emitter, inputs, opset }) => {
  const facts = factsOf(options.name);
  const constants = constantsOf(options);
  const { onnx, formula, since = Number.POSITIVE_INFINITY } = facts;
  const x = inputs.x.name;
  if (formula !== undefined && opset < since) {
    return { output: { name: writtenOut(formula, emitter, name, { x, ...constants }) } };
  }
  const attributes = attributesOf(facts, constants);
  return { output: { name: emitter.emit(mustHave(onnx, 'an operator'), [x], { name, attributes }) } };
};

function attributesOf({ attributes }: ActivationFacts, { alpha, beta }: ActivationConstants) {
  return {
    ...(alpha === undefined ? {} : { [attributes?.alpha ?? 'alpha']: float(alpha) }),
    ...(beta === undefined ? {} : { [attributes?.beta ?? 'beta']: float(beta) }),
  };
}

/** The name of the formula's result; what adds nothing is left out. */
function writtenOut(
  formula: Formula,
  emitter: Emitter,
  name: string,
  given: { readonly x: string } & ActivationConstants,
): string {
  if (formula === 'x') return given.x;
  if (formula === 'alpha' || formula === 'beta') {
    const value = mustHave(given[formula], formula);
    return emitter.initializer(`${name}.${formula}`, scalar(value));
  }
  if (typeof formula === 'number') return emitter.initializer(`${name}.constant`, scalar(formula));
  const [operator, a, b] = formula;
  const first = writtenOut(a, emitter, name, given);
  if (b === undefined) return emitter.emit(operator, [first], { name });
  if (operator === 'Add' && b === 'beta' && given.beta === 0) return first;
  return emitter.emit(operator, [first, writtenOut(b, emitter, name, given)], { name });
}

function scalar(value: number) {
  return { dtype: 'float32', shape: [], data: Float32Array.of(value) } as const;
}

/** For an op that is an activation without constants. */
function plain<K extends 'relu' | 'tanh' | 'sigmoid'>(name: K): Lowering<K> {
  const operator = mustHave(factsOf(name).onnx, 'an operator');
  return ({ name: node }, { emitter, inputs }) => ({
    output: { name: emitter.emit(operator, [inputs.x.name], { name: node }) },
  });
}

function alongAxis(opType: string): Lowering<'softmax' | 'logSoftmax'> {
  return ({ name, options }, context) => ({
    output: {
      name: context.emitter.emit(opType, [context.inputs.x.name], {
        name,
        attributes: { axis: int(options.axis) },
      }),
    },
  });
}

export const lowerRelu = plain('relu');
export const lowerTanh = plain('tanh');
export const lowerSigmoid = plain('sigmoid');
export const lowerSoftmax = alongAxis('Softmax');
export const lowerLogSoftmax = alongAxis('LogSoftmax');
