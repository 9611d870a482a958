/** `npx tsx examples/names/ask.ts`: type a first name, and the model file says whether it is a woman's or a man's. */
import { createInterface } from 'node:readline';
import * as lo from 'lstm-onnx';
import { classify } from '../classifier.js';
import { spelled } from './first-names.js';

const { OUT = 'out' } = process.env;
await using model = await lo.Model.load(`${OUT}/names.onnx`);

console.log('Type a name, and Enter:');
for await (const line of createInterface({ input: process.stdin })) {
  const name = spelled(line);
  if (!name) continue;
  const [found] = await classify(model, [name]);
  console.log(`${found!.label} (${(100 * found!.probability).toFixed(1)} %)`);
}
