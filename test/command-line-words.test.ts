/** The library and the pages are used without a command line: what it has words for stays in src/cli. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const filesIn = (folder: string) =>
  readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).map((name) =>
    `${folder}/${name}`.replaceAll('\\', '/'),
  );
const files = ['src', 'web']
  .flatMap(filesIn)
  .filter(
    (file) => /\.(ts|html)$/.test(file) && !file.startsWith('src/cli/') && !/^web\/(dist|data)\//.test(file),
  );

/** Of other programs, and of style sheets. */
const foreign =
  /--(onnxruntime-node-install=|experimental-wasm-(relaxed-simd|revectorize)|output_format=|mode unisolated)|setProperty\('--/;
/** Custom properties of style sheets, `var(--line)` and `--line:#d9dee4`. */
const property = /var\(--[a-z]+|--[a-z]+:(?=#|var\()/g;
const spoken = /(^|[^\w-])--[a-z]|lstm-onnx (train|export|run|verify|inspect|doctor|completion)\b/;

it('finds the words where they are', () => {
  expect(files.length).toBeGreaterThan(250);
  const words = ['(--head NAME)', '--no-head', '`lstm-onnx run model.onnx`', 'use --provider'];
  expect(words.filter((text) => !spoken.test(text))).toEqual([]);
  const others = ['i-- > 0', 'x --y', 'a run of lstm-onnx', 'lstm-onnx running'];
  expect(others.filter((text) => spoken.test(text))).toEqual(['x --y']);
  expect(readFileSync(`${root}src/cli/command-words.ts`, 'utf8')).toMatch(spoken);
});

it('are nowhere in the library and on the pages', () => {
  const found = files.flatMap((file) =>
    readFileSync(root + file, 'utf8')
      .split('\n')
      .flatMap((line, i) =>
        spoken.test(line.replace(property, '')) && !foreign.test(line)
          ? [`${file}:${i + 1}: ${line.trim()}`]
          : [],
      ),
  );
  expect(found).toEqual([]);
});
