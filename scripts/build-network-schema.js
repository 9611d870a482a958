/** Writes the JSON schema of network files, generated from the zod schemas in src/builder. Run by tsx. */
import { writeFileSync } from 'node:fs';
import { networkSchema } from '../src/builder/network-schema.ts';

const [target = 'schemas/network.schema.json'] = process.argv.slice(2);
writeFileSync(target, `${JSON.stringify(networkSchema(), null, 2)}\n`);
