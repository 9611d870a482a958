import { expect, it, vi } from 'vitest';
import { startBackend } from '../../src/builder/backends/backend.js';
import { ownLayers } from '../../src/builder/backends/own-layers.js';
import { cellLayers } from '../../src/builder/forward/cell-layers.js';
import { defineNetwork } from '../../src/builder/network.js';
import { gru } from '../../src/builder/ops/gru.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { rnn } from '../../src/builder/ops/rnn.js';
import { float32, type SymbolicTensor } from '../../src/builder/tensor.js';

const x = float32('batch', 'time', 2);

function optionsOf(
  build: (x: SymbolicTensor<'float32', ['batch', 'time', 2]>) => { output: SymbolicTensor },
) {
  const network = defineNetwork({ x }, (inputs) => ({ output: build(inputs.x as never).output }));
  return network.nodes[0]!.options;
}

it("leaves out activations that are PyTorch's own", () => {
  const hiddenSize = 3;
  const given = [
    optionsOf((x) => lstm('l', x, { hiddenSize, activations: { gates: 'sigmoid', cell: { name: 'tanh' } } })),
    optionsOf((x) => gru('g', x, { hiddenSize, activations: { hidden: 'tanh' } })),
    optionsOf((x) => gru('g', x, { hiddenSize, activations: {} })),
    optionsOf((x) => rnn('r', x, { hiddenSize, nonlinearity: 'tanh' })),
  ];
  for (const options of given) expect(options).not.toHaveProperty('activations');
});

it('keeps others, with those of the places that are not named', () => {
  const options = optionsOf((x) => gru('g', x, { hiddenSize: 3, activations: { hidden: 'relu' } }));
  expect(options).toHaveProperty('activations', { gates: { name: 'sigmoid' }, hidden: { name: 'relu' } });
});

it('refuses in a cell what no cell of ONNX has', () => {
  const activations = { hidden: 'selu' as never };
  expect(() => optionsOf((x) => gru('g', x, { hiddenSize: 3, activations }))).toThrow(
    /^g \(gru\): activations\.hidden\.name is selu: Invalid option: expected one of "relu"\|"tanh"/,
  );
});

it("computes on the backend's own layer where a definition names PyTorch's activations", async () => {
  const { tf } = await startBackend('simd:1');
  const own = ownLayers(tf) as Required<ReturnType<typeof ownLayers>>;
  const spies = [vi.spyOn(own, 'lstmDirections'), vi.spyOn(own, 'gruDirections')];
  const [gates, cell, hidden] = [{ name: 'sigmoid' }, { name: 'tanh' }, { name: 'tanh' }] as const;
  const options = { hiddenSize: 1, numLayers: 1, bidirectional: false, bias: false, dropout: 0 };
  const whole = { ...options, batchFirst: true };
  const attributes = { batchFirst: true, reverse: false, wantOutput: true, training: false };
  tf.tidy(() => {
    const of = (rows: number) => ({
      x: tf.ones([1, 2, 1]),
      mask: undefined,
      lengths: undefined,
      initial: [],
      parameter: () => tf.ones([rows, 1]),
    });
    cellLayers.lstm(tf, [{ inputs: of(4), attributes }], { ...whole, activations: { gates, cell, hidden } });
    cellLayers.gru(tf, [{ inputs: of(3), attributes }], {
      ...whole,
      resetAfter: true,
      activations: { gates, hidden },
    });
  });
  for (const spy of spies) expect(spy).toHaveBeenCalledOnce();
  vi.restoreAllMocks();
});
