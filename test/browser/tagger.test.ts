/** A tagger that is trained and run in Chromium gives the tags that Node finds of its model file. */
import { expect, it } from 'vitest';
import { Model } from '../../src/runtime/node.js';
import { taggerOf } from '../../src/tagging/tagger.js';
import { describeInChromium, Lab } from './lab.js';
import { base64ToBytes } from './wire.js';

const feeds = {
  tokens: { data: [1, 2, 3, 1, 3, 0], dims: [2, 3] },
  lengths: { data: [3, 2], dims: [2] },
};

describeInChromium('a tagger in Chromium', () => {
  it.each(['simd', 'wasm'] as const)('learns, and tags as Node does, on %s', async (provider) => {
    await using lab = await Lab.open();
    const { file, loss, found } = await lab.page.evaluate(
      async ({ feeds, provider }) => {
        const { lstmOnnx, withModel, bytesToBase64 } = window.lab;
        const { crf, crfNll, embedding, int32, linear, lstm, masked } = lstmOnnx;
        const network = lstmOnnx.defineNetwork(
          { tokens: int32('batch', 'time'), lengths: int32('batch') },
          ({ tokens, lengths }) => {
            const x = embedding('emb', tokens, { numEmbeddings: 4, embeddingDim: 4 });
            const { output } = lstm('lstm', x, { hiddenSize: 4, bidirectional: true, lengths });
            return { emissions: crf('crf', linear('fc', output, 3)) };
          },
        );
        const sequences = [Int32Array.of(1, 2, 3), Int32Array.of(1, 3)];
        const data = lstmOnnx.raggedDataset({
          inputs: { tokens: { sequences, lengths: 'lengths' } },
          targets: { sequences: [Int32Array.of(1, 2, 0), Int32Array.of(1, 0)] },
        });
        const { parameters, history } = await lstmOnnx.fit(network, data, {
          loss: masked(crfNll, { lengths: 'lengths' }),
          optimizer: lstmOnnx.adam({ lr: 0.05 }),
          epochs: 60,
        });
        const onnx = lstmOnnx.exportOnnx(network, parameters, { labels: ['O', 'B-A', 'I-A'] });
        const found = await withModel(onnx, { providers: [provider] }, (model) =>
          lstmOnnx.taggerOf(model, { bio: true }).tag(feeds),
        );
        return { file: bytesToBase64(onnx), loss: history.at(-1)!.loss, found };
      },
      { feeds, provider },
    );
    expect(loss).toBeLessThan(0.1);
    expect(found.map(({ labels }) => labels)).toEqual([
      ['B-A', 'I-A', 'O'],
      ['B-A', 'O'],
    ]);
    await using model = await Model.load(base64ToBytes(file), { providers: ['cpu'] });
    expect(await taggerOf(model, { bio: true }).tag(feeds)).toEqual(found);
    expect(lab.problems).toEqual([]);
  });
});
