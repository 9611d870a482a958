/** Activations: one ONNX node each, or a few where ONNX has no node for it. */
import type { ActivationConstants, ActivationFacts, Formula } from '../../builder/activation-facts.js';
import { constantsOf, factsOf } from '../../builder/activations.js';
import { mustHave } from '../../must-get.js';
import { type Emitter, float, int, string } from '../emitter.js';
import type { Lowering } from '../lowering.js';
import { replaced, steps } from './reduce.js';

export const lowerActivation: Lowering<'activation'> = ({ name, options }, { emitter, inputs, opset }) => {
  const facts = factsOf(options.name);
  const constants = constantsOf(options);
  const { onnx, formula, since = Number.POSITIVE_INFINITY } = facts;
  const x = inputs.x.name;
  if (formula !== undefined && opset < since) {
    return { output: { name: writtenOut(formula, emitter, name, { x, ...constants }) } };
  }
  const operator = mustHave(onnx, 'an operator');
  if (facts.asInputs) {
    const others = [constants.alpha ?? [], constants.beta ?? []]
      .flat()
      .map((value) => emitter.initializer(`${name}.constant`, scalar(value)));
    return { output: { name: emitter.emit(operator, [x, ...others], { name }) } };
  }
  const attributes = attributesOf(facts, constants);
  return { output: { name: emitter.emit(operator, [x], { name, attributes }) } };
};

function attributesOf({ attributes, texts = {} }: ActivationFacts, { alpha, beta }: ActivationConstants) {
  return {
    ...(alpha === undefined ? {} : { [attributes?.alpha ?? 'alpha']: float(alpha) }),
    ...(beta === undefined ? {} : { [attributes?.beta ?? 'beta']: float(beta) }),
    ...Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, string(text)])),
  };
}

/** The name of the formula's result; products with a constant of 1 and sums with one of 0 are left out. */
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
  const constant = b === 'alpha' || b === 'beta' ? given[b] : undefined;
  if ((operator === 'Mul' && constant === 1) || (operator === 'Add' && constant === 0)) return first;
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

/** With lengths the scores beyond them are minus infinity, whose exponential is exactly 0. */
export const lowerSoftmax: Lowering<'softmax'> = ({ name, options }, context) => {
  const { emitter } = context;
  const { x, mask } = steps(name, options, context);
  const kept = mask ? replaced(emitter, mask, x, Number.NEGATIVE_INFINITY, name) : x;
  const attributes = { axis: int(options.axis) };
  return { output: { name: emitter.emit('Softmax', [kept], { name, attributes }) } };
};

export const lowerLogSoftmax: Lowering<'logSoftmax'> = ({ name, options }, { emitter, inputs }) => {
  const attributes = { axis: int(options.axis) };
  return { output: { name: emitter.emit('LogSoftmax', [inputs.x.name], { name, attributes }) } };
};

export const lowerRelu = plain('relu');
export const lowerTanh = plain('tanh');
export const lowerSigmoid = plain('sigmoid');
