/**
 * Names what a file is when it is not ONNX, so that the error can say "this is a PyTorch checkpoint" instead of
 * "wrong wire type". An ONNX file has no magic of its own: a protobuf starts with whatever field comes first.
 */

import { more } from './more-formats.js';

/** How much of a file decides whether it is text. */
const TEXT_SAMPLE = 512;

export interface Signature {
  readonly at: number;
  readonly bytes: string;
  readonly is: string;
  /** What to do to import it, where it is weights or a model of another kind. */
  readonly toImport?: string;
}

const signatures: readonly Signature[] = Object.values(more);

/**
 * What the bytes are, as the end of the sentence "This is ...", or undefined where nothing is recognised.
 *
 * @param use for an import, what makes the file one that can be imported is said, too
 */
export function foreignFormat(bytes: Uint8Array, use: 'run' | 'import' = 'run'): string | undefined {
  if (bytes.length === 0) return 'an empty file';
  for (const signature of signatures) {
    if (!startsWithAt(bytes, signature.bytes, signature.at)) continue;
    const { is, toImport } = signature;
    return use === 'import' && toImport ? `${is}; ${toImport}` : is;
  }
  const sample = bytes.subarray(0, TEXT_SAMPLE);
  if (!sample.every(isText)) return undefined;
  const start = String.fromCharCode(...sample).trimStart();
  if (start.startsWith('<')) return 'an HTML or XML page, perhaps an error page saved by a download';
  return start.startsWith('{') || start.startsWith('[') ? 'a JSON text' : 'a text file';
}

function startsWithAt(bytes: Uint8Array, signature: string, at: number): boolean {
  for (let i = 0; i < signature.length; i++) {
    if (bytes[at + i] !== signature.charCodeAt(i)) return false;
  }
  return true;
}

/** Printable ASCII, tab, line feed, carriage return; a protobuf has control bytes in its first tags and lengths. */
function isText(byte: number): boolean {
  return (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13;
}
