/** Reads texts with classes: of a file of records, or of a folder with a subfolder for each class. */
import { stat } from 'node:fs/promises';
import { type LabelledTexts, labelledTexts } from '../data/text/labelled-texts.js';
import { readTextFolder } from '../files/text.js';
import type { ClassifySettings } from './classify-settings.js';
import type { Output } from './output.js';
import { findColumns, readRecords } from './read-records.js';
import { optionName } from './setting-options.js';
import { UsageError } from './usage-error.js';

export interface ReadLabelled {
  readonly data: LabelledTexts;
  /** The columns; none of a folder. */
  readonly columns: { readonly text: string; readonly label: string } | undefined;
}

type ReadingSettings = Pick<
  ClassifySettings,
  'data' | 'text' | 'label' | 'encoding' | 'separator' | 'missing'
>;

/** @throws UsageError for settings of columns where `data` is a folder; what `readTextFolder`, `readRecords` and `labelledTexts` throw */
export async function readLabelled(settings: ReadingSettings, say: Output['say']): Promise<ReadLabelled> {
  const { data: path, text, label, encoding } = settings;
  const isFolder = await isDirectory(path);
  if (isFolder) refuseColumns(settings);
  const records = isFolder ? undefined : await readRecords(path, settings);
  const columns = records && findColumns(records, { text, label }, say);
  const data = records
    ? await labelledTexts(records.source, columns ?? { text: '', label: '' })
    : await readTextFolder(path, encoding === undefined ? {} : { encoding });
  for (const note of data.notes) say(note.text);
  return { data, columns };
}

/** Whether there is a folder of that name; what is not there is told when it is read. */
export async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

function refuseColumns(settings: ReadingSettings): void {
  const ofFiles = ['text', 'label', 'separator', 'missing'] as const;
  const given = ofFiles.find((name) => settings[name] !== undefined);
  if (given === undefined) return;
  throw new UsageError(
    `--${optionName(given)} is for files with columns; ${settings.data} is a folder, whose subfolders are the classes.`,
  );
}
