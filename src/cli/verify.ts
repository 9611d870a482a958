/** `lstm-onnx verify`: an ONNX model against the checkpoint it was exported from. */
import type { CommandModule } from 'yargs';
import { decodeCheckpoint } from '../builder/checkpoint.js';
import { alignColumns } from '../builder/summary.js';
import { LstmOnnxError } from '../errors.js';
import { parseFile } from '../files/read.js';
import { Model } from '../runtime/node.js';
import type { Provider } from '../runtime/providers.js';
import { verify } from '../verify.js';
import type { GlobalOptions } from './global-options.js';
import { print, say } from './output.js';

interface VerifyArguments extends GlobalOptions {
  model: string;
  checkpoint: string;
  tolerance: number;
  provider: string | undefined;
}

export const verifyCommand: CommandModule<GlobalOptions, VerifyArguments> = {
  command: 'verify <model>',
  describe: 'Compare an ONNX model with its checkpoint on random inputs',
  builder: (yargs) =>
    yargs
      .positional('model', { type: 'string', demandOption: true, describe: 'The .onnx file' })
      .option('checkpoint', {
        type: 'string',
        demandOption: true,
        describe: 'The model.safetensors it was exported from',
      })
      .option('tolerance', {
        type: 'number',
        default: 2e-6,
        describe: 'Largest difference that passes; absolute, or relative to an output above 1',
      })
      .option('provider', {
        type: 'string',
        describe: 'cuda, cpu or wasm [default: cuda where it runs, else cpu]',
      })
      .example('$0 verify model.onnx --checkpoint out/model.safetensors', 'Exit 1 when they differ'),
  async handler({ model: path, checkpoint, tolerance, provider, json }) {
    const { network, parameters } = await parseFile(checkpoint, decodeCheckpoint);
    await using model = await Model.load(
      path,
      provider === undefined ? {} : { providers: [provider as Provider] },
    );
    const comparisons = await verify(model, network, parameters);
    const worst = comparisons.reduce((a, b) => (b.maxAbs <= a.maxAbs ? a : b));
    const passed = comparisons.every(({ maxAbs, scale }) => maxAbs <= tolerance * scale);
    if (json) {
      print(JSON.stringify({ passed, tolerance, provider: model.providers.running, comparisons }));
    } else {
      const rows = comparisons.map(({ output, batch, time, maxAbs, maxUlp }) =>
        [output, batch, time, maxAbs.toExponential(1), maxUlp].map(String),
      );
      for (const line of alignColumns([['output', 'batch', 'time', 'max abs', 'max ulp'], ...rows]))
        print(line);
      say(`tfjs against onnxruntime on ${model.providers.running}, tolerance ${tolerance}`);
    }
    if (!passed) {
      throw new LstmOnnxError(
        'E_VERIFY_FAILED',
        `Output '${worst.output}' differs by ${worst.maxAbs} at batch ${worst.batch}, time ${worst.time}; ` +
          `the tolerance is ${tolerance}. Export the checkpoint again, or say --tolerance if that is good enough.`,
      );
    }
    if (!json) print(`passed: largest difference ${worst.maxAbs.toExponential(1)}`);
  },
};
