/** The activations that no cell of ONNX's has; pages load their part of the engine only for a model that has one. */
import type { ActivationFacts } from './activation-facts.js';

/** The largest number of float32. */
const MAX_FLOAT = 3.4028234663852886e38;

export const more = {
  /** beta x above 0, else alpha beta (e^x - 1) */
  selu: {
    onnx: 'Selu',
    alpha: 1.6732632423543772,
    beta: 1.0507009873554805,
    attributes: { beta: 'gamma' },
    pytorch: { selu: {} },
    keras: { selu: {} },
  },
  mish: {
    onnx: 'Mish',
    since: 18,
    formula: ['Mul', 'x', ['Tanh', ['Softplus', 'x']]],
    pytorch: { mish: {} },
    keras: { mish: {} },
  },
  /** x times the probability that a normal number is below it */
  gelu: {
    onnx: 'Gelu',
    since: 20,
    texts: { approximate: 'none' },
    // In the order in which onnxruntime finds it and makes it one kernel.
    formula: ['Mul', ['Mul', 'x', ['Add', ['Erf', ['Div', 'x', Math.SQRT2]], 1]], 0.5],
    pytorch: { gelu: {} },
    keras: { gelu: {} },
  },
  /** x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 */
  geluTanh: {
    onnx: 'Gelu',
    since: 20,
    texts: { approximate: 'tanh' },
    formula: [
      'Mul',
      [
        'Mul',
        'x',
        [
          'Add',
          [
            'Tanh',
            ['Mul', ['Add', 'x', ['Mul', ['Mul', ['Mul', 'x', 'x'], 'x'], 0.044715]], Math.sqrt(2 / Math.PI)],
          ],
          1,
        ],
      ],
      0.5,
    ],
    pytorch: { geluTanh: {} },
  },
  /** x sigmoid(alpha x) */
  silu: {
    onnx: 'Swish',
    since: 24,
    formula: ['Mul', 'x', ['Sigmoid', ['Mul', 'x', 'alpha']]],
    alpha: 1,
    pytorch: { silu: {} },
    keras: { silu: {}, swish: {} },
  },
  /** x above 0, else alpha (e^(x / alpha) - 1) */
  celu: { onnx: 'Celu', alpha: 1, pytorch: { celu: {} }, keras: { celu: {} } },
  /** From alpha to beta; gradients pass at the bounds, as in torch.clamp. */
  clip: {
    onnx: 'Clip',
    alpha: -MAX_FLOAT,
    beta: MAX_FLOAT,
    attributes: { alpha: 'min', beta: 'max' },
    asInputs: true,
  },
  /** From alpha to beta; no gradient passes at the bounds, as in torch.nn.Hardtanh. */
  hardtanh: {
    onnx: 'Clip',
    alpha: -1,
    beta: 1,
    attributes: { alpha: 'min', beta: 'max' },
    asInputs: true,
    pytorch: { hardtanh: {}, relu6: { alpha: 0, beta: 6 } },
    keras: { hard_tanh: {}, relu6: { alpha: 0, beta: 6 } },
  },
  logSigmoid: {
    formula: ['Neg', ['Softplus', ['Neg', 'x']]],
    pytorch: { logSigmoid: {} },
    keras: { log_sigmoid: {} },
  },
  tanhshrink: {
    formula: ['Sub', 'x', ['Tanh', 'x']],
    pytorch: { tanhshrink: {} },
    keras: { tanh_shrink: {} },
  },
  exp: { onnx: 'Exp', pytorch: { exp: {} }, keras: { exponential: {} } },
  log: { onnx: 'Log' },
  sqrt: { onnx: 'Sqrt' },
  abs: { onnx: 'Abs' },
  neg: { onnx: 'Neg' },
  reciprocal: { onnx: 'Reciprocal' },
  erf: { onnx: 'Erf' },
  /** x to the power of alpha */
  pow: { onnx: 'Pow', alpha: 1, asInputs: true },
  /** x max(0, min(1, x / 6 + 1 / 2)) */
  hardSwish: { onnx: 'HardSwish', pytorch: { hardSwish: {} }, keras: { hard_swish: {}, hard_silu: {} } },
} as const satisfies Readonly<Record<string, ActivationFacts>>;
