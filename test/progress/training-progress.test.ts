import { afterEach, describe, expect, it, vi } from 'vitest';
import { fit as plain } from '../../src/builder/train/fit.js';
import { mse } from '../../src/builder/train/losses.js';
import { meanAbsoluteError } from '../../src/builder/train/metrics.js';
import { sgd } from '../../src/builder/train/optimizers.js';
import { exponentialDecay } from '../../src/builder/train/schedules.js';
import { fit as train } from '../../src/fit-with-progress.js';
import { line, points, weight } from '../builder/train/small.js';
import { rejectionOf } from '../files/rejection.js';

const data = points([1, 2, 3, 4], [2, 4, 6, 8]);
const options = {
  loss: mse,
  metrics: [meanAbsoluteError],
  optimizer: sgd({ lr: exponentialDecay({ from: 0.01, gamma: 0.5 }) }),
  parameters: weight(0.1),
  validation: points([1], [2.5]),
  batchSize: 2,
  epochs: 3,
  backend: 'cpu',
  progress: true,
} as const;

const isTTY = process.stderr.isTTY;
afterEach(() => {
  vi.restoreAllMocks();
  process.stderr.isTTY = isTTY;
});

/** What is written to stderr, which is a terminal or none. */
function written(terminal: boolean): string[] {
  const texts: string[] = [];
  process.stderr.isTTY = terminal;
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    texts.push(String(text));
    return true;
  });
  return texts;
}

describe('fit({ progress: true }) in Node', () => {
  it('prints a line for each epoch where no terminal is', async () => {
    const texts = written(false);
    const { history } = await train(line, data, options);
    const number = (value: number) => String(Number(value.toPrecision(4)));
    expect(texts.map((text) => text.replace(/ \d+\.\d s /, ' T '))).toEqual(
      history.map(
        ({ epoch, loss, lr, validation }) =>
          `epoch ${epoch}/3 | T | loss ${number(loss)} | validation ${number(validation!.loss)} | ` +
          `meanAbsoluteError ${number(validation!.metrics.meanAbsoluteError!)} | lr ${number(lr)}\n`,
      ),
    );
    expect(history).toHaveLength(3);
  });

  it('draws a bar in a terminal, to its end, with the time left and both losses', async () => {
    const texts = written(true);
    const { history } = await train(line, data, options);
    const shown = texts.join('');
    expect(shown).toMatch(/ epoch 1\/3 \| \S+ left \| loss /);
    expect(shown).toMatch(/^[^░]* epoch 3\/3 \| 0s left \| loss /m);
    const { loss, validation } = history.at(-1)!;
    const last = `loss ${Number(loss.toPrecision(4))} | validation ${Number(validation!.loss.toPrecision(4))}`;
    expect(shown.slice(shown.lastIndexOf('loss'))).toContain(last);
    expect(shown).toMatch(/\n$/);
    expect(shown).not.toContain('\x1b[?25l'); // the cursor stays, whatever ends the program
  });

  it('changes no number, and calls what the caller gave', async () => {
    written(false);
    const seen: string[] = [];
    const { progress: _, ...rest } = options;
    const shown = await train(line, data, {
      ...options,
      onStep: ({ epoch, step }) => void seen.push(`step ${epoch}.${step}`),
      onEpoch: async ({ log }) => void seen.push(`epoch ${log.epoch}`),
    });
    const silent = await train(line, data, rest);
    expect(shown.history).toEqual(silent.history);
    expect(seen.slice(0, 4)).toEqual(['step 1.1', 'step 1.2', 'epoch 1', 'step 2.1']);
  });

  it('leaves the bar when training fails', async () => {
    const texts = written(true);
    const onStep = ({ step }: { step: number }) => {
      if (step === 2) throw new Error('enough');
    };
    await expect(train(line, data, { ...options, onStep })).rejects.toThrow('enough');
    expect(texts.join('')).toMatch(/\n$/);
  });
});

describe('fit({ progress: true }) elsewhere', () => {
  it('is refused, with what to do instead', async () => {
    expect(await rejectionOf(plain(line, data, options))).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: expect.stringContaining('The option progress prints in Node alone'),
    });
    const wrong = { ...options, progress: 'yes' as unknown as boolean };
    expect((await rejectionOf(train(line, data, wrong))).message).toBe(
      "The option progress got the text 'yes'; expected true or false.",
    );
    await plain(line, data, { ...options, progress: false });
  });
});
