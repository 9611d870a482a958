/** Which of the usual formats dates may be written in, to name those that a user may choose from. */
import { wrongArgument } from '../../arguments.js';
import { compileDateFormat, parseIsoDate } from './date-format.js';

/** Of those side by side the first is left to the second where both fit: it says the same of these dates. */
const DATES = [
  ['MM/DD/YYYY', 'M/D/YYYY'],
  ['DD/MM/YYYY', 'D/M/YYYY'],
  ['YYYY/MM/DD', 'YYYY/M/D'],
  ['DD.MM.YYYY', 'D.M.YYYY'],
  ['MM-DD-YYYY', 'M-D-YYYY'],
  ['DD-MM-YYYY', 'D-M-YYYY'],
  ['YYYY.MM.DD'],
  ['YYYY-M-D'],
  ['MM/DD/YY', 'M/D/YY'],
  ['DD/MM/YY', 'D/M/YY'],
  ['DD.MM.YY', 'D.M.YY'],
  ['MMM D YYYY', 'MMMM D YYYY'],
  ['MMM D, YYYY', 'MMMM D, YYYY'],
  ['D MMM YYYY', 'D MMMM YYYY'],
  ['D-MMM-YYYY'],
  ['D-MMM-YY'],
] as const;
const MONTHS = [
  ['YYYY-MM'],
  ['YYYY/MM'],
  ['MM/YYYY'],
  ['MMM YYYY', 'MMMM YYYY'],
  ['YYYY-[Q]Q'],
  ['YYYY[Q]Q'],
] as const;
const TIMES = [[''], [' HH:mm', ' H:mm'], [' HH:mm:ss', ' H:mm:ss'], [' h:mm A'], [' h:mm:ss A']] as const;
const NUMBERS = ['YYYY', 'YYYYMMDD', 'YYYYMM'] as const;

/** Of a text that is a date: a digit, and something else between the parts. */
const DATE_LIKE = /^(?=.*\d)[\w ,.:/+-]{6,30}$/;
/** A format is tried on so many first, since few fit. */
const FEW = 5;

/**
 * The values of `dateFormat` that fit dates, such as the first ones of a column: all of them where dates are
 * ambiguous. None for ISO 8601, which needs no format, and for text that is in none of the usual forms.
 *
 * @throws E_INVALID_OPTION unless they are texts
 */
export function guessDateFormats(dates: readonly string[]): string[] {
  if (!Array.isArray(dates) || !dates.every((date) => typeof date === 'string')) {
    throw wrongArgument('guessDateFormats', dates, 'dates as a list of texts');
  }
  if (dates.length === 0 || dates.every((date) => parseIsoDate(date) !== undefined)) return [];
  return [...fittingFormats(dates), ...numberFormats(dates)];
}

/** The formats in which most of the texts are dates: those that fit all of them, where there are such. */
export function fittingFormats(texts: readonly string[]): string[] {
  if (!texts.slice(0, FEW).some((text) => DATE_LIKE.test(text))) return [];
  const pairs: (readonly string[])[] = DATES.flatMap((pair) =>
    TIMES.map((times) => pair.flatMap((date) => times.map((time) => date + time))),
  );
  const all = [...pairs, ...MONTHS].flatMap((alike) => {
    const fits = alike.map((format) => ({ format, share: shareOf(texts, format) }));
    const best = fits.find(({ share }) => share === Math.max(...fits.map((fit) => fit.share)));
    return best !== undefined && best.share >= 0.5 ? [best] : [];
  });
  const whole = all.filter(({ share }) => share === 1);
  return (whole.length > 0 ? whole : all).map(({ format }) => format);
}

/** The formats that numbers may be dates in, if a user says that they are dates. */
export function numberFormats(texts: readonly string[]): string[] {
  const fits: string[] = NUMBERS.filter((format) => shareOf(texts, format) === 1);
  if (shareOf(texts, 'seconds') < 1) return fits;
  const lengths = new Set(texts.map((text) => text.replace(/\..*/, '').length));
  if (Math.min(...lengths) >= 9 && Math.max(...lengths) <= 10) fits.push('seconds');
  if (Math.min(...lengths) >= 12 && Math.max(...lengths) <= 13) fits.push('milliseconds');
  return fits;
}

/** @returns which part of the texts is written so */
function shareOf(texts: readonly string[], format: string): number {
  const parse = compileDateFormat(format);
  const fits = (some: readonly string[]) => some.filter((text) => parse(text) !== undefined).length;
  if (texts.length === 0 || fits(texts.slice(0, FEW)) === 0) return 0;
  return fits(texts) / texts.length;
}
