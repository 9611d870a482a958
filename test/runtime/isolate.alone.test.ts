import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxGraph, OnnxTensor } from '../../src/onnx/graph.js';
import { Model } from '../../src/runtime/node.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { floats, graph, int, model, node, value } from '../onnx/broken-models.js';
import { expected, failure, folder, zeros } from './models.js';

const scratch = temporaryDirectory();
const isolate = true;
const { lstm } = expected;
const lstmFeeds = { x: lstm.x, h0: zeros(1, 2, 5), c0: zeros(1, 2, 5) };

function written(name: string, nodes: OnnxGraph['nodes'], parts: Partial<OnnxGraph>): string {
  const path = join(scratch, `${name}.onnx`);
  writeFileSync(path, encodeModel(model(nodes, parts)));
  return path;
}

const weights = [floats('W', 1, 8, 3), floats('R', 1, 8, 2)];
const bool = (name: string, shape: number[], ...values: number[]): OnnxTensor => ({
  name,
  dtype: 'bool',
  shape,
  data: Uint8Array.from(values),
});

/** An LSTM over the sequences that `keep` picks: onnxruntime ends the process where it picks none. */
const fragile = written(
  'fragile',
  [
    node('Compress', ['x', 'keep'], ['kept'], { axis: int(1) }),
    node('LSTM', ['kept', 'W', 'R'], ['y'], { hidden_size: int(2) }),
  ],
  {
    inputs: [value('x', ['time', 2, 3]), value('keep', [2], 'bool')],
    outputs: [value('y', [null, null, null, null])],
    initializers: weights,
  },
);
const fragileFeeds = (...keep: number[]) => ({ x: zeros(1, 2, 3), keep: { data: keep, dims: [2] } });

/** A GRU over nothing, which onnxruntime computes when it opens the model, since it is of constants. */
const fatal = written(
  'fatal',
  [node('GRU', ['nothing', 'V', 'Q'], ['z'], { hidden_size: int(2) }), node('Identity', ['x'], ['y'])],
  {
    inputs: [value('x', [1])],
    outputs: [value('y', [1]), value('z', [null, null, null, null])],
    initializers: [floats('V', 1, 6, 3), floats('Q', 1, 6, 2), floats('nothing', 1, 0, 3)],
  },
);

/** Counts to 2^60. */
const endless = written(
  'endless',
  [
    node('Loop', ['most', 'on', 'x'], ['y'], {
      body: {
        type: 'graph',
        value: graph([node('Identity', ['goes'], ['going']), node('Neg', ['at'], ['next'])], {
          inputs: [value('i', [], 'int64'), value('goes', [], 'bool'), value('at', [1])],
          outputs: [value('going', [], 'bool'), value('next', [1])],
        }),
      },
    }),
  ],
  {
    inputs: [value('x', [1])],
    outputs: [value('y', [1])],
    initializers: [
      { name: 'most', dtype: 'int64', shape: [], data: BigInt64Array.of(2n ** 60n) },
      bool('on', [], 1),
    ],
  },
);

