/** Writes the JSON schemas of files that people write, generated from zod schemas in src. Run by tsx. */
import { writeFileSync } from 'node:fs';
import { networkSchema } from '../src/builder/network-schema.ts';
import { captionTable } from '../src/cli/caption-settings.ts';
import { classifyTable } from '../src/cli/classify-settings.ts';
import { forecastTable } from '../src/cli/forecast-config.ts';
import { generateTable } from '../src/cli/generate-settings.ts';
import { settingsSchema } from '../src/cli/settings.ts';
import { tagTable } from '../src/cli/tag-settings.ts';
import { translateTable } from '../src/cli/translate-settings.ts';

const schemas = {
  network: networkSchema(),
  forecast: settingsSchema(forecastTable),
  classify: settingsSchema(classifyTable),
  generate: settingsSchema(generateTable),
  translate: settingsSchema(translateTable),
  tag: settingsSchema(tagTable),
  caption: settingsSchema(captionTable),
};
for (const [name, schema] of Object.entries(schemas)) {
  writeFileSync(`schemas/${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`);
}
