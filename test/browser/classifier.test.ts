/** A model file that classifies texts says in Chromium what it says in Node. */
import { expect, it } from 'vitest';
import { classifierOf, exportOnnx, initParameters, Model, vocabulary } from '../../src/index.js';
import { classifierMetadata } from '../../src/tasks/classifier.js';
import { classifierNetwork } from '../../src/tasks/classifier-network.js';
import '../matcher.js';
import { describeInChromium, Lab } from './lab.js';
import { bytesToBase64 } from './wire.js';

const texts = ['you have won a prize', 'lunch at noon', 'a PRIZE, for you! Now or never, at noon', 'zebra'];

describeInChromium('a classifier in Chromium', () => {
  it.each(['simd', 'wasm'] as const)('classifies as Node does, on %s', async (provider) => {
    const known = vocabulary(texts.slice(0, 3), { tokens: 'words', lowercase: true });
    const network = classifierNetwork({
      ...{ cell: 'lstm', tokens: known.tokens.length, classes: 2, embeddingDim: 6, hiddenSize: 5 },
      ...{ numLayers: 1, dropout: 0.5 },
    });
    const file = exportOnnx(network, initParameters(network, 3), {
      ...{ labels: ['ham', 'spam'], vocabularies: { tokens: known }, softmax: true },
      metadata: classifierMetadata({ maxLength: 8 }),
    });
    await using lab = await Lab.open();
    const { classes, found, notes } = await lab.page.evaluate(
      async ({ file, texts, provider }) => {
        const { lstmOnnx, withModel, base64ToBytes } = window.lab;
        return withModel(base64ToBytes(file), { providers: [provider] }, async (model) => {
          const classifier = lstmOnnx.classifierOf(model);
          const notes: string[] = [];
          const onNote = ({ text }: { text: string }) => notes.push(text);
          const all = await classifier.classify(texts, { batchSize: 3, onNote });
          const found = all.map((each) => ({ ...each, probabilities: [...each.probabilities] }));
          return { classes: classifier.classes, found, notes };
        });
      },
      { file: bytesToBase64(file), texts, provider },
    );
    expect(classes).toEqual(['ham', 'spam']);
    expect(notes).toEqual([expect.stringMatching(/^1 of \d+ tokens/), '1 text cut after 8 tokens.']);
    await using model = await Model.load(file, { providers: ['cpu'] });
    const expected = await classifierOf(model).classify(texts);
    expect(found.map(({ label }) => label)).toEqual(expected.map(({ label }) => label));
    for (const [i, { probabilities }] of expected.entries())
      expect(found[i]!.probabilities).toBeCloseToArray(probabilities, { atol: 1e-5 });
    expect(lab.problems).toEqual([]);
  });
});
