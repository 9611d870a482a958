import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeCheckpoint } from '../../src/builder/checkpoint.js';
import { defineNetwork } from '../../src/builder/network.js';
import { networkToJson } from '../../src/builder/network-json.js';
import { maxPool2d } from '../../src/builder/ops/pool.js';
import { float32 } from '../../src/builder/tensor.js';
import { encodeSafetensors, parseSafetensors } from '../../src/data/safetensors.js';
import { networkFromStateDict, type Pool } from '../../src/import/architecture.js';
import type { NdArray } from '../../src/nd-array.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { Model } from '../../src/runtime/node.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { loadFixture } from '../fixtures.js';
import { dict, pickleOf, tensor, torchZipOf } from '../import/archives.js';
import { pathOf as gruPathOf } from '../import/gru-rnn-files.js';
import { type Name, pathOf, runsOf, stateDict } from '../import/state-dicts.js';
import '../matcher.js';
import { identityModel } from './identity-model.js';
import { lstmOnnx } from './lstm-onnx.js';

const folder = temporaryDirectory();
const model = join(folder, 'classifier.onnx');
const largeFile = join(folder, 'large.json');
writeFileSync(largeFile, new Uint8Array(4 * 2 ** 20 + 1));

/** The options of the command for those of the import. */
function optionsOf(name: Name): string[] {
  const { lstm, pool, activation, head, batchFirst } = runsOf(name).options;
  return [
    ...(lstm === undefined ? [] : ['--lstm', [lstm].flat().join(',')]),
    ...(pool === undefined ? [] : ['--pool', pool]),
    ...(activation === undefined ? [] : ['--activation', activation]),
    ...(head === undefined ? [] : ['--head', [head].flat().join(',')]),
    ...(batchFirst === false ? ['--time-first'] : []),
  ];
}

const graphOf = (path: string) => {
  const { graph } = decodeModel(readFileSync(path));
  const named = (values: typeof graph.inputs) => values.map(({ name }) => name);
  return { inputs: named(graph.inputs), outputs: named(graph.outputs) };
};

