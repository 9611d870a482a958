/** 256 bits at once, each in a process of its own: V8's flag is a process's own, and kernels are chosen once. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { WideKernels } from '../../../src/builder/backends/simd/wide-kernels.js';

const [major = 0] = process.versions.node.split('.').map(Number);

/** What a program prints as JSON. */
function run(program: string, flags: readonly string[] = []): { wide: WideKernels; losses: number[] } {
  const text = `
    import * as lo from '${new URL('../../../dist/index.js', import.meta.url).href}';
    const network = lo.defineNetwork({ x: lo.float32('batch', 'time', 5) }, ({ x }) => ({
      y: lo.linear('fc', lo.at(lo.lstm('lstm', x, { hiddenSize: 20 }).output, -1), 3),
    }));
    const x = Float32Array.from({ length: 50 * 7 * 5 }, (_, i) => Math.sin(i * i));
    const data = lo.dataset({
      inputs: { x: { dtype: 'float32', shape: [50, 7, 5], data: x } },
      targets: { dtype: 'int32', shape: [50], data: Int32Array.from({ length: 50 }, (_, i) => i % 3) },
    });
    const losses = [];
    const train = () => lo.fit(network, data, { loss: lo.crossEntropy, epochs: 2, batchSize: 10, seed: 1, onStep: ({ loss }) => { losses.push(loss); } });
    ${program}
    console.log(JSON.stringify({ wide, losses }));`;
  const options = [...flags, '--input-type=module', '--eval', text];
  return JSON.parse(
    execFileSync(process.execPath, options, { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } }),
  );
}

const enabled = 'const wide = await lo.enableWideKernels(); await train();';
const plain = 'const wide = undefined; await train();';

describe('enableWideKernels', () => {
  it('says why not on a Node.js whose V8 does not join vectors', ({ skip }) => {
    if (major >= 24) skip(`${process.version} has such a V8`);
    expect(run(enabled)).toEqual({
      wide: { wide: false, detail: expect.stringContaining('takes Node.js 24') },
      losses: run(plain).losses,
    });
  });

  it('changes no loss, and says what it comes to', ({ skip }) => {
    if (major < 24) skip(`${process.version} has no V8 that joins vectors`);
    const { wide, losses } = run(enabled);
    expect(wide.detail).toMatch(wide.wide ? /times as fast/ : /does not join vectors/);
    expect(losses).toHaveLength(10);
    expect(losses).toEqual(run(plain).losses);
    // The flag on the command line is the same.
    expect(run(plain, ['--experimental-wasm-revectorize']).losses).toEqual(losses);
  });

  it('comes too late where something was trained before', ({ skip }) => {
    if (major < 24) skip(`${process.version} has no V8 that joins vectors`);
    const { wide } = run('await train(); const wide = await lo.enableWideKernels();');
    expect(wide).toEqual({ wide: false, detail: expect.stringContaining('chosen before') });
  });
});
