import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { plain, relaxed } from '../../../src/builder/backends/simd/binaries.js';
import { jobFields } from '../../../src/builder/backends/simd/lstm-job.js';
import { matmulJobFields } from '../../../src/builder/backends/simd/matmul.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('the compiled kernels', () => {
  it('are what src/kernels compiles to', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lstm-onnx-kernels-'));
    try {
      const made = join(folder, 'binaries.ts');
      execFileSync(process.execPath, ['scripts/build-kernels.js', made], { cwd: root });
      const committed = readFileSync(join(root, 'src/builder/backends/simd/binaries.ts'), 'utf8');
      expect(readFileSync(made, 'utf8')).toBe(committed);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each([
    ['LstmJob', 'lstm-job.ts', jobFields],
    ['MatmulJob', 'matmul.ts', matmulJobFields],
  ])('have the fields of a %s where the host writes them', (name, file, expected) => {
    const source = readFileSync(join(root, 'src/kernels', file), 'utf8');
    const [, body = ''] = new RegExp(`class ${name} \\{([\\s\\S]*?)\\n\\}`).exec(source) ?? [];
    const fields = [...body.matchAll(/^ {2}(\w+): (?:i32|usize);/gm)].map(([, field]) => field);
    expect(fields).toEqual([...expected]);
  });

  it('are under 40 kB each', () => {
    for (const base64 of [plain, relaxed]) expect(Buffer.from(base64, 'base64').length).toBeLessThan(40_000);
  });
});
