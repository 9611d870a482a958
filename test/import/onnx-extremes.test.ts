/** Max and Min of two tensors where one holds NaN, which is neither greater nor less than anything. */
import { expect, it } from 'vitest';
import { encodeModel } from '../../src/onnx/encode-model.js';
import { Model } from '../../src/runtime/node.js';
import { model, node, value } from '../onnx/broken-models.js';

it.each(['Max', 'Min'])('%s gives NaN where either tensor holds it, on simd as on cpu', async (op) => {
  const bytes = encodeModel(
    model([node(op, ['a', 'b'], ['y'])], {
      inputs: [value('a', [4]), value('b', [4])],
      outputs: [value('y', [4])],
    }),
  );
  const feeds = {
    a: { data: Float32Array.of(Number.NaN, 1, 2, 5), dims: [4] },
    b: { data: Float32Array.of(1, Number.NaN, 3, 4), dims: [4] },
  };
  for (const provider of ['cpu', 'simd'] as const) {
    await using opened = await Model.load(bytes, { providers: [provider], finite: 'allow' });
    const { y } = await opened.run(feeds);
    expect([...(y!.data as Float32Array)]).toEqual([
      Number.NaN,
      Number.NaN,
      ...(op === 'Max' ? [3, 5] : [2, 4]),
    ]);
  }
});
