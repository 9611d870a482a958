import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const web = fileURLToPath(new URL('../../web/', import.meta.url));

describe('the development server of the pages', () => {
  const cacheDir = mkdtempSync(join(tmpdir(), 'lstm-onnx-vite-'));
  let server: ViteDevServer;
  beforeAll(async () => {
    server = await createServer({
      configFile: join(web, 'vite.config.ts'),
      cacheDir,
      logLevel: 'error',
      server: { middlewareMode: true },
      optimizeDeps: { noDiscovery: true, include: [] },
    });
  });
  afterAll(async () => {
    await server.close();
    rmSync(cacheDir, { recursive: true, force: true });
  });

  it.each([
    ['index.html', "'self'"],
    ['inside.html', "'self'"],
    ['forecast.html', "'self'"],
    ['train.html', "'self'"],
    ['convert.html', "'none'"],
  ])('sends %s with the policy that the page promises, before any script', async (file, connect) => {
    const path = join(web, file);
    const html = await server.transformIndexHtml(`/${file}`, readFileSync(path, 'utf8'));
    const [, policy = ''] =
      /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(html.replaceAll('&#39;', "'")) ??
      [];
    const directives = policy.split('; ');
    expect(directives).toContain("default-src 'none'");
    expect(directives).toContain(`connect-src ${connect}`);
    expect(directives).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain('unsafe-inline');
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<script'));
    expect(html).not.toContain('@vite/client');
    // Nothing inline, which the policy would refuse.
    expect(html).not.toMatch(/<style|<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=/);
  });
});
