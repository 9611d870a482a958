import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Generator } from '../../../src/builder/random.js';
import { adam, sgd } from '../../../src/builder/train/optimizers.js';
import { cosine, warmUp } from '../../../src/builder/train/schedules.js';
import {
  decodeTrainingState,
  encodeTrainingState,
  type TrainingState,
} from '../../../src/builder/train/training-state.js';
import { encodeSafetensors, parseSafetensors } from '../../../src/data/safetensors.js';
import { failureOf } from '../../data/failure.js';
import { damaged, damagedJson, fuzz } from '../../import/damage.js';

const tensor = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) });

const generator = new Generator(3);
generator.uniform(100, 0, 1);

const adamState: TrainingState = {
  epoch: 3,
  parameters: new Map([
    ['fc.weight', { shape: [2, 1], data: Float32Array.of(1, -0) }],
    ['fc.bias', tensor(Number.MIN_VALUE, 3.4e38)],
  ]),
  generator: generator.state,
  optimizer: {
    step: 42,
    slots: new Map([
      [
        'exp_avg',
        new Map([
          ['fc.weight', { shape: [2, 1], data: Float32Array.of(3, 4) }],
          ['fc.bias', tensor(5, 6)],
        ]),
      ],
      [
        'exp_avg_sq',
        new Map([
          ['fc.weight', { shape: [2, 1], data: Float32Array.of(7, 8) }],
          ['fc.bias', tensor(9, 10)],
        ]),
      ],
    ]),
  },
  best: {
    epoch: 2,
    value: 0.1,
    loss: 0.3,
    parameters: new Map([
      ['fc.weight', tensor(11, 12)],
      ['fc.bias', tensor(13, 14)],
    ]),
  },
  run: {
    seed: 7,
    batchSize: 16,
    shuffle: true,
    clipNorm: 0.5,
    optimizer: adam({ lr: warmUp({ over: 2, before: cosine({ from: 0.02, over: 9 }) }) }),
    scheduledFrom: { epoch: 1, step: 40 },
    samples: 640,
  },
  history: [
    { epoch: 1, lr: 0.02, loss: 0.5, metrics: {} },
    {
      epoch: 2,
      lr: 0.01,
      loss: 1e-30,
      metrics: { r2: Number.NaN },
      validation: { loss: 2, metrics: { r2: -Infinity } },
    },
  ],
};
const plainState: TrainingState = {
  run: { batchSize: 1, shuffle: false, optimizer: sgd({ lr: 0.1 }), samples: 1 },
  epoch: 0,
  parameters: new Map([['fc.bias', tensor(1)]]),
  generator: generator.state,
  optimizer: { step: 0, slots: new Map() },
};

/** The file of `adamState` with one thing changed. */
function altered(
  change: (file: {
    tensors: Map<
      string,
      ReturnType<typeof parseSafetensors>['tensors'] extends ReadonlyMap<string, infer T> ? T : never
    >;
    scalars: Record<string, unknown>;
  }) => void,
): Uint8Array {
  const { tensors, metadata } = parseSafetensors(encodeTrainingState(adamState));
  const file = { tensors: new Map(tensors), scalars: JSON.parse(metadata.get('lstm_onnx.training')!) };
  change(file);
  return encodeSafetensors(file.tensors, new Map([['lstm_onnx.training', JSON.stringify(file.scalars)]]));
}

describe('a training state', () => {
  it.each([
    ['with optimizer slots and a best epoch', adamState],
    ['without', plainState],
    ['of a version that kept no options', { ...adamState, run: undefined }],
  ])('comes back from its bytes: %s', (_, state) => {
    const back = decodeTrainingState(encodeTrainingState(state));
    expect(back).toEqual(state);
    expect(encodeTrainingState(back)).toEqual(encodeTrainingState(state));
  });

  it('keeps a history of 20,000 epochs', () => {
    const history = Array.from({ length: 20_000 }, (_, i) => ({
      epoch: i + 1,
      lr: 1 / 3,
      loss: 1 / (i + 3),
      metrics: { accuracy: 1 / 7 },
      validation: { loss: 1 / 3, metrics: { accuracy: 1 / 7 } },
    }));
    const back = decodeTrainingState(encodeTrainingState({ ...plainState, history }));
    expect(back.history).toEqual(history);
  });

  it('lets the generator go on where it was', () => {
    const back = Generator.fromState(decodeTrainingState(encodeTrainingState(adamState)).generator);
    expect(back.uniform(2000, 0, 1)).toEqual(Generator.fromState(adamState.generator).uniform(2000, 0, 1));
  });
});

