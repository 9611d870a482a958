import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { networkFromJson, networkToJson } from '../../src/builder/network-json.js';
import { networkSchema } from '../../src/builder/network-schema.js';
import { ops } from '../../src/builder/ops/index.js';
import { simpleLSTM } from '../parity/networks.js';

interface NodeSchema {
  readonly properties: {
    readonly op: { readonly const: string };
    readonly inputs: { readonly properties?: Record<string, unknown>; readonly required?: string[] };
    readonly options: { readonly properties: Record<string, unknown>; readonly required?: string[] };
  };
}

/** What a test looks at of the schema. */
interface Schema {
  readonly properties: { readonly nodes: { readonly items: { readonly anyOf: readonly NodeSchema[] } } };
}

const generated = networkSchema() as unknown as Schema; // the parts that are read, as zod writes them

describe('the JSON schema of networks', () => {
  it('is what the zod schemas give (npm run json-schemas)', () => {
    const committed = readFileSync(new URL('../../schemas/network.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(committed)).toEqual(generated);
  });

  it('has every op with its options', () => {
    const nodes = generated.properties.nodes.items.anyOf;
    expect(nodes.map(({ properties }) => properties.op.const)).toEqual(Object.keys(ops));
    const lstm = nodes.find(({ properties }) => properties.op.const === 'lstm')?.properties.options;
    expect(Object.keys(lstm?.properties ?? {})).toEqual(expect.arrayContaining(['hiddenSize', 'projSize']));
    expect(lstm?.required).toEqual(['hiddenSize', 'batchFirst']);
  });

  it('has the inputs of every op by name', () => {
    const inputsOf = (name: string) =>
      generated.properties.nodes.items.anyOf.find(({ properties }) => properties.op.const === name)
        ?.properties.inputs;
    expect(Object.keys(inputsOf('lstm')?.properties ?? {})).toEqual(['x', 'h0', 'c0', 'lengths']);
    expect(inputsOf('lstm')?.required).toEqual(['x']);
    expect(inputsOf('concat')).toMatchObject({ propertyNames: { pattern: '^x[1-9]\\d*$' } });
  });

  it('may be named in a network, for editors', () => {
    const json = { $schema: './network.schema.json', ...JSON.parse(networkToJson(simpleLSTM)) };
    expect(networkFromJson(JSON.stringify(json))).toEqual(simpleLSTM);
  });
});
