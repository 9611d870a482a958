/** The tables of settings: every setting is an option, in the command and in the file, and the schemas are those of the tables. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import yargs from 'yargs';
import * as z from 'zod';
import { captionTable } from '../../src/cli/caption-settings.js';
import { classifyTable } from '../../src/cli/classify-settings.js';
import { forecastTable } from '../../src/cli/forecast-config.js';
import { generateTable } from '../../src/cli/generate-settings.js';
import { givenSettings, optionWords, withSettings } from '../../src/cli/setting-options.js';
import { type SettingTable, settingsSchema } from '../../src/cli/settings.js';
import { tagTable } from '../../src/cli/tag-settings.js';
import { translateTable } from '../../src/cli/translate-settings.js';
import { lstmOnnx } from './lstm-onnx.js';

type Table = Pick<SettingTable<Readonly<Record<string, z.ZodType>>, unknown>, 'name' | 'schema'>;
const tables = [
  captionTable,
  classifyTable,
  forecastTable,
  generateTable,
  tagTable,
  translateTable,
] as unknown as readonly Table[]; // each is of its own names

/** What one setting or another takes. */
const values = [
  true,
  3,
  0.5,
  ['a, "b"', ' c'],
  ['hour'],
  [16, 32],
  [0.5],
  'day',
  'simd:2',
  'cpu',
  '.',
  ';',
  'UTC',
  'some text',
];

/** A value that a setting takes. */
function taken(name: string, schema: z.ZodType): unknown {
  const inner = schema instanceof z.ZodExactOptional ? schema.unwrap() : schema;
  const choices = inner instanceof z.ZodEnum ? inner.options : [];
  const found = [...choices, ...values].find((value) => z.safeParse(inner, value).success);
  expect(found, name).toBeDefined();
  return found;
}

describe.each(tables.map((table) => [table.name, table] as const))(
  'the settings of train %s',
  (name, table) => {
    const { shape } = table.schema;

    it('are all options of the command line, which reads the words of a command as they were', async () => {
      const all = Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, taken(key, schema)]));
      const words = optionWords(all, table.schema).map((word) => word.replace(/^(['"])(.*)\1$/, '$2'));
      const argv = await withSettings(yargs(words), table.schema, 'All:').strict().parseAsync();
      expect(givenSettings(argv, table.schema)).toEqual(all);
    });

    it('are in the JSON schema of the package (npm run json-schemas), each described', () => {
      const file = new URL(`../../schemas/${name}.schema.json`, import.meta.url);
      const committed = JSON.parse(readFileSync(file, 'utf8'));
      expect(committed).toEqual(settingsSchema(table));
      expect(Object.keys(committed.properties).sort()).toEqual([...Object.keys(shape), '$schema'].sort());
      for (const property of Object.values<{ description?: string }>(committed.properties))
        expect(property.description).toMatch(/.{10}/);
    });
  },
);

it.each(['classify', 'tag', 'translate'])('train %s wants a part that is learned from', async (name) => {
  const { code, stderr } = await lstmOnnx(
    'train',
    name,
    '--data',
    'a.csv',
    '--test',
    '0.5',
    '--validation',
    '0.5',
  );
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /--validation is 0\.5 and --test is 0\.5, which leaves nothing to learn from: give less\./,
  );
});