beforeAll(async () => {
  const { code, stdout } = await lstmOnnx('export', pathOf('classifier.pt'), '-o', model);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${model}\n` });
});

it('a checkpoint with a copy of its weights is inspected and exported with a word on which was taken', async () => {
  const column = (rows: number) => tensor({ shape: [rows, 1], strides: [1, 1] });
  const weights = dict({
    'lstm.weight_ih_l0': column(4),
    'lstm.weight_hh_l0': column(4),
    'fc.weight': column(2),
  });
  const floats = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
  const file = join(folder, 'averaged.pt');
  writeFileSync(file, torchZipOf(pickleOf(dict({ ema: weights, model: weights })), { 0: floats }));
  const taken = /weights in "model" are meant, and left aside those in "ema"/;
  expect((await lstmOnnx('inspect', file)).stdout).toMatch(taken);
  expect((await lstmOnnx('export', file, '-o', join(folder, 'averaged.onnx'))).stderr).toMatch(taken);
});

it('an ONNX model is exported with the weights from the file beside it', async () => {
  const external = 'fixtures/data/onnx-external';
  const path = join(folder, 'whole.onnx');
  const outcome = await lstmOnnx('export', join(external, 'beside.onnx'), '-o', path);
  expect(outcome).toMatchObject({ code: 0, stdout: `${path}\n` });
  const { tensors } = parseSafetensors(readFileSync(join(external, 'beside.safetensors')));
  const x = tensors.get('x')!;
  await using opened = await Model.load(readFileSync(path), { providers: ['cpu'] });
  const { linear } = await opened.run({ x: { data: x.data as Float32Array, dims: x.shape } });
  expect(linear).toBeCloseToArray(tensors.get('logits')!, { atol: 1e-6 });
});

describe('lstm-onnx export of PyTorch weights', () => {
  it.each(['two-lstms', 'numbered', 'chained', 'pool-max'] as const)(
    'gives what PyTorch gives: %s',
    async (name) => {
      const path = join(folder, `${name}.onnx`);
      expect(await lstmOnnx('export', pathOf(`${name}.pt`), '-o', path, ...optionsOf(name))).toMatchObject({
        code: 0,
      });
      await using opened = await Model.load(path, { providers: ['cpu'] });
      for (const { inputs, outputs } of runsOf(name).runs.filter(({ kind }) => kind === 'plain')) {
        const feeds = [...inputs].map(([key, { data, shape }]) => [key, { data, dims: shape }]);
        const results = await opened.run(Object.fromEntries(feeds));
        expect(new Map(Object.entries(results))).toBeCloseToArray(outputs, { atol: 5e-6 });
      }
    },
  );

  it('writes the same model from .pt and from .safetensors', async () => {
    const other = join(folder, 'other.onnx');
    expect(await lstmOnnx('export', pathOf('classifier.safetensors'), '-o', other)).toMatchObject({
      code: 0,
    });
    expect(readFileSync(other).equals(readFileSync(model))).toBe(true);
  });

  it('says on stderr what it assumed', async () => {
    const { stdout, stderr } = await lstmOnnx(
      'export',
      pathOf('bidirectional-last.pt'),
      '-o',
      join(folder, 'b.onnx'),
      '--pool',
      'last',
    );
    expect(stdout).toBe(`${join(folder, 'b.onnx')}\n`);
    expect(stderr).toMatch(/assumed the network: 'lstm' .*pool last.*'fc'/);
  });

  it('adds states, lengths, probabilities and labels', async () => {
    const path = join(folder, 'all.onnx');
    const added = ['--states', '--lengths', '--softmax', '--labels', 'a,b,c,d,e', '--opset', '21'];
    expect(await lstmOnnx('export', pathOf('classifier.pt'), '-o', path, ...added)).toMatchObject({
      code: 0,
    });
    expect(graphOf(path)).toEqual({
      inputs: ['x', 'h0', 'c0', 'lengths'],
      outputs: ['logits', 'probabilities', 'hn', 'cn'],
    });
    expect(await lstmOnnx('verify', path, pathOf('classifier.pt'))).toMatchObject({ code: 0 });
  });

  it('takes the network from a file, and says which tensors it left out', async () => {
    const { network } = networkFromStateDict(stateDict('two-lstms'), { lstm: 'lower', head: false });
    const file = join(folder, 'network.json');
    writeFileSync(file, networkToJson(network));
    const path = join(folder, 'lower.onnx');
    const { code, stderr } = await lstmOnnx('export', pathOf('two-lstms.pt'), '-o', path, '--network', file);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/left out 'upper' .*'out'/),
    });
    expect(graphOf(path)).toEqual({ inputs: ['x'], outputs: ['output', 'hn', 'cn'] });
    expect(await lstmOnnx('verify', path, pathOf('two-lstms.pt'), '--network', file)).toMatchObject({
      code: 0,
    });
  });

  it('leaves out the head', async () => {
    const path = join(folder, 'headless.onnx');
    const { code, stderr } = await lstmOnnx('export', pathOf('classifier.pt'), '-o', path, '--no-head');
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(/left out 'fc'/) });
    expect(graphOf(path)).toEqual({ inputs: ['x'], outputs: ['output', 'hn', 'cn'] });
  });

  it.each([
    [
      'two LSTMs without saying which',
      ['two-lstms.pt'],
      /two-lstms\.pt: There are 2 LSTMs.*\[E_INVALID_OPTION\]/,
    ],
    ['a head that is not there', ['classifier.pt', '--head', 'out'], /'out'.*'fc'.*\[E_UNKNOWN_NAME\]/],
    [
      'a network file that is none',
      ['classifier.pt', '--network', pathOf('classifier.pt')],
      /\[E_INVALID_FILE\]/,
    ],
    [
      'a network file larger than any network',
      ['classifier.pt', '--network', largeFile],
      /A network file has at most 4194304 bytes; this one has 4194305\..*\[E_INVALID_FILE\]/,
    ],
    [
      'what a state dict of two directions does not say',
      ['bidirectional-last.pt'],
      /both directions.*last is.*hidden is.*\[E_INVALID_OPTION\]\nOn the command line: --pool NAME/,
    ],
    [
      'a layer of the head that is not there, with the activations that there are',
      ['classifier.pt', '--head', 'fc,swoosh'],
      /'swoosh'.*there are 'fc'.*relu, tanh, sigmoid/,
    ],
    ['a file that is no model', ['recorded.npz'], /recorded\.npz: .*\[E_UNSUPPORTED\]/],
  ])('refuses %s', async (_, [file = '', ...options], message) => {
    const { code, stdout, stderr } = await lstmOnnx(
      'export',
      pathOf(file),
      ...options,
      '-o',
      join(folder, 'no.onnx'),
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it.each([
    ['a pool that there is not', ['--pool', 'first']],
    ['a network and how to guess it', ['--network', 'network.json', '--no-head']],
    ['a network of code', ['--network', 'network.ts']],
    ['a network and an activation', ['--network', 'network.json', '--activation', 'tanh']],
    ['an activation that there is not', ['--activation', 'swoosh']],
    ['an output named as weights', ['-o', join(folder, 'model.safetensors')]],
    ['an output named as a state dict', ['-o', join(folder, 'model.PT')]],
  ])('exits with 2 for %s', async (_, options) => {
    const { code, stdout } = await lstmOnnx('export', pathOf('classifier.pt'), ...options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('says how code becomes the JSON that --network takes', async () => {
    const { stderr } = await lstmOnnx('export', pathOf('classifier.pt'), '--network', 'network.ts');
    expect(stderr).toMatch(
      /network\.ts is code\. .*networkToJson\(network\) .*init --from .* -o network\.json/,
    );
  });

  it('takes an activation by the name of its PyTorch class', async () => {
    const path = join(folder, 'leaky.onnx');
    const named = ['--activation', 'LeakyReLU'];
    expect(await lstmOnnx('export', pathOf('classifier.pt'), '-o', path, ...named)).toMatchObject({
      code: 0,
    });
    expect(decodeModel(readFileSync(path)).graph.nodes.map(({ opType }) => opType)).toContain('LeakyRelu');
  });

  it('knows checkpoints of its own, and refuses options that they settle', async () => {
    const { network, parameters } = networkFromStateDict(stateDict('classifier'));
    const file = join(folder, 'checkpoint.safetensors');
    writeFileSync(file, encodeCheckpoint({ network, parameters }));
    const path = join(folder, 'checkpoint.onnx');
    expect(await lstmOnnx('export', file, '-o', path)).toMatchObject({ code: 0 });
    expect(readFileSync(path).equals(readFileSync(model))).toBe(true);
    const { code, stderr } = await lstmOnnx('export', file, '-o', path, '--pool', 'all');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /option pool is for weights.*, but the file already contains its network; .*\[E_INVALID_OPTION\]/,
    );
  });
});

describe('lstm-onnx verify', () => {
  it.each(['projected', 'embedding', 'two-lstms'] as const)(
    'takes the weights a model came from, and says that it compared an assumption with itself: %s',
    async (name) => {
      const path = join(folder, `${name}-v.onnx`);
      expect(await lstmOnnx('export', pathOf(`${name}.pt`), '-o', path, ...optionsOf(name))).toMatchObject({
        code: 0,
      });
      const args = ['verify', path, pathOf(`${name}.pt`), ...optionsOf(name)];
      const { code, stdout, stderr } = await lstmOnnx(...args);
      expect({ code, stdout }).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/agrees with the network that was assumed .*: largest/),
      });
      expect(stdout).not.toMatch(/passed/);
      expect(stderr).toMatch(/compared the assumption with itself.*fixtures\/record\.py.*--fixture/);
      const json = JSON.parse((await lstmOnnx(...args, '--json')).stdout);
      expect(json).toMatchObject({
        comparedWith: 'assumed network',
        advice: expect.stringMatching(/compared the assumption with itself.*--fixture/),
      });
    },
  );

  it('passes a model of weights whose network is known', async () => {
    const { network, parameters } = networkFromStateDict(stateDict('classifier'));
    const file = join(folder, 'known.safetensors');
    writeFileSync(file, encodeCheckpoint({ network, parameters }));
    const { code, stdout } = await lstmOnnx('verify', model, file);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/passed: largest/) });
    const { stdout: json } = await lstmOnnx('verify', model, file, '--json');
    expect(JSON.parse(json)).toMatchObject({ passed: true, comparedWith: 'network' });
  });

  it('takes a recording that PyTorch made', async () => {
    const { code, stdout, stderr } = await lstmOnnx('verify', model, '--fixture', pathOf('recorded.npz'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/logits +2 +4 +\d\.\de-\d+ .*\n.*passed/s);
    expect(stderr).toMatch(/the recording against onnxruntime on \w+, tolerance 0\.000005/);
  });

  it.each(['gru-last', 'gru-bidirectional-hidden', 'gru-all'])(
    'passes a GRU with states and lengths, and one that PyTorch ran: %s',
    async (name) => {
      const fixture = loadFixture<{ pool: Pool }>(`gru-rnn/state-dicts/${name}-runs`);
      const weights = gruPathOf(`state-dicts/${name}.pt`);
      const path = join(folder, `${name}.onnx`);
      const pool = ['--pool', fixture.case.pool];
      const variants = ['--states', '--lengths'];
      expect(await lstmOnnx('export', weights, '-o', path, ...pool, ...variants)).toMatchObject({ code: 0 });
      expect(graphOf(path)).toEqual({ inputs: ['x', 'h0', 'lengths'], outputs: ['logits', 'hn'] });
      expect(await lstmOnnx('verify', path, weights, ...pool)).toMatchObject({ code: 0 });

      expect(await lstmOnnx('export', weights, '-o', path, ...pool, '--states')).toMatchObject({ code: 0 });
      const recorded = [...fixture.tensors].flatMap(([key, tensor]) => {
        const [, own] = /^states\.b5-t3\.(.*)$/.exec(key) ?? [];
        return own ? [[own, tensor] as const] : [];
      });
      const file = join(folder, `${name}-recorded.safetensors`);
      writeFileSync(file, encodeSafetensors(new Map(recorded)));
      const { code, stdout } = await lstmOnnx('verify', path, '--fixture', file);
      expect({ code, stdout }).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/hn .*logits .*passed/s),
      });
    },
  );

  it('takes --gru for --lstm, and not both', async () => {
    const weights = gruPathOf('state-dicts/mixed.pt');
    const path = join(folder, 'lower-middle.onnx');
    const options = ['--no-head', '--gru', 'lower,middle'];
    expect(await lstmOnnx('export', weights, '-o', path, ...options)).toMatchObject({ code: 0 });
    const ops = decodeModel(readFileSync(path)).graph.nodes.map(({ opType }) => opType);
    expect(ops).toEqual(expect.arrayContaining(['LSTM', 'GRU']));
    const both = await lstmOnnx('export', weights, '-o', path, '--lstm', 'lower', '--gru', 'middle');
    expect(both).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--lstm, --gru, --rnn are one option, .*as in --lstm a,b/),
    });
    const network = await lstmOnnx('export', weights, '-o', path, '--gru', 'middle', '--network', 'n.json');
    expect(network).toMatchObject({ code: 2, stderr: expect.stringMatching(/exclusive/) });
  });

  it('says truly what a recording is compared with', async () => {
    const args = ['--fixture', pathOf('recorded.npz'), '--provider', 'simd'];
    const { code, stderr } = await lstmOnnx('verify', model, ...args);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^the recording against our own kernels, simd, tolerance/m);
  });

  it.each([
    [
      1,
      /no matter of rounding.*another network.*forward\(\).*--pool, --lstm, --activation, --head.*--nonlinearity/,
    ],
    [1e-4, /Sums in another order.*--tolerance/],
  ])('fails for a recording of another model, and says what %d may mean', async (shift, advice) => {
    const file = join(folder, 'recorded.safetensors');
    const run = runsOf('classifier').runs.find(({ kind }) => kind === 'plain');
    const [batch, time] = run!.inputs.get('x')!.shape;
    const tensors = new Map<string, NdArray>();
    for (const [name, array] of run!.inputs) tensors.set(`input.${name}`, array);
    for (const [name, { shape, data }] of run!.outputs) {
      const shifted = Float32Array.from(data as Float32Array, (value) => value + shift);
      tensors.set(`output.${name}`, { dtype: 'float32', shape, data: shifted });
    }
    writeFileSync(file, encodeSafetensors(tensors));
    const { code, stdout, stderr } = await lstmOnnx('verify', model, '--fixture', file, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      passed: false,
      comparisons: [{ output: 'logits', batch, time }],
    });
    expect(stderr).toMatch(/Output 'logits' differs by .*\[E_VERIFY_FAILED\]/);
    expect(stderr).toMatch(advice);
  });

  it('says which sizes are shorter than a window, and no time of images', async () => {
    const network = defineNetwork({ x: float32('batch', 1, 4, 'width') }, ({ x }) => ({
      y: maxPool2d(x, { kernelSize: 2 }),
    }));
    const [weights, path] = [join(folder, 'image.safetensors'), join(folder, 'image.onnx')];
    writeFileSync(weights, encodeCheckpoint({ network, parameters: new Map() }));
    expect(await lstmOnnx('export', weights, '-o', path)).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await lstmOnnx('verify', path, weights);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^output +batch +max abs +max ulp\ny +2 .*\ny +16 .*\npassed/);
    expect(stderr).toContain('not at batch 1: the network does not take that size');
  });

  it('names the output that fails, not one of larger numbers that passes', async () => {
    const path = join(folder, 'two-outputs.onnx');
    const pair = (name: string) => ({ input: name, dtype: 'float32', output: `${name}Out` }) as const;
    writeFileSync(path, identityModel([pair('large'), pair('small')]));
    const of = (...values: number[]): NdArray => ({
      dtype: 'float32',
      shape: [1, 2],
      data: Float32Array.from(values),
    });
    const file = join(folder, 'two-outputs.safetensors');
    const recorded = new Map([
      ['input.large', of(0, 1e6)],
      ['output.largeOut', of(0.125, 1e6)],
      ['input.small', of(0, 1)],
      ['output.smallOut', of(2 ** -10, 1)],
    ]);
    writeFileSync(file, encodeSafetensors(recorded));
    const { code, stderr } = await lstmOnnx('verify', path, '--fixture', file);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Output 'smallOut' differs by 0\.0009765625 .*relative to the largest output/);
  });

  it('refuses a fixture that is no recording', async () => {
    const { code, stderr } = await lstmOnnx('verify', model, '--fixture', pathOf('classifier.safetensors'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/classifier\.safetensors: .*none called input\.<name>.*\[E_INVALID_FILE\]/);
  });

  it.each([
    ['nothing to compare with', [model]],
    ['a checkpoint and a fixture', [model, pathOf('classifier.pt'), '--fixture', pathOf('recorded.npz')]],
    ['a checkpoint named twice', [model, pathOf('classifier.pt'), '--checkpoint', pathOf('classifier.pt')]],
    [
      'weights on the kernels that they are compared with',
      [model, pathOf('classifier.pt'), '--provider', 'simd'],
    ],
  ])('exits with 2 for %s', async (_, args) => {
    const { code, stdout, stderr } = await lstmOnnx('verify', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('See lstm-onnx verify --help.');
  });
});
