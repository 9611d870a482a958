/**
 * docs/support.md: its tables count the networks that tests compare with other frameworks. `vitest run test/support -u` writes
 * them; what stands around them is written by hand.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeSafetensors } from '../../src/data/safetensors.js';
import { importModel } from '../../src/import/import-model.js';
import { fileSources } from './file-sources.js';
import { fixtureCases, fixtureSources } from './fixture-sources.js';
import { operatorRows, operatorTable, untested } from './operators.js';
import { faultOf } from './proofs.js';
import { publishedSources } from './published-sources.js';
import type { Source } from './source.js';
import { Tables } from './tables.js';
import { unused } from './torch-names.js';

describe('docs/support.md', () => {
  const operators = operatorRows();
  let sources: readonly Source[] = [];
  beforeAll(async () => {
    sources = [...fixtureSources, ...(await fileSources()), ...(await publishedSources())];
  });

  it('counts what tests prove that are there and go through these networks', () => {
    const faults = sources.flatMap(({ over, proofs }) => proofs.map((proof) => faultOf(proof, over)));
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
    expect(sources.filter(({ cases }) => cases.length === 0)).toEqual([]);
  });

  it("names what PyTorch calls the ops as the fixtures' scripts do", () => {
    expect(unused()).toEqual([]);
  });

  it('has an ONNX operator for no handler that is not tested', () => {
    expect(untested(operators)).toEqual([]);
  });

  it.each(fixtureCases.filter(({ weights }) => weights.size > 0))(
    'is right that a given network takes its state dict: $name',
    async ({ network, weights }) => {
      const tensors = [...weights].map(([name, array]) => [name, { dtype: 'float32', ...array }] as const);
      const read = await importModel(encodeSafetensors(new Map(tensors)), { network });
      expect(read).toMatchObject({ network, notes: [] });
      expect([...read.parameters.keys()].sort()).toEqual([...weights.keys()].sort());
    },
  );

  it('has the tables of what is read, trained and run', async () => {
    const page = readFileSync(new URL('../../docs/support.md', import.meta.url), 'utf8');
    const [before, after] = [/^.*<!-- The tables are .*? -->\n/s, /<!-- End of the tables -->.*$/s].map(
      (part) => part.exec(page)![0],
    );
    const tables = new Tables(sources);
    const text = `
## Recurrent layers

${tables.recurrent()}

## Networks

${tables.networks()}

## Ops

${tables.ops()}

## Activations

For themselves, and in chains of \`--head\`. In the gates of a cell are those that ONNX has there.

${tables.activations()}

## ONNX operators

A node that is read is so with the attributes and inputs that exporters write; what else it may have is refused by name.

${operatorTable(operators)}

## The tests

${tables.proofs()}

`;
    await expect(`${before}${text}${after}`).toMatchFileSnapshot('../../docs/support.md');
  });
});
