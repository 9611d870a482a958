/** ONNX models with weights in a file of their own, as `torch.onnx.export(model, args, 'model.onnx')` writes them. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { onnx } from '#onnx-proto';
import { predict } from '../../src/builder/predict.js';
import { parseSafetensors } from '../../src/data/safetensors.js';
import { importFile } from '../../src/files/import-model.js';
import { type ImportResult, importModel } from '../../src/import/import-model.js';
import { decodeProto } from '../onnx/proto-decoder.js';
import '../matcher.js';

const folder = 'fixtures/data/onnx-external';
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const model = bytesOf('beside.onnx');
const data = bytesOf('beside.onnx.data');
const { tensors } = parseSafetensors(bytesOf('beside.safetensors'));

async function expectNumbers({ network, parameters }: ImportResult): Promise<void> {
  const { shape, data } = tensors.get('x')!;
  const { linear } = await predict(network, parameters, { x: { dtype: 'float32', shape, data } } as never, {
    backend: 'cpu',
  });
  expect(linear!.data).toBeCloseToArray(tensors.get('logits')!.data as Float32Array, { atol: 1e-6 });
}

/** The model with other entries for its constant that lies in the data file. */
function withEntries(entries: Record<string, string>): Uint8Array {
  const file = decodeProto(model);
  for (const tensor of file.graph!.initializer!) {
    if (tensor.externalData!.length > 0) {
      tensor.externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
    }
  }
  return onnx.ModelProto.encode(file).finish();
}

const entries = { location: 'beside.onnx.data', offset: '0', length: '320' };
const given = (files: Record<string, Uint8Array>) => ({ externalData: new Map(Object.entries(files)) });

describe('importModel', () => {
  it('takes the files of weights that an .onnx names', async () => {
    await expectNumbers(await importModel(model, given({ 'beside.onnx.data': data })));
  });

  it.each([
    [
      'with ./ before the name, in the model',
      withEntries({ ...entries, location: './beside.onnx.data' }),
      'beside.onnx.data',
    ],
    ['with ./ before the name, where it is given', model, './beside.onnx.data'],
    ['without offset and length', withEntries({ location: 'beside.onnx.data' }), 'beside.onnx.data'],
  ])('reads them %s', async (_, bytes, name) => {
    await expectNumbers(await importModel(bytes, given({ [name]: data })));
  });

  it('reads numbers at an offset that is no multiple of their size, in a part of a larger buffer', async () => {
    const shifted = Buffer.concat([Buffer.alloc(3), data]);
    const bytes = withEntries({ ...entries, offset: '3' });
    await expectNumbers(await importModel(bytes, given({ 'beside.onnx.data': shifted })));
  });

  it.each<[string, unknown, string]>([
    ['a list, as Model.load takes', [{ path: 'beside.onnx.data', data }], 'got an array'],
    ['an object', { 'beside.onnx.data': data }, 'got an object with beside.onnx.data'],
    ['a buffer', new Map([['beside.onnx.data', data.buffer]]), "under 'beside.onnx.data', got a ArrayBuffer"],
    ['no text for a name', new Map([[1, data]]), 'in a name, got the number 1'],
  ])('takes the files as a Map of names to bytes, and refuses %s', async (_, files, got) => {
    for (const [name, bytes] of [
      ['externalData', model],
      ['shards', new TextEncoder().encode('{}')],
    ] as const) {
      await expect(importModel(bytes, { [name]: files } as never)).rejects.toMatchObject({
        code: 'E_INVALID_OPTION',
        message: expect.stringMatching(
          new RegExp(`^The option ${name}.*${got}; expected a Map of file names`),
        ),
      });
    }
  });

  it('says which files it lacks', async () => {
    const expected = /other files: "beside\.onnx\.data"\. .*externalData/;
    await expect(importModel(model)).rejects.toMatchObject({
      code: 'E_MISSING_DATA',
      message: expect.stringMatching(expected),
    });
  });

  it.each<[string, Record<string, string>, Uint8Array]>([
    ['a file that is cut short', entries, data.subarray(0, 319)],
    ['an offset past the end', { ...entries, offset: '4' }, data],
    ['a length that the shape does not have', { ...entries, length: '316' }, data],
    ['an offset below 0', { ...entries, offset: '-4' }, data],
    ['an offset that overflows', { ...entries, offset: '99999999999999999999' }, data],
    ['a length that is no number', { ...entries, length: '0x140' }, data],
  ])('refuses %s', async (_, changed, file) => {
    await expect(
      importModel(withEntries(changed), given({ 'beside.onnx.data': file })),
    ).rejects.toMatchObject({
      code: 'E_INVALID_FILE',
      message: expect.stringMatching(/beside\.onnx\.data.*Is it the file of this model, and complete\?/),
    });
  });

  it('refuses constants that copy one part of the file again and again', async () => {
    const file = decodeProto(model);
    const [large] = file.graph!.initializer!.filter(({ externalData }) => externalData!.length > 0);
    large!.externalData = [
      { key: 'location', value: 'beside.onnx.data' },
      { key: 'offset', value: '1' },
    ];
    const count = 2 ** 20;
    file.graph!.initializer = Array.from({ length: 20 }, (_, i) => ({
      ...large,
      name: `c${i}`,
      dims: [count],
      toJSON: undefined,
    })) as never;
    const bytes = onnx.ModelProto.encode(file).finish();
    const shared = new Uint8Array(4 * count + 1);
    await expect(importModel(bytes, given({ 'beside.onnx.data': shared }))).rejects.toMatchObject({
      code: 'E_INVALID_FILE',
      message: expect.stringMatching(/memory/),
    });
  });
});

describe('importFile', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'external-'));
  afterAll(() => rmSync(scratch, { recursive: true }));

  it('reads the files of weights beside the model, and lists them', async () => {
    const path = join(folder, 'beside.onnx');
    const read = await importFile(path);
    await expectNumbers(read);
    expect(read.files).toEqual([path, join(folder, 'beside.onnx.data')]);
  });

  it('says which one is not there', async () => {
    writeFileSync(join(scratch, 'alone.onnx'), model);
    await expect(importFile(join(scratch, 'alone.onnx'))).rejects.toMatchObject({
      code: 'E_FILE_READ',
      message: expect.stringMatching(/beside\.onnx\.data/),
    });
  });

  it.each(['../beside.onnx.data', '/etc/hosts', 'a/../../beside.onnx.data'])(
    'does not read %s',
    async (location) => {
      mkdirSync(join(scratch, 'a'), { recursive: true });
      const path = join(scratch, 'a', 'hostile.onnx');
      copyFileSync(join(folder, 'beside.onnx.data'), join(scratch, 'beside.onnx.data'));
      writeFileSync(path, withEntries({ ...entries, location }));
      await expect(importFile(path)).rejects.toMatchObject({
        code: 'E_INVALID_FILE',
        message: expect.stringMatching(/leads out of its folder/),
      });
    },
  );

  it.skipIf(process.platform === 'win32')('follows no link out of the folder', async () => {
    mkdirSync(join(scratch, 'linked'));
    copyFileSync(join(folder, 'beside.onnx.data'), join(scratch, 'elsewhere'));
    copyFileSync(join(folder, 'beside.onnx'), join(scratch, 'linked', 'm.onnx'));
    symlinkSync('../elsewhere', join(scratch, 'linked', 'beside.onnx.data'));
    await expect(importFile(join(scratch, 'linked', 'm.onnx'))).rejects.toMatchObject({
      code: 'E_INVALID_FILE',
      message: expect.stringMatching(/symbolic link/),
    });
  });
});
