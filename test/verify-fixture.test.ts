import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../src/builder/network.js';
import { relu } from '../src/builder/ops/activations.js';
import { float32 } from '../src/builder/tensor.js';
import { encodeSafetensors } from '../src/data/safetensors.js';
import { exportOnnx } from '../src/export/export.js';
import { networkFromStateDict } from '../src/import/architecture.js';
import type { NdArray } from '../src/nd-array.js';
import { Model } from '../src/runtime/node.js';
import { readRecording, verifyRecording } from '../src/verify-fixture.js';
import { damaged, fuzz } from './import/damage.js';
import { type Name, pathOf, runsOf, stateDict } from './import/state-dicts.js';

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'LstmOnnxError', code, message: expect.stringMatching(message) });

function load(name: Name): Promise<Model> {
  const { network, parameters } = networkFromStateDict(stateDict(name), runsOf(name).options);
  return Model.load(exportOnnx(network, parameters), { providers: ['cpu'] });
}

describe('a recording', () => {
  it('has the inputs and outputs that record() kept', async () => {
    const { inputs, outputs } = await readRecording(readFileSync(pathOf('recorded.npz')));
    expect([...inputs].map(([name, { shape }]) => [name, shape])).toEqual([['x', [2, 4, 3]]]);
    expect([...outputs].map(([name, { shape }]) => [name, shape])).toEqual([['logits', [2, 5]]]);
  });

  it.each([
    ['of weights', readFileSync(pathOf('classifier.npz')), 'E_INVALID_FILE', /'fc\.bias'.*none called input/],
    ['of another format', new TextEncoder().encode('hello'), 'E_UNSUPPORTED', /neither \.npz nor/],
    [
      'of no inputs',
      encodeSafetensors(new Map([['output.y', { dtype: 'float32', shape: [0], data: new Float32Array() }]])),
      'E_INVALID_FILE',
      /'output\.y'/,
    ],
    ['that is cut off', readFileSync(pathOf('recorded.npz')).subarray(0, 400), 'E_INVALID_FILE', /zip/],
  ])('%s is refused', async (_, bytes, code, message) => {
    await expect(readRecording(bytes)).rejects.toThrow(refused(code, message));
  });

  it('is read or refused with a typed error, however the file is damaged', async () => {
    const whole = await readRecording(readFileSync(pathOf('recorded.npz')));
    const tensors = [
      ...[...whole.inputs].map(([name, array]) => [`input.${name}`, array] as const),
      ...[...whole.outputs].map(([name, array]) => [`output.${name}`, array] as const),
    ];
    const files = [readFileSync(pathOf('recorded.npz')), encodeSafetensors(new Map(tensors))];
    for (const file of files) {
      const answers = await fuzz(damaged(file), readRecording);
      expect(answers).toBeGreaterThan(30);
      expect(answers).toBeLessThan(9900);
    }
  });

  it("is compared output by output, ids in PyTorch's int64 too", async () => {
    await using model = await load('embedding');
    const { inputs, outputs } = runsOf('embedding').runs[0]!;
    const x = inputs.get('x')!;
    const ids: NdArray = { dtype: 'int64', shape: x.shape, data: BigInt64Array.from(x.data, BigInt) };
    const [batch, time] = x.shape;
    const [comparison] = await verifyRecording(model, { inputs: new Map([['x', ids]]), outputs });
    expect(comparison).toMatchObject({ output: 'logits', batch, time });
    expect(comparison!.maxAbs).toBeLessThanOrEqual(5e-6);
  });

  it('has the sizes of the dimensions that the model names, and no others', async () => {
    const image = defineNetwork({ image: float32('batch', 'width') }, ({ image }) => ({ y: relu(image) }));
    await using model = await Model.load(exportOnnx(image, new Map()), { providers: ['cpu'] });
    const x: NdArray = { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
    const recording = { inputs: new Map([['image', x]]), outputs: new Map([['y', x]]) };
    expect(await verifyRecording(model, recording)).toEqual([
      { output: 'y', batch: 2, maxAbs: 0, maxUlp: 0, scale: 6 },
    ]);
  });

  it('may be of float64, and of some of the outputs', async () => {
    await using model = await load('no-head');
    const { inputs, outputs } = runsOf('no-head').runs[0]!;
    const { shape, data } = outputs.get('cn')!;
    const cn: NdArray = { dtype: 'float64', shape, data: Float64Array.from(data, Number) };
    const comparisons = await verifyRecording(model, { inputs, outputs: new Map([['cn', cn]]) });
    expect(comparisons).toHaveLength(1);
    expect(comparisons[0]!.maxAbs).toBeLessThanOrEqual(5e-6);
  });

  it('of outputs that the model does not have is refused', async () => {
    await using model = await load('classifier');
    const recording = await readRecording(readFileSync(pathOf('recorded.npz')));
    const outputs = new Map([['scores', recording.outputs.get('logits')!]]);
    await expect(verifyRecording(model, { ...recording, outputs })).rejects.toThrow(
      refused('E_UNKNOWN_NAME', /outputs 'scores', the model 'logits'/),
    );
  });
});
