import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { commandWords, noteLines } from '../../src/cli/command-words.js';
import { LstmOnnxError, reworded } from '../../src/errors.js';
import type { Hint } from '../../src/hints.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { model, node } from '../onnx/broken-models.js';
import { lstmOnnx } from './lstm-onnx.js';

const directory = temporaryDirectory();

const line = (...hints: Hint[]) => commandWords(hints).join('\n');

describe('what the library points to, on the command line', () => {
  let help: string;
  beforeAll(async () => {
    const commands = [['export'], ['run'], ['verify'], ['train', 'mnist']];
    const texts = await Promise.all(
      commands.map(async (words) => (await lstmOnnx(...words, '--help')).stdout),
    );
    help = texts.join('\n');
  });

  it.each<[Hint, RegExp]>([
    [{ option: 'lstm', found: ['a', 'b'] }, /: --lstm NAME for one.* --lstm NAME,relu,NAME for several/],
    [{ option: 'head', found: ['a', 'b'] }, /: --head NAME for one layer, --head NAME,relu,NAME for/],
    [{ option: 'head', found: ['fc'] }, /: --head fc, or with an activation --head fc,relu\.$/],
    [{ option: 'head', value: false }, /: --no-head for none\.$/],
    [{ option: 'embedding', found: ['encoder'] }, /: --embedding encoder\.$/],
    [{ option: 'pool', found: ['last', 'all'] }, /: --pool NAME, one of last, all\.$/],
    [{ option: 'pool' }, /: --pool NAME\.$/],
    [{ option: 'activation' }, /: --activation NAME/],
    [{ option: 'batchFirst' }, /: --time-first/],
    [{ option: 'network' }, /: --network FILE/],
    [{ option: 'finite', value: 'allow' }, /: --finite allow\.$/],
    [{ option: 'dir' }, /: --data DIR\.$/],
    [{ leaveOut: 'batchFirst' }, /: leave out --time-first\.$/],
    [{ leaveOut: 'head' }, /: leave out --head\.$/],
    [{ call: 'Model.load' }, /: lstm-onnx run model\.onnx --provider cpu runs/],
    [{ call: 'verifyRecording' }, /: lstm-onnx verify model\.onnx --fixture recorded\.npz compares/],
  ])('is worded: %j', (hint, expected) => {
    expect(line(hint)).toMatch(expected);
    for (const [option] of line(hint).matchAll(/--[a-z-]+/g)) expect(help, option).toContain(option);
  });

  it('names the ONNX file that there is', () => {
    expect(commandWords([{ call: 'Model.load' }], 'my model.onnx')).toEqual([
      "On the command line: lstm-onnx run 'my model.onnx' --provider cpu runs the ONNX file.",
    ]);
    const note = { text: 'so it is', hints: [{ call: 'verifyRecording' }] } as const;
    expect(noteLines(note, 'out.onnx')[1]).toMatch(/lstm-onnx verify out\.onnx --fixture/);
  });

  it('is one line for several, and none for nothing', () => {
    expect(line({ option: 'head', value: false }, { option: 'dir' })).toBe(
      'On the command line: --no-head for none; --data DIR.',
    );
    expect(commandWords(undefined)).toEqual([]);
    expect(noteLines({ text: 'so it is' })).toEqual(['so it is']);
  });

  it('is safe to copy into a shell, whatever a file calls its modules', () => {
    expect(line({ option: 'embedding', found: ['$(x); y'] })).toMatch(/--embedding ['"]\$\(x\); y['"]/);
  });

  it('stays with an error that is told in other words', () => {
    const hints: Hint[] = [{ option: 'network' }];
    const error = new LstmOnnxError('E_UNSUPPORTED', 'No.', { hints });
    expect(reworded(error, 'model.pt: No.')).toMatchObject({
      code: 'E_UNSUPPORTED',
      message: 'model.pt: No.',
      hints,
      cause: error,
    });
    expect('hints' in reworded(new LstmOnnxError('E_UNSUPPORTED', 'No.'), 'No.')).toBe(false);
  });
});

it('follows the error of a command', async () => {
  const folder = new URL('../../fixtures/data/', import.meta.url).pathname;
  const refused = await lstmOnnx('export', `${folder}keras/sequential-classifier.keras`, '--time-first');
  expect(refused.stderr).toMatch(
    /option batchFirst is for weights .*\[E_INVALID_OPTION\]\nOn the command line: leave out --time-first\.\n$/,
  );
  const asked = await lstmOnnx('export', `${folder}state-dicts/two-lstms.pt`);
  expect(asked.stderr).toMatch(
    /\[E_INVALID_OPTION\]\nOn the command line: --lstm NAME .*--network FILE .*lstm-onnx run model\.onnx/,
  );
  const onnx = join(directory, 'determinant.onnx');
  writeFileSync(onnx, encodeModel(model([node('Det', ['x'], ['y'])])));
  const unread = await lstmOnnx('export', onnx, '-o', join(directory, 'written.onnx'));
  expect(unread.stderr).toMatch(/\bDet\b/);
  expect(unread.stderr).toContain(`lstm-onnx run ${onnx} --provider cpu runs the ONNX file`);
});
