import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { networkFromJson } from '../src/builder/network-json.js';
import { predict } from '../src/builder/predict.js';
import { encodeSafetensors } from '../src/data/safetensors.js';
import { importModel } from '../src/import/import-model.js';
import { float32Array, sizeOf } from '../src/nd-array.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'fixtures/README.md',
  ...readdirSync(`${root}docs`).map((name) => `docs/${name}`),
];

describe('the documentation', () => {
  it.each(pages)('names files that are there: %s', (page) => {
    const text = readFileSync(root + page, 'utf8');
    const folder = page.slice(0, page.lastIndexOf('/') + 1);
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => folder + link);
    const quoted = [...text.matchAll(/`((?:test|src|fixtures|scripts|schemas)\/[\w./-]+)`/g)].map(
      ([, name]) => name!,
    );
    // NAME stands for any.
    for (const name of [...links, ...quoted].filter((path) => !path.includes('NAME')))
      expect(existsSync(root + name), name).toBe(true);
  });

  it("has an example of a network file that reads its PyTorch model's weights", async () => {
    const page = readFileSync(`${root}docs/networks.md`, 'utf8');
    const network = networkFromJson(/```json\n(.*?)```/s.exec(page)![1]!);
    const shapes = {
      'lstm.weight_ih_l0': [256, 28],
      'lstm.weight_hh_l0': [256, 64],
      'lstm.bias_ih_l0': [256],
      'lstm.bias_hh_l0': [256],
      'fc1.weight': [32, 64],
      'fc1.bias': [32],
      'fc2.weight': [10, 32],
      'fc2.bias': [10],
    };
    const weights = Object.entries(shapes).map(([name, shape]) => {
      const data = new Float32Array(sizeOf(shape)).fill(name === 'fc1.bias' ? -1 : 0.5);
      return [name, { dtype: 'float32', shape, data }] as const;
    });
    const model = await importModel(encodeSafetensors(new Map(weights)), { network });
    expect(model.notes).toEqual([]);
    const x = float32Array([1, 2, 28], new Float32Array(56));
    const { logits } = await predict(network, model.parameters, { x });
    expect(logits!.shape).toEqual([1, 10]);
  });
});
