import { afterEach, describe, expect, it, vi } from 'vitest';
import { kernelBytes } from '../../../src/builder/backends/simd/kernel-bytes.js';
import * as web from '../../../src/builder/backends/simd/platform-web.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('a JavaScript engine that lacks SIMD', () => {
  it('is told so, and what to do', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    await expect(kernelBytes('running')).rejects.toMatchObject({
      code: 'E_PROVIDER_UNAVAILABLE',
      message: expect.stringMatching(/lacks WebAssembly SIMD or threads.*backend 'cpu'/),
    });
  });
});

describe('in a page', () => {
  it('there is one thread, and a reason, unless memory can be shared', () => {
    vi.stubGlobal('navigator', { hardwareConcurrency: 8, userAgent: 'Chrome/147.0' });
    vi.stubGlobal('crossOriginIsolated', false);
    expect(web.processors()).toBe(1);
    expect(web.fewerThreads()).toMatch(/not cross-origin isolated.*one thread/);
    vi.stubGlobal('crossOriginIsolated', true);
    expect(web.processors()).toBe(8);
    expect(web.fewerThreads()).toBeUndefined();
    vi.stubGlobal('navigator', { hardwareConcurrency: 8, userAgent: 'Gecko/20100101 Firefox/153.0' });
    expect(web.processors()).toBe(1);
    expect(web.fewerThreads()).toMatch(/Firefox may hang/);
  });

  it("the page's own thread looks again instead of sleeping", () => {
    const wait = vi.spyOn(Atomics, 'wait').mockReturnValue('not-equal');
    const entries = new Int32Array(new SharedArrayBuffer(4));
    vi.stubGlobal('document', {});
    web.waitForChange(entries, 0);
    expect(wait).not.toHaveBeenCalled();
    vi.unstubAllGlobals();
    web.waitForChange(entries, 0);
    expect(wait).toHaveBeenCalledWith(entries, 0, 0);
  });
});
