/** How files of records (CSV, TSV, JSON lines) are read: settings that the tasks of sequences share. */
import * as z from 'zod';
import { choice, names, text } from './setting-schemas.js';

export const separatorNames = [',', ';', 'tab', '|'] as const;

/** Beside `data` and the columns, which each task describes in its own words. */
export const recordSettings = z.strictObject({
  encoding: text()
    .exactOptional()
    .describe('How the bytes are text, such as windows-1252 [default: UTF-8; UTF-16 where a mark says so]'),
  separator: choice(separatorNames)
    .exactOptional()
    .describe('What separates the cells of a CSV file [default: found by the first lines]'),
  missing: names()
    .exactOptional()
    .describe('Texts of cells without a value, such as NA [default: empty cells alone]'),
});

export type RecordSettings = z.infer<typeof recordSettings>;
