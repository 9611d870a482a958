/** Names of files for a model's outputs, whose names may hold anything. */
import { join } from 'node:path';

/** What Windows refuses in a name, and halves of characters, which no file system can write. */
const REFUSED = /[<>:"/\\|?*\p{Cc}\p{Cs}]/gu;
/** Windows' devices, whatever follows behind a dot; a dot at the start hides a file elsewhere. */
const RESERVED = /^(?:con(?:in\$|out\$)?|prn|aux|nul|(?:com|lpt)[\d¹²³]) *(?:\.|$)|^\./iu;
/** File systems take 255 bytes, and a file has a longer name while it is written. */
const MAX_BYTES = 160;

/**
 * A file for each output, called as the output is: only what some file system refuses is another character. Where two then
 * have the same name, to file systems that do not tell `A` from `a` too, the later ones get a number.
 */
export function resultFiles(folder: string, names: readonly string[]): Map<string, string> {
  const taken = new Set<string>();
  // Small letters, and letters with accents in one form, are what Windows and macOS compare.
  const keyOf = (file: string) => file.normalize('NFC').toUpperCase();
  return new Map(
    names.map((name) => {
      const plain = fileNameOf(name);
      let file = plain;
      for (let count = 2; taken.has(keyOf(file)); count++) file = `${plain}-${count}`;
      taken.add(keyOf(file));
      return [name, join(folder, `${file}.npy`)];
    }),
  );
}

function fileNameOf(name: string): string {
  const allowed = withinBytes(name.replaceAll(REFUSED, '_'));
  return RESERVED.test(allowed) ? `_${allowed}` : allowed;
}

/** As much of its start as fits, in whole characters: a decoder that waits for more text keeps half of one back. */
function withinBytes(text: string): string {
  const start = new TextEncoder().encode(text).subarray(0, MAX_BYTES);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(start, { stream: true });
}
