import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { deflated as recurrentPlain } from '../../../src/builder/backends/simd/binary-recurrent-plain.js';
import { deflated as recurrentRelaxed } from '../../../src/builder/backends/simd/binary-recurrent-relaxed.js';
import { deflated as runningPlain } from '../../../src/builder/backends/simd/binary-running-plain.js';
import { deflated as runningRelaxed } from '../../../src/builder/backends/simd/binary-running-relaxed.js';
import { deflated as trainingPlain } from '../../../src/builder/backends/simd/binary-training-plain.js';
import { deflated as trainingRelaxed } from '../../../src/builder/backends/simd/binary-training-relaxed.js';
import { deflated as trainingWide } from '../../../src/builder/backends/simd/binary-training-wide.js';
import { Engine } from '../../../src/builder/backends/simd/engine.js';
import { kernelBytes, probes } from '../../../src/builder/backends/simd/kernel-bytes.js';
import { trainingKernels } from '../../../src/builder/backends/simd/training-kernels.js';
import { defineNetwork } from '../../../src/builder/network.js';
import { softmax } from '../../../src/builder/ops/activations.js';
import { at } from '../../../src/builder/ops/at.js';
import { gru } from '../../../src/builder/ops/gru.js';
import { linear } from '../../../src/builder/ops/linear.js';
import { lstm } from '../../../src/builder/ops/lstm.js';
import { rnn } from '../../../src/builder/ops/rnn.js';
import { initParameters } from '../../../src/builder/parameters.js';
import { float32 } from '../../../src/builder/tensor.js';
import { exportOnnx } from '../../../src/export/export.js';
import { openSimdSession } from '../../../src/runtime/simd/session.js';
import { failureOf } from '../../data/failure.js';
import { runningEngine, trainingEngine } from '../../engine.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const binaries = {
  recurrent: { relaxed: recurrentRelaxed, plain: recurrentPlain },
  running: { plain: runningPlain, relaxed: runningRelaxed },
  training: { plain: trainingPlain, relaxed: trainingRelaxed, wide: trainingWide },
};

const network = defineNetwork({ x: float32('batch', 'time', 3) }, ({ x }) => {
  const first = lstm('lstm', x, { hiddenSize: 6, bidirectional: true }).output;
  const { output } = rnn('rnn', gru('gru', first, { hiddenSize: 5 }).output, { hiddenSize: 7 });
  return { y: softmax(linear('fc', at(output, -1), 4)) };
});
const inflated = (base64: string) => inflateRawSync(Buffer.from(base64, 'base64'));

describe('the compiled kernels', () => {
  it('are what src/kernels compiles to, and so are the types and jobs that the host holds to', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lstm-onnx-kernels-'));
    try {
      execFileSync(process.execPath, ['scripts/build-kernels.js', folder], { cwd: root });
      const names = Object.entries(binaries).flatMap(([purpose, forms]) =>
        Object.keys(forms).map((simd) => `binary-${purpose}-${simd}.ts`),
      );
      for (const file of [...names, 'kernels.ts']) {
        const committed = readFileSync(join(root, 'src/builder/backends/simd', file), 'utf8');
        expect(readFileSync(join(folder, file), 'utf8')).toBe(committed);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each([
    ['recurrent', 10_000],
    ['running', 14_000],
    ['training', 40_000],
  ] as const)('are small for %s: under %d bytes', (purpose, limit) => {
    for (const deflated of Object.values(binaries[purpose])) {
      expect(inflated(deflated).length).toBeLessThan(limit);
    }
  });

  it('are probed by modules that an engine takes when it takes the kernels', async () => {
    // Before and after relaxed SIMD is switched on, which Node.js 20 needs.
    for (const step of [() => {}, () => kernelBytes('running')]) {
      await step();
      for (const name of ['plain', 'relaxed'] as const) {
        for (const forms of Object.values(binaries)) {
          expect(WebAssembly.validate(probes[name])).toBe(WebAssembly.validate(inflated(forms[name])));
        }
      }
    }
    expect(WebAssembly.validate(probes.relaxed)).toBe(true);
  });

  it.each(['relaxed', 'plain', 'wide'] as const)(
    'that run models give the bits of those that train, %s',
    async (simd) => {
      const file = exportOnnx(network, initParameters(network, 4));
      const results = [];
      for (const start of [runningEngine, trainingEngine]) {
        const engine = await start({ threads: 1, simd });
        expect(engine.simd).toBe(simd);
        const data = Float32Array.from({ length: 2 * 5 * 3 }, (_, i) => Math.sin(i));
        results.push(
          await openSimdSession(file, engine).run({ x: { type: 'float32', data, dims: [2, 5, 3] } }),
        );
      }
      expect(results[0]).toEqual(results[1]);
      expect(results[0]?.y?.dims).toEqual([2, 4]);
    },
  );

  it('that run models do not train in silence', async () => {
    const engine = await runningEngine({ threads: 1 });
    expect(failureOf(() => trainingKernels(engine))).toMatchObject({ code: 'E_INTERNAL' });
    expect(() => engine.run('layerBackward', [0])).toThrow(WebAssembly.RuntimeError);
  });

  it('that are none are refused', async () => {
    await expect(Engine.start(new Uint8Array(8), { threads: 1 })).rejects.toMatchObject({
      code: 'E_PROVIDER_UNAVAILABLE',
      message: expect.stringContaining('no WebAssembly module'),
    });
  });
});
