import { mkdirSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { serveFolder } from './static-server.js';

const directory = temporaryDirectory();
const root = join(directory, 'site');
const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
mkdirSync(join(root, 'deep'), { recursive: true });
writeFileSync(join(root, 'index.html'), '<p>here</p>');
writeFileSync(join(root, 'deep', 'a b.wasm'), everyByte);
writeFileSync(join(root, 'worker.mjs'), 'export {}');
writeFileSync(join(directory, 'secret.txt'), 'secret');
mkdirSync(join(directory, 'site-next-door'));
writeFileSync(join(directory, 'site-next-door', 'secret.txt'), 'secret');

/** The path goes out as it is written: `fetch` would take the dots out of it. */
function get(
  url: string,
  path: string,
  method = 'GET',
): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts),
        });
      });
    });
    sent.on('error', reject).end();
  });
}

describe('the server of the browser tests', () => {
  it('serves files byte for byte with their types, and index.html for a folder', async () => {
    await using server = await serveFolder(root);
    const wasm = await get(server.url, '/deep/a%20b.wasm?v=1');
    expect(wasm.headers['content-type']).toBe('application/wasm');
    expect(new Uint8Array(wasm.body)).toEqual(everyByte);
    expect((await get(server.url, '/worker.mjs')).headers['content-type']).toMatch('text/javascript');
    const index = await get(server.url, '/');
    expect(index.headers['content-type']).toMatch('text/html');
    expect(index.body.toString()).toBe('<p>here</p>');
    expect(index.headers).not.toHaveProperty('cross-origin-opener-policy');
    expect(index.headers).not.toHaveProperty('content-encoding');
  });

  it('isolates pages where it is asked to', async () => {
    await using server = await serveFolder(root, { isolated: true });
    expect((await get(server.url, '/')).headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
  });

  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const)('compresses with %s to what it was', async (encoding, decompress) => {
    await using server = await serveFolder(root, { encoding });
    const { headers, body } = await get(server.url, '/deep/a%20b.wasm');
    expect(headers['content-encoding']).toBe(encoding);
    expect(new Uint8Array(decompress(body))).toEqual(everyByte);
  });

  it.each([
    '/../secret.txt',
    '/deep/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/deep/..%2f..%2fsecret.txt',
    '/../site-next-door/secret.txt',
    '/nothing.js',
    '/deep',
    '/index.html/deep',
  ])('has nothing outside its folder, nor what is not there: %s', async (path) => {
    await using server = await serveFolder(root);
    expect(await get(server.url, path)).toMatchObject({ status: 404 });
  });

  it.each(['/%zz', '/a%00b', 'nothing'])('refuses what is no path: %s', async (path) => {
    await using server = await serveFolder(root);
    expect((await get(server.url, path)).status).toBe(400);
  });

  it('serves bytes from memory, tells what is asked for, and takes no uploads', async () => {
    await using server = await serveFolder(root);
    const asked: string[] = [];
    const stop = server.onRequest((path) => asked.push(path));
    const path = server.put('model 1.onnx', everyByte);
    expect(new Uint8Array((await get(server.url, path)).body)).toEqual(everyByte);
    stop();
    expect((await get(server.url, '/', 'POST')).status).toBe(405);
    expect(await get(server.url, '/', 'HEAD')).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    expect(asked).toEqual(['/memory/model 1.onnx']);
  });
});
