/** What tests of Train here do over and over: start a run, read its result, and count what its file gets right. */
import { Model } from '../../../src/runtime/node.js';
import type { Visit } from './visit.js';

interface RunOptions {
  readonly hiddenSize: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
}

/** Types the options in and presses Start. */
export async function start(visit: Visit, options: RunOptions): Promise<void> {
  await fillIn(visit, options);
  await visit.page.locator('#start').click();
}

/** A run that pauses before the page has taken notice of many steps. */
export async function startPaused(visit: Visit, options: RunOptions): Promise<void> {
  await fillIn(visit, options);
  // In one task: whoever clicks when a step has been shown may come when the last one is over.
  await visit.page.evaluate(() => {
    document.getElementById('start')?.click();
    document.getElementById('pause')?.click();
  });
  await visit.reads('#status', 'Paused.');
}

async function fillIn({ page }: Visit, options: RunOptions): Promise<void> {
  await page.locator('#hidden-size').fill(String(options.hiddenSize));
  await page.locator('#epochs').fill(String(options.epochs));
  await page.locator('#batch-size').fill(String(options.batchSize));
  await page.locator('#seed').fill(String(options.seed));
}

/** How many of the test samples the page counts as right. */
export async function testedCount(visit: Visit): Promise<number> {
  const [, right = ''] = /: ([\d,]+) of [\d,]+ samples/.exec(await visit.text('#test-result')) ?? [];
  return Number(right.replace(',', ''));
}

/** How many samples a model classifies right in Node. */
export async function correctOf(
  onnx: Uint8Array,
  x: { readonly data: Float32Array; readonly dims: readonly number[] },
  classes: ArrayLike<number>,
): Promise<{ right: number; metadata: ReadonlyMap<string, string> }> {
  await using model = await Model.load(onnx, { providers: ['cpu'] });
  const { logits } = await model.run({ x });
  const [samples = 0, outputs = 0] = logits!.dims;
  const scores = logits!.data as Float32Array;
  let right = 0;
  for (let i = 0; i < samples; i++) {
    const row = scores.subarray(i * outputs, (i + 1) * outputs);
    if (row.indexOf(Math.max(...row)) === classes[i]) right++;
  }
  return { right, metadata: model.metadata };
}