/** Processes that this one started, where the system tells. */
function children(pid: number | string = 'self'): string[] {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return [];
  return readdirSync(tasks).flatMap((task) =>
    readFileSync(`${tasks}/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
}

/** Waits for what the system does soon. */
async function until(condition: () => boolean): Promise<void> {
  for (let attempt = 0; !condition() && attempt < 1000; attempt += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(condition()).toBe(true);
}

describe('a model in a process of its own', () => {
  it('fails its own runs alone where onnxruntime ends the process', async () => {
    const providers = ['cpu'] as const;
    await using other = await Model.load(fragile, { providers, isolate });
    await using opened = await Model.load(fragile, { providers, isolate });
    const { y } = await opened.run(fragileFeeds(1, 0));
    expect(y!.dims).toEqual([1, 1, 1, 2]);
    const death =
      /^E_RUN_FAILED: Running .*fragile\.onnx on .*'keep' bool \[2\] failed: the process of the model was ended /;
    expect(await failure(() => opened.run(fragileFeeds(0, 0)))).toMatch(death);
    expect(await failure(() => opened.run(fragileFeeds(1, 0)))).toMatch(death);
    expect(Object.keys(await other.run(fragileFeeds(1, 1)))).toEqual(['y']);
    await opened.release();
  });

  it('says so when the process ends while it opens the model', async () => {
    expect(await failure(() => Model.load(fatal, { providers: ['cpu'], isolate }))).toMatch(
      /^E_INVALID_FILE: .*fatal\.onnx: the process of the model was ended /,
    );
  });

  it.each(['cpu', 'wasm', 'simd'] as const)(
    'runs, streams and traces as others do on %s',
    async (provider) => {
      const path = `${folder}lstm.onnx`;
      await using near = await Model.load(path, { providers: ['dml', provider] });
      await using far = await Model.load(readFileSync(path), { providers: ['dml', provider], isolate });
      expect(far.inputs).toEqual(near.inputs);
      expect(far.outputs).toEqual(near.outputs);
      expect(far.metadata).toEqual(near.metadata);
      expect(far.providers).toEqual(near.providers);
      const results = await far.run(lstmFeeds, ['hn', 'output']);
      expect(Object.keys(results)).toEqual(['hn', 'output']);
      expect(results.output!.data).toEqual((await near.run(lstmFeeds)).output!.data);
      expect(await failure(() => far.run({ ...lstmFeeds, x: zeros(2, 3) }))).toMatch(
        /^E_SHAPE_MISMATCH: Input 'x'/,
      );
      const [nearStream, farStream] = [near.stream(), far.stream()];
      for (let step = 0; step < 2; step += 1) {
        const steps = await Promise.all([nearStream, farStream].map((stream) => stream.run({ x: lstm.x })));
        expect(steps[1]!.output!.data).toEqual(steps[0]!.output!.data);
      }
      if (provider === 'simd') expect(await far.trace(lstmFeeds)).toEqual(await near.trace(lstmFeeds));
      else expect(await failure(() => far.trace(lstmFeeds))).toMatch(/^E_UNSUPPORTED: /);
    },
  );

  it('takes and gives every element type', async () => {
    const path = `${folder}dtypes.onnx`;
    await using near = await Model.load(path, { providers: ['cpu'] });
    await using far = await Model.load(path, { providers: ['cpu'], isolate });
    const feeds = Object.fromEntries(
      near.inputs.map(({ name, dtype, shape }) => {
        const data = dtype === 'string' ? ['a'] : dtype === 'bool' ? [true] : [1];
        return [name, { data, dims: shape!.map(() => 1) }];
      }),
    );
    const [ours, theirs] = [await near.run(feeds), await far.run(feeds)];
    for (const [name, { type, dims, data }] of Object.entries(ours)) {
      expect({ type: theirs[name]!.type, dims: theirs[name]!.dims, data: theirs[name]!.data }).toEqual({
        type,
        dims,
        data,
      });
    }
  });

  it('says of files what is said of others', async () => {
    expect(await failure(() => Model.load(`${folder}nowhere.onnx`, { isolate }))).toMatch(
      /^E_FILE_READ: .*ENOENT/,
    );
    expect(await failure(() => Model.load(`${folder}expected.json`, { isolate }))).toMatch(
      /^E_INVALID_FILE: .*expected\.json: .*JSON/,
    );
    expect(await failure(() => Model.load(fragile, { isolate: 1 as unknown as boolean }))).toMatch(
      /^E_INVALID_OPTION: isolate is 1/,
    );
  });

  it('is ended by release, whatever it computes', async () => {
    const opened = await Model.load(endless, { providers: ['cpu'], isolate });
    const run = failure(() => opened.run({ x: { data: [1], dims: [1] } }));
    await opened.release();
    expect(await run).toMatch(/^E_RUN_FAILED: .*endless\.onnx.*released/);
    expect(children()).toEqual([]);
  });

  it('is ended when its opening is aborted', async () => {
    const stop = new AbortController();
    const loading = Model.load(fragile, { providers: ['cpu'], isolate, signal: stop.signal });
    if (existsSync('/proc/self/task')) await until(() => children().length > 0);
    stop.abort(new Error('enough'));
    await expect(loading).rejects.toThrow(/^enough$/);
    await until(() => children().length === 0);
  });

  it('ends with the process that opened it, which it does not keep alive', async () => {
    const library = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
    const program = (then: string) => `
      import { Model } from ${JSON.stringify(pathToFileURL(library).href)};
      const model = await Model.load(${JSON.stringify(endless)}, { providers: ['cpu'], isolate: true });
      ${then}
    `;
    const start = (then: string) =>
      spawn(process.execPath, ['--input-type=module', '--eval', program(then)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
    const idle = start('');
    expect(await new Promise((resolve) => idle.on('exit', resolve))).toBe(0);
    const busy = start("void model.run({ x: { data: [1], dims: [1] } }); console.log('running');");
    await new Promise((resolve) => busy.stdout.once('data', resolve));
    const [orphan] = children(busy.pid);
    busy.kill('SIGKILL');
    await until(() => !existsSync(`/proc/${orphan}`));
  });
});