describe('decodeTrainingState', () => {
  it.each([
    ['no bytes', new Uint8Array()],
    ['text', new TextEncoder().encode('not a training state at all')],
    ['another safetensors file', encodeSafetensors(new Map(), new Map())],
    ['a cut file', encodeTrainingState(adamState).subarray(0, -1)],
    ['no generator', altered(({ tensors }) => tensors.delete('generator'))],
    [
      'a generator of floats',
      altered(({ tensors }) =>
        tensors.set('generator', { dtype: 'float32', shape: [624], data: new Float32Array(624) }),
      ),
    ],
    ['another version', altered(({ scalars }) => (scalars.version = 2))],
    ['an epoch below 0', altered(({ scalars }) => (scalars.epoch = -1))],
    ['an epoch that is text', altered(({ scalars }) => (scalars.epoch = '3'))],
    ['no step', altered(({ scalars }) => delete scalars.step)],
    ['a best value that is none', altered(({ scalars }) => (scalars.best = { epoch: 1, value: null }))],
    ['a great many slots', altered(({ scalars }) => (scalars.slots = Array.from({ length: 1000 }, String)))],
    [
      'options of no optimizer',
      altered(({ scalars }) => (scalars.run = { ...adamState.run, optimizer: {} })),
    ],
    [
      'a schedule that is none',
      altered(
        ({ scalars }) =>
          (scalars.run = { ...adamState.run, optimizer: { ...adam(), lr: { kind: 'cosine' } } }),
      ),
    ],
    [
      'an epoch without a loss',
      altered(({ scalars }) => (scalars.history = [{ epoch: 1, lr: 1, metrics: {} }])),
    ],
    ['no samples', altered(({ scalars }) => (scalars.run = { ...adamState.run, samples: 0 }))],
    ['an unknown key', altered(({ scalars }) => (scalars.extra = 1))],
  ])('refuses %s', (_, bytes) => {
    expect(failureOf(() => decodeTrainingState(bytes)).code).toBe('E_INVALID_FILE');
  });

  it('says what is missing and which file to give', () => {
    expect(failureOf(() => decodeTrainingState(encodeSafetensors(new Map(), new Map()))).message).toBe(
      "The file is not a training state: it lacks the tensor 'generator' or the metadata 'lstm_onnx.training'. " +
        'Give the training.safetensors that a run of lstm-onnx left.',
    );
  });

  it('gives a state or a typed error for 10,000 damaged files', async () => {
    const bytes = encodeTrainingState(adamState);
    // Most of the file is the generator; the header is where damage matters.
    const header = 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const files = fc.oneof(
      damaged(bytes),
      damaged(bytes.slice(0, header)).map((start) => {
        const file = new Uint8Array(start.length + bytes.length - header);
        file.set(start);
        file.set(bytes.subarray(header), start.length);
        return file;
      }),
    );
    const answers = await fuzz(files, readAndWrite);
    expect(answers).toBeGreaterThan(100);
    expect(answers).toBeLessThan(9900);
  });

  it('gives a state or a typed error for 10,000 files with other values in their metadata', async () => {
    const { tensors, metadata } = parseSafetensors(encodeTrainingState(adamState));
    const files = damagedJson(JSON.parse(metadata.get('lstm_onnx.training')!)).map((text) =>
      encodeSafetensors(tensors, new Map([['lstm_onnx.training', text]])),
    );
    const answers = await fuzz(files, readAndWrite);
    expect(answers).toBeGreaterThan(100);
    expect(answers).toBeLessThan(9900);
  });
});

/** What is read must be a state, from which a run may go on. */
function readAndWrite(bytes: Uint8Array): void {
  encodeTrainingState(decodeTrainingState(bytes));
}
