/** Models with weights in files beside them, opened by path, by URL and from bytes. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSafetensors } from '../../src/data/safetensors.js';
import { urlBeside } from '../../src/runtime/external-data.js';
import { Model } from '../../src/runtime/node.js';
import type { Provider } from '../../src/runtime/providers.js';
import '../matcher.js';

const folder = 'fixtures/data/onnx-external/';
const { tensors } = parseSafetensors(readFileSync(`${folder}beside.safetensors`));
const providers = ['cpu', 'wasm', 'simd'] as const satisfies readonly Provider[];

async function expectNumbers(model: Model): Promise<void> {
  const x = tensors.get('x')!;
  const { linear } = await model.run({ x: { data: x.data as Float32Array, dims: x.shape } });
  expect(linear!.data).toBeCloseToArray(tensors.get('logits')!.data as Float32Array, { atol: 1e-6 });
}

describe.each(providers)('on %s, weights in another file', (provider) => {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const name = /^\/models\/(beside\.onnx(?:\.data)?)(?:\?|$)/.exec(url)?.[1];
    if (name === undefined) response.writeHead(404).end();
    else response.end(readFileSync(folder + name));
  });
  let origin = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
  });

  it('are found beside the model by its path', async () => {
    await using model = await Model.load(`${folder}beside.onnx`, { providers: [provider] });
    await expectNumbers(model);
  });

  it('are found beside the model by its URL', async () => {
    await using model = await Model.load(`${origin}/models/beside.onnx?version=2`, { providers: [provider] });
    await expectNumbers(model);
    expect(asked).toEqual(['/models/beside.onnx?version=2', '/models/beside.onnx.data']);
  });

  it('may be given with the bytes of the model', async () => {
    const data = new Uint8Array(readFileSync(`${folder}beside.onnx.data`));
    await using model = await Model.load(readFileSync(`${folder}beside.onnx`), {
      providers: [provider],
      sessionOptions: { externalData: [{ path: 'beside.onnx.data', data }] },
    });
    await expectNumbers(model);
  });

  it('are asked for where they are not given', async () => {
    const bytes = readFileSync(`${folder}beside.onnx`);
    await expect(Model.load(bytes, { providers: [provider] })).rejects.toMatchObject({
      code: 'E_MISSING_DATA',
      message: expect.stringMatching(/"beside\.onnx\.data"\. Load the model by its path.*externalData/),
    });
  });

  it('that are of another model are refused', async () => {
    const bytes = readFileSync(`${folder}beside.onnx`);
    const externalData = [{ path: 'beside.onnx.data', data: new Uint8Array(100) }];
    const loading = Model.load(bytes, { providers: [provider], sessionOptions: { externalData } });
    await expect(loading).rejects.toMatchObject({ name: 'LstmOnnxError' });
  });
});

it('simd takes the bytes of those files alone', async () => {
  const sessionOptions = { externalData: ['beside.onnx.data'] };
  const loading = Model.load(`${folder}beside.onnx`, { providers: ['simd'], sessionOptions });
  await expect(loading).rejects.toMatchObject({
    code: 'E_INVALID_OPTION',
    message: expect.stringMatching(/the provider simd takes \{ path, data \}.*'beside\.onnx\.data'/),
  });
});

describe('a file beside a model from a URL', () => {
  const url = new URL('https://example.org/models/m.onnx?token=1#part');

  it.each([
    ['m.onnx.data', 'https://example.org/models/m.onnx.data'],
    ['./weights/all.bin', 'https://example.org/models/weights/all.bin'],
    ['what is this?#1', 'https://example.org/models/what%20is%20this%3F%231'],
    ['%2e%2e', 'https://example.org/models/%252e%252e'],
    ['https:', 'https://example.org/models/https%3A'],
    ['..\\secret', 'https://example.org/models/..%5Csecret'],
  ])('called %s is in its folder', (name, expected) => {
    expect(urlBeside(url, name).href).toBe(expected);
  });

  it.each(['../secret', '/secret', '//other.org/x', 'https://other.org/x', 'a/../../x', '.', ''])(
    'called %j is refused',
    (name) => {
      expect(() => urlBeside(url, name)).toThrow(
        expect.objectContaining({
          code: 'E_INVALID_FILE',
          message: expect.stringMatching(/leads out of its folder/),
        }),
      );
    },
  );
});
