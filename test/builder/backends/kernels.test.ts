import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { deflated as plain } from '../../../src/builder/backends/simd/binary-plain.js';
import { deflated as relaxed } from '../../../src/builder/backends/simd/binary-relaxed.js';
import { Engine } from '../../../src/builder/backends/simd/engine.js';
import { kernelBytes, probes } from '../../../src/builder/backends/simd/kernel-bytes.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const inflated = (base64: string) => inflateRawSync(Buffer.from(base64, 'base64'));

describe('the compiled kernels', () => {
  it('are what src/kernels compiles to, and so are the types and jobs that the host holds to', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lstm-onnx-kernels-'));
    try {
      execFileSync(process.execPath, ['scripts/build-kernels.js', folder], { cwd: root });
      for (const file of ['binary-relaxed.ts', 'binary-plain.ts', 'kernels.ts']) {
        const committed = readFileSync(join(root, 'src/builder/backends/simd', file), 'utf8');
        expect(readFileSync(join(folder, file), 'utf8')).toBe(committed);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('are under 40 kB each', () => {
    for (const deflated of [plain, relaxed]) expect(inflated(deflated).length).toBeLessThan(40_000);
  });

  it('are probed by modules that an engine takes when it takes the kernels', async () => {
    // Before and after relaxed SIMD is switched on, which Node.js 20 needs.
    for (const step of [() => {}, () => kernelBytes()]) {
      await step();
      for (const [name, deflated] of Object.entries({ plain, relaxed }) as ['plain' | 'relaxed', string][]) {
        expect(WebAssembly.validate(probes[name])).toBe(WebAssembly.validate(inflated(deflated)));
      }
    }
    expect(WebAssembly.validate(probes.relaxed)).toBe(true);
  });

  it('may be chosen by one and handed to another', async () => {
    for (const relaxed of [true, false]) {
      const engine = await Engine.start({ threads: 1, kernels: await kernelBytes(relaxed) });
      expect(engine.simd).toBe(relaxed ? 'relaxed' : 'plain');
    }
  });

  it('that are none are refused', async () => {
    await expect(Engine.start({ threads: 1, kernels: new Uint8Array(8) })).rejects.toMatchObject({
      code: 'E_PROVIDER_UNAVAILABLE',
      message: expect.stringContaining('no WebAssembly module'),
    });
  });
});
