/** `npx tsx examples/spam/ask.ts`: type a line, and the model file says whether it is spam. */
import { createInterface } from 'node:readline';
import * as lo from 'lstm-onnx';
import { classify } from '../classifier.js';
import { plainWords } from './mails.js';

const { OUT = 'out' } = process.env;
await using model = await lo.Model.load(`${OUT}/spam.onnx`);

console.log('Type a line, and Enter:');
for await (const line of createInterface({ input: process.stdin })) {
  const text = plainWords(line);
  if (!text.trim()) continue;
  const [found] = await classify(model, [text]);
  console.log(`${found!.label} (${(100 * found!.probability).toFixed(1)} %)`);
}
