import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { startBackend } from '../../../src/builder/backends/backend.js';
import { registerSimdBackend } from '../../../src/builder/backends/simd/backend.js';
import type { StateDict } from '../../../src/builder/parameters.js';
import { initParameters } from '../../../src/builder/parameters.js';
import { predict } from '../../../src/builder/predict.js';
import { evaluate } from '../../../src/builder/train/evaluate.js';
import { fit as train } from '../../../src/builder/train/fit.js';
import { bitsOf, classifier, options, sequences } from '../train/small.js';

const data = sequences(32);
const fixed = initParameters(classifier, 7);
const feeds = { x: data.inputs.x as never };

/** What a training, an evaluation or a prediction gives, bit for bit. */
const works = {
  async fit(backend: string) {
    const { parameters, history } = await train(classifier, data, { ...options, epochs: 2, backend });
    return { parameters: bitsOf(parameters), history };
  },
  evaluate: (backend: string) => evaluate(classifier, fixed, data, { loss: options.loss, backend }),
  async predict(backend: string) {
    const predictions = await predict(classifier, fixed, feeds, { backend });
    return bitsOf(new Map(Object.entries(predictions)) as StateDict);
  },
};
type Work = keyof typeof works;

const backends = ['simd:1', 'simd:2', 'simd', 'simd plain', 'wasm', 'cpu'];
const pairs = backends.flatMap((first, i) => backends.slice(i).map((second) => [first, second] as const));

const alone = new Map<string, Promise<unknown>>();
function resultAlone(work: Work, backend: string): Promise<unknown> {
  const key = `${work} ${backend}`;
  const known = alone.get(key) ?? works[work](backend);
  alone.set(key, known);
  return known;
}

async function expectAsAlone(tasks: readonly (readonly [Work, string])[]) {
  const together = await Promise.all(tasks.map(([work, backend]) => works[work](backend)));
  for (const [i, [work, backend]] of tasks.entries()) {
    expect(together[i], `${work} on ${backend}`).toEqual(await resultAlone(work, backend));
  }
}

/** As before their first use; the library knows its own by their registration, which stays. */
function forget(names: readonly string[]) {
  for (const name of names) delete tf.engine().registry[name];
}

// First in this file, so that none of them has run before.
it('all backends train at once from their first use on as each does alone', async () => {
  const others = backends.filter((name) => name !== 'simd plain');
  await expectAsAlone(others.map((backend) => ['fit', backend] as const));
  for (const backend of others) {
    const { history } = await works.fit(backend);
    expect(history[0]!.loss, backend).not.toBe(history[1]!.loss);
  }
});

describe.each(pairs)('%s and %s at once', (first, second) => {
  it('give what each gives alone, at their first use and later', async () => {
    await registerSimdBackend((await startBackend('cpu')).tf, 'simd plain', { threads: 1, simd: 'plain' });
    for (const work of ['fit', 'evaluate', 'predict'] as const) {
      await resultAlone('fit', first);
      await resultAlone(work, second);
      forget([first, second]);
      await expectAsAlone([
        ['fit', first],
        [work, second],
      ]);
      await expectAsAlone([
        [work, second],
        ['fit', first],
      ]);
    }
  });
});
