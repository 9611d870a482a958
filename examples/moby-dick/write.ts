/** `npx tsx examples/moby-dick/write.ts 'Call me '`: the model file alone writes on behind a prompt, as it goes. */
import * as lo from 'lstm-onnx';

const [prompt = 'Call me ', length = '400', temperature = '0.7'] = process.argv.slice(2);
const { OUT = 'out', SEED = '1' } = process.env;
await using model = await lo.Model.load(`${OUT}/moby-dick.onnx`);
const { tokens: vocabulary } = lo.vocabulariesOf(model.metadata);

process.stdout.write(prompt);
const steps = lo.generateSteps(model, {
  prompts: [[...lo.encodeText(vocabulary!, prompt)]],
  maxLength: Number(length),
  sample: { temperature: Number(temperature), seed: Number(SEED) },
  // A character of the prompt that the book does not have is read as unknown; none is written.
  forbidden: [vocabulary!.special.unknown!],
});
for await (const [sequence] of steps)
  process.stdout.write(lo.decodeText(vocabulary!, sequence!.tokens.slice(-1)));
process.stdout.write('\n');
