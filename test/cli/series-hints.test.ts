import { describe, expect, it } from 'vitest';
import { commandWords } from '../../src/cli/command-words.js';
import { LstmOnnxError, parseTable, seriesOf } from '../../src/index.js';

/** The words for the error that reading a text gives. */
async function wordsFor(csv: string, time = 'day'): Promise<string[]> {
  const reading = parseTable(new TextEncoder().encode(csv)).then((table) => seriesOf(table, { time }));
  const error: unknown = await reading.catch((thrown: unknown) => thrown);
  if (!(error instanceof LstmOnnxError)) throw error;
  return commandWords(error.hints);
}

describe('errors about series', () => {
  it.each([
    ['rows in no order', 'day,x\n2020-01-02,1\n2020-01-01,2\n', ['--sort']],
    [
      'rows of several series',
      'day,shop,x\n2020-01-01,a,1\n2020-01-02,a,1\n2020-01-01,b,2\n',
      ['--group shop', '--sort'],
    ],
    ['a time that comes twice', 'day,x\n2020-01-01,1\n2020-01-01,2\n', ['--duplicates first or last']],
    ['a gap', 'day,x\n2020-01-01,1\n2020-01-02,1\n2020-01-05,2\n', ['--fill previous, linear or drop']],
    [
      'a missing value',
      'day,x\n2020-01-01,1\n2020-01-02,\n2020-01-03,1\n',
      ['--fill previous, linear or drop'],
    ],
    ['dates of another format', 'day,x\n01/31/2020,1\n02/28/2020,2\n', ['--date-format MM/DD/YYYY']],
    [
      'dates of two formats',
      'day,x\n01/02/2020,1\n02/02/2020,2\n',
      ['--date-format MM/DD/YYYY or DD/MM/YYYY'],
    ],
    ['a decimal comma', 'day;x\n2020-01-01;1,5\n2020-01-02;2,5\n', ['--decimal ,']],
    ['a time alone', 'day,x\n2020-01-01,1\n', ['--frequency']],
    [
      'irregular times',
      'day,x\n2020-01-01T00:00Z,1\n2020-01-01T01:00Z,1\n2020-01-01T02:17Z,1\n2020-01-01T03:58Z,1\n2020-01-02T07:01Z,1\n',
      ['--frequency'],
    ],
    ['an infinite value', 'day,x\n2020-01-01,1\n2020-01-02,inf\n', ['--missing inf']],
    ['two separators', 'a;b,c\n1;2,3\n', ["--separator , or ';'"]],
  ])('name the option that decides: %s', async (_, csv, words) => {
    expect(await wordsFor(csv)).toEqual([`On the command line: ${words.join('; ')}.`]);
  });

  it('have no words where no option helps', async () => {
    expect(await wordsFor('a,a\n1,2\n')).toEqual([]);
    // 1,000 may be a thousand.
    expect(await wordsFor('day;x\n2020-01-01;1,000\n2020-01-02;1,001\n')).toEqual([]);
  });

  it('of JSON say that it is JSON', async () => {
    const json = new TextEncoder().encode('[{"year": 1955, "country": 0}]');
    await expect(parseTable(json)).rejects.toMatchObject({
      code: 'E_INVALID_FILE',
      message: expect.stringMatching(/^The text is JSON; expected CSV/),
    });
  });
});
