/** Keras' files broken on purpose and by chance. */
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readKeras } from '../../src/import/keras/read-keras.js';
import { damaged, damagedJson, fuzz } from './damage.js';
import { kerasArchive, kerasConfig, kerasEntries, kerasFile } from './keras-files.js';

describe('readKeras on hostile files', () => {
  it('reads or refuses 10,000 damaged .h5 files', async () => {
    const [lstm, gru] = ['keras2-gates.keras2.h5', '../gru-rnn/keras/gru-states.keras2.h5'];
    const files = fc.oneof(damaged(kerasFile(lstm)), damaged(kerasFile(gru)));
    const answers = await fuzz(files, readKeras);
    expect(answers).toBeGreaterThan(100);
    expect(answers).toBeLessThan(9900);
  });

  it('reads or refuses 10,000 .keras archives with damaged weights, configuration or bytes', async () => {
    const entries = kerasEntries('backwards.keras');
    const files = fc.oneof(
      damaged(entries['model.weights.h5']!).map((weights) =>
        zipSync({ ...entries, 'model.weights.h5': weights }, { level: 0 }),
      ),
      ...['backwards.keras', '../gru-rnn/keras/gru-states.keras'].map((name) =>
        damagedJson(kerasConfig(name)).map((text) => kerasArchive(name, text)),
      ),
      damaged(kerasFile('backwards.keras')),
    );
    const answers = await fuzz(files, readKeras);
    expect(answers).toBeGreaterThan(100);
    expect(answers).toBeLessThan(9900);
  });
});
