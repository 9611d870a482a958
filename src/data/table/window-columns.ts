/** The columns of windows: of the targets, of what is seen and of what is known ahead; numbers, and categories apart. */
import { LstmOnnxError } from '../../errors.js';
import { ofSeries, type SeriesSet, seriesColumn } from './series.js';
import { namesOf, quotedNames } from './table.js';
import type { WindowOptions } from './windows.js';

/** The columns of each part of a window, in the order in which they stand in its array: numbers, and categories apart. */
export interface WindowColumns {
  readonly targets: readonly string[];
  /** The targets, then the features of numbers. */
  readonly past: readonly string[];
  readonly pastCategories: readonly string[];
  readonly known: readonly string[];
  readonly knownCategories: readonly string[];
  readonly static: readonly string[];
  readonly staticCategories: readonly string[];
}

/**
 * @throws E_UNKNOWN_NAME for columns that there are not; E_DUPLICATE_NAME for one that is named twice; E_INVALID_OPTION for a target of
 *   text or that is known ahead, and a static column that changes
 */
export function windowColumns(set: SeriesSet, options: WindowOptions): WindowColumns {
  const { target, features = [], known = [] } = options;
  const targets = namesOf('windows: target', target);
  const lists = {
    target: targets,
    features: namesOf('windows: features', features),
    known: namesOf('windows: known', known),
    static: namesOf('windows: static', options.static ?? []),
  };
  for (const [option, names] of Object.entries(lists)) {
    for (const name of names) seriesColumn(`windows: ${option}`, set, name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
      throw new LstmOnnxError('E_DUPLICATE_NAME', `windows: ${option} names '${twice}' twice.`);
    }
  }
  const isText = (name: string) => set.columns.get(name)?.kind === 'text';
  const text = targets.find(isText);
  if (text !== undefined || targets.length === 0) {
    const numbers = [...set.columns.keys()].filter((name) => !isText(name));
    const what = text === undefined ? 'no target is given' : `the target '${text}' holds text`;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `windows: ${what}; expected a column of numbers, of which there are ${quotedNames(numbers)}.`,
    );
  }
  const past = lists.features.filter((name) => !targets.includes(name));
  const ahead = lists.known.find((name) => targets.includes(name));
  if (ahead !== undefined) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `windows: '${ahead}' is the target, so that it is not known ahead.`,
    );
  }
  checkStatic(set, lists.static);
  const isNumber = (name: string) => !isText(name);
  return {
    targets,
    past: [...targets, ...past.filter(isNumber)],
    pastCategories: past.filter(isText),
    known: lists.known.filter(isNumber),
    knownCategories: lists.known.filter(isText),
    static: lists.static.filter(isNumber),
    staticCategories: lists.static.filter(isText),
  };
}

function checkStatic(set: SeriesSet, names: readonly string[]): void {
  for (const series of set.series) {
    for (const name of names) {
      const values = series.values.get(name);
      if (values === undefined || values.every((value: number) => value === values[0])) continue;
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `windows: the static column '${name}' changes in the rows${ofSeries(series)}; give it as one of the features instead.`,
      );
    }
  }
}
