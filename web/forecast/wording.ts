/** What errors say, in words of this page, and what it offers against them. */
import type { Hint } from 'lstm-onnx/web';
import type { Failure } from '../shared/failure.js';
import { dateText } from './date-text.js';
import type { DateChoice, Reading } from './messages.js';

/** Something to click on. */
export interface WayOn {
  readonly label: string;
  /** What it changes about how the file is read, */
  readonly reading?: Partial<Reading>;
  /** or the column that it makes the key. */
  readonly key?: string;
}

/** A failure as the page tells it. */
export interface Told {
  readonly title: string;
  readonly message: string;
  readonly ways: readonly WayOn[];
  /** The field to go to. */
  readonly field?: 'horizon' | 'frequency' | 'missing' | 'date-format';
}

/** Sentences that name options of the library: the page has buttons and fields for them. */
const advice = / (?:Give|If|Say|To keep|For its dates|Write numbers|seriesOf) .*$/s;
const prefix = /^(?:seriesOf|parseTable|trainForecaster|trainAndEvaluate|rollingOrigins|forecastSeries): /;

export function tell({ message, hints = [] }: Failure, dates: readonly DateChoice[] = []): Told {
  const plain = message.replace(prefix, '').replace(/^./, (first) => first.toUpperCase());
  const ways = hints.flatMap((hint) => waysOf(hint, dates));
  // Beside a key there is another way on.
  const hint = hints.findLast((each) => 'option' in each && each.option !== 'key') ?? hints[0];
  const field = fieldOf(hints);
  const isUnderstood =
    ways.length > 0 || field !== undefined || (hint && 'option' in hint && hint.option === 'future');
  const fact = isUnderstood ? plain.replace(advice, '') : plain;
  return {
    title: titleOf(hint),
    message: [fact, ...(hint ? sentencesOf(hint) : [])].join(' '),
    ways,
    ...(field && { field }),
  };
}

function waysOf(hint: Hint, dates: readonly DateChoice[]): WayOn[] {
  if (!('option' in hint)) return [];
  switch (hint.option) {
    case 'fill':
      return [
        { label: 'Draw a line between the neighbours', reading: { fill: 'linear' } },
        { label: 'Repeat the value before', reading: { fill: 'previous' } },
        { label: 'Cut the series there', reading: { fill: 'drop' } },
      ];
    case 'sort':
      return [{ label: 'Put the rows into order', reading: { sort: true } }];
    case 'duplicates':
      return [
        { label: 'Keep the first of such rows', reading: { duplicates: 'first' } },
        { label: 'Keep the last', reading: { duplicates: 'last' } },
      ];
    case 'key':
      return hint.found.map((name) => ({ label: `“${name}” tells series apart`, key: name }));
    case 'dateFormat':
      return hint.found.map((format) => {
        const choice = dates.find((each) => each.format === format);
        const example = choice ? `: ${choice.written} is ${dateText(choice.read)}` : '';
        return { label: `${format}${example}`, reading: { dateFormat: format } };
      });
    case 'decimal':
      // A file with decimal points needs no option.
      return hint.value === ',' ? [{ label: 'Decimals have a comma', reading: { decimal: ',' } }] : [];
    case 'separator':
      return hint.found.map((separator) => ({
        label: `Cells are separated by ${separator === '\t' ? 'tabs' : separator}`,
        reading: { separator },
      }));
    case 'missing': {
      const [text] = hint.found;
      return [{ label: `“${text}” means that there is no value`, reading: { missing: [text] } }];
    }
    case 'names': {
      const names = Array.from({ length: hint.count }, (_, i) => `column ${i + 1}`);
      return [{ label: 'The file has no names: number the columns', reading: { names } }];
    }
    default:
      return [];
  }
}

function fieldOf(hints: readonly Hint[]): Told['field'] {
  for (const hint of hints) {
    if (!('option' in hint)) continue;
    if (hint.option === 'window' || hint.option === 'horizon') return 'horizon';
    if (hint.option === 'frequency') return 'frequency';
    if (hint.option === 'dateFormat' && hint.found.length === 0) return 'date-format';
  }
  return undefined;
}

function titleOf(hint: Hint | undefined): string {
  if (!hint || !('option' in hint)) return 'This does not work yet';
  switch (hint.option) {
    case 'fill':
      return 'Rows or values are missing';
    case 'sort':
      return 'The rows are not in the order of time';
    case 'duplicates':
      return 'Two rows have the same time';
    case 'dateFormat':
      return 'How are the dates written?';
    case 'decimal':
      return 'These numbers have another decimal separator';
    case 'separator':
      return 'What separates the cells?';
    case 'missing':
      return 'This cell is not what its column holds';
    case 'names':
      return 'The first line has no names';
    case 'frequency':
      return 'The times keep to no step';
    case 'window':
    case 'horizon':
      return 'There are too few rows';
    case 'future':
      return 'Nothing is known ahead';
    default:
      return 'This does not work yet';
  }
}

function sentencesOf(hint: Hint): string[] {
  if (!('option' in hint)) return [];
  switch (hint.option) {
    case 'window':
    case 'horizon':
      return ['Forecast fewer steps, see fewer, or give a file with more rows.'];
    case 'frequency':
      return [
        'Say the step that is meant, such as “hour” or “15 minutes”, or bring the rows to one step first.',
      ];
    case 'dateFormat':
      return hint.found.length > 0 ? [] : ['Write the format below, such as DD.MM.YYYY HH:mm.'];
    default:
      return [];
  }
}
