/** `npx tsx examples/captions/ask.ts`: type digits; each is taken from another hand, and the model files alone say what they read. */
import { createInterface } from 'node:readline';
import * as lo from 'lstm-onnx';
import { captionsOf, loadCaptioner } from './captioner.js';
import { picture } from './picture.js';
import { percent } from './print.js';
import { composeStrips } from './strips.js';

const { DATA, OUT = 'out', SEED = '1' } = process.env;
const { test } = await lo.loadMnist(DATA === undefined ? {} : { dir: DATA });
const random = new lo.Generator(Number(SEED));
await using captioner = await loadCaptioner(OUT);

console.log('Type one to five digits, such as 371, and Enter:');
for await (const line of createInterface({ input: process.stdin })) {
  const hands = Array.from(line.replaceAll(' ', ''), (digit) =>
    [...test.labels.data.keys()].filter((i) => `${test.labels.data[i]}` === digit),
  );
  if (hands.length < 1 || hands.length > 5 || !hands.every(({ length }) => length)) {
    console.log('These are not one to five digits.');
    continue;
  }
  const row = hands.map((hand) => hand[random.random32() % hand.length]!);
  const strip = composeStrips(test, [row], random);
  const [found] = await lo.generate(captioner, {
    source: { source: strip.images },
    maxLength: 8,
    beam: { width: 4, lengthPenalty: 0, nBest: 3 },
  });
  const texts = found!.map(
    ({ tokens, logProbability }) =>
      `${lo.decodeText(captioner.vocabulary, tokens)} (${percent(Math.exp(logProbability))})`,
  );
  console.log(texts.join(', '));
  const drawn = await picture(captioner, strip, await captionsOf(captioner, strip), [0]);
  await lo.writeFileAtomic(`${OUT}/asked.svg`, drawn);
}
console.log(`the last strip, and where the decoder looked: ${OUT}/asked.svg`);
