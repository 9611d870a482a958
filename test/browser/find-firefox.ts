/** Finds a Firefox: that of LSTM_ONNX_FIREFOX, else the system's. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @returns where it is, or why there is none */
export function findFirefox(): { readonly executablePath: string } | { readonly missing: string } {
  const named = process.env.LSTM_ONNX_FIREFOX;
  if (named !== undefined) {
    return existsSync(named)
      ? { executablePath: named }
      : { missing: `LSTM_ONNX_FIREFOX is ${named}, where nothing is` };
  }
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = ['firefox', 'firefox-esr'].flatMap((name) => folders.map((folder) => join(folder, name)));
  const executablePath = [...paths, '/Applications/Firefox.app/Contents/MacOS/firefox'].find(existsSync);
  return executablePath === undefined ? { missing: 'no firefox on this system' } : { executablePath };
}
