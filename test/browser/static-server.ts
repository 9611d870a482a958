/**
 * Serves a folder, byte for byte, on a free port of this machine: with the headers that isolate a page (which
 * threads need) or without any special one, compressed or not.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip, constants as zlib } from 'node:zlib';

export interface ServerOptions {
  /** Whether pages are cross-origin isolated: COOP same-origin and COEP require-corp; default false. */
  readonly isolated?: boolean;
  /** Compresses what it serves, once, as hard as it goes (brotli 11, gzip 9); default none. */
  readonly encoding?: 'br' | 'gzip';
}

export interface StaticServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  readonly url: string;
  /** Serves bytes under `/memory/NAME` from now on. @returns the path to fetch */
  put(name: string, bytes: Uint8Array): string;
  /** Calls back with the path of every request. @returns how to stop */
  onRequest(listener: (path: string) => void): () => void;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** How reading a file fails that is not there. */
const ABSENT = new Set<string | undefined>(['ENOENT', 'EISDIR', 'ENOTDIR']);

const compress = {
  br: (bytes: Uint8Array) =>
    promisify(brotliCompress)(bytes, { params: { [zlib.BROTLI_PARAM_QUALITY]: zlib.BROTLI_MAX_QUALITY } }),
  gzip: (bytes: Uint8Array) => promisify(gzip)(bytes, { level: 9 }),
};

/** What bytes weigh on the wire: as they are, and compressed as hard as it goes. */
export async function compressedSize(bytes: Uint8Array): Promise<{ raw: number; gzip: number; br: number }> {
  const [zipped, br] = await Promise.all([compress.gzip(bytes), compress.br(bytes)]);
  return { raw: bytes.length, gzip: zipped.length, br: br.length };
}

export async function serveFolder(root: string, options: ServerOptions = {}): Promise<StaticServer> {
  const memory = new Map<string, Uint8Array>();
  const bodies = new Map<string, Promise<Uint8Array>>();
  const listeners = new Set<(path: string) => void>();

  async function bodyOf(path: string): Promise<Uint8Array> {
    const bytes = memory.get(path) ?? (await readInside(root, path));
    return options.encoding === undefined ? bytes : compress[options.encoding](bytes);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request);
    if (path === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(path === undefined ? 400 : 405).end();
      return;
    }
    for (const listener of listeners) listener(path);
    // What is compressed is compressed once: brotli's best takes half a minute for onnxruntime's 14 MB.
    const body = bodies.get(path) ?? bodyOf(path);
    if (options.encoding !== undefined) bodies.set(path, body);
    const bytes = await body;
    response.writeHead(200, {
      'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
      'Content-Length': bytes.length,
      'Cache-Control': 'no-store',
      ...(options.encoding === undefined ? {} : { 'Content-Encoding': options.encoding }),
      ...(options.isolated
        ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
        : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: NodeJS.ErrnoException) => {
      const status = ABSENT.has(error.code) ? 404 : 500;
      response.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${status}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // of a TCP server that listens
  return {
    url: `http://127.0.0.1:${port}`,
    put(name, bytes) {
      memory.set(`/memory/${name}`, bytes);
      bodies.delete(`/memory/${name}`);
      return `/memory/${encodeURIComponent(name)}`;
    },
    onRequest(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The path that was asked for, decoded, a folder's being that of its index.html; undefined when it is no path. */
function pathOf(request: IncomingMessage): string | undefined {
  try {
    const path = decodeURIComponent((request.url ?? '').replace(/[?#].*$/s, ''));
    if (!path.startsWith('/') || path.includes('\0')) return undefined;
    return path.endsWith('/') ? `${path}index.html` : path;
  } catch {
    return undefined;
  }
}

/** A file of the folder or below it. @throws ENOENT, EISDIR or ENOTDIR for everything else */
async function readInside(root: string, path: string): Promise<Uint8Array> {
  const base = normalize(root).replace(/[/\\]+$/, '') + sep;
  const file = join(base, path);
  if (!file.startsWith(base)) throw Object.assign(new Error('outside'), { code: 'ENOENT' });
  return readFile(file);
}
