/** `npx tsx examples/pronunciation/ask.ts`: type a word, and the model files say how it sounds. */
import { createInterface } from 'node:readline';
import { loadSpeaker } from './speaker.js';

const { OUT = 'out' } = process.env;
await using speaker = await loadSpeaker(OUT);

console.log('Type a word, and Enter:');
for await (const line of createInterface({ input: process.stdin })) {
  const word = line.trim().toLowerCase();
  if (!word) continue;
  const [found] = await speaker.speak([word], 4);
  console.log(found!.join(' '));
}
