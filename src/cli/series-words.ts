/** Errors about tables, series and forecasts name options of the library; here they get those of the command line. */
import { LstmOnnxError, reworded } from '../errors.js';
import { shellWord } from './resume-command.js';

/** What an error may advise, and how it is given. */
const words: readonly (readonly [advice: RegExp, word: (found: string) => string])[] = [
  [/\bas key \(its columns of text are '([^']+)'\)/, (name) => `--group ${shellWord(name)}`],
  [/\bas key \(/, () => '--group COLUMN'],
  [/\bsort: true/, () => '--sort'],
  [/\bduplicates: 'first'/, () => '--duplicates first or last'],
  [/\bfill: 'previous'/, () => '--fill previous, linear or drop'],
  [/\bdateFormat: (?:\{ [^:]+: )?'([^']+)'/, (format) => `--date-format ${shellWord(format)}`],
  [/\bdecimal: ','/, () => '--decimal ,'],
  [/\bseparator: /, () => '--separator'],
  [/\b(?:another|longer|the) frequency\b|\bfrequency: '/, () => '--frequency'],
  [/\bmissing: \[/, () => '--missing'],
  [/\bsmaller window\b/, () => '--window'],
  [/\bsmaller (?:window or )?horizon/, () => '--horizon'],
  [/\bas the option future/, () => 'rows at the end of the file without a target'],
];

/** Runs something, and puts the words of the command line behind the message of an error. */
export async function withSeriesWords<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof LstmOnnxError)) throw error;
    const found = seriesWords(error.message);
    throw found.length > 0
      ? reworded(error, `${error.message} On the command line: ${found.join('; ')}.`)
      : error;
  }
}

/** What a message advises, as words of a command. */
export function seriesWords(message: string): string[] {
  const all = words.flatMap(([advice, word]) => {
    const match = advice.exec(message);
    return match ? [word(match[1] ?? '')] : [];
  });
  // One word for each option: the first of them says most.
  return all.filter((word, i) => all.findIndex((other) => flagOf(other) === flagOf(word)) === i);
}

function flagOf(word: string): string {
  return word.split(' ', 1)[0] ?? '';
}
