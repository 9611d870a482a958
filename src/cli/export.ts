/** `lstm-onnx export`: a checkpoint becomes an ONNX file. */
import type { CommandModule } from 'yargs';
import { decodeCheckpoint } from '../builder/checkpoint.js';
import { exportOnnx } from '../export/export.js';
import { parseFile } from '../files/read.js';
import { writeFileAtomic } from '../files/write.js';
import type { GlobalOptions } from './global-options.js';
import { formatBytes, print, say } from './output.js';

interface ExportArguments extends GlobalOptions {
  checkpoint: string;
  output: string;
  opset: number;
  states: boolean;
  labels: string | undefined;
}

export const exportCommand: CommandModule<GlobalOptions, ExportArguments> = {
  command: 'export <checkpoint>',
  describe: 'Write a checkpoint as an ONNX file',
  builder: (yargs) =>
    yargs
      .positional('checkpoint', {
        type: 'string',
        demandOption: true,
        describe: 'A model.safetensors that lstm-onnx wrote',
      })
      .option('output', { alias: 'o', type: 'string', default: 'model.onnx', describe: 'The file to write' })
      .option('opset', { type: 'number', default: 17, describe: 'ONNX operator set, 14 to 22' })
      .option('states', {
        type: 'boolean',
        default: false,
        describe: 'Add inputs h0, c0 and outputs hn, cn, for streaming',
      })
      .option('labels', { type: 'string', describe: 'Names of the classes, separated by commas' })
      .example('$0 export out/model.safetensors -o model.onnx', 'Batch and time stay dynamic')
      .example('$0 export out/model.safetensors -o model.onnx --states', 'For running a sequence in pieces'),
  async handler({ checkpoint, output, opset, states, labels, json }) {
    const { network, parameters, info } = await parseFile(checkpoint, decodeCheckpoint);
    const started = performance.now();
    const bytes = exportOnnx(network, parameters, {
      ...info,
      opset,
      states,
      ...(labels === undefined ? {} : { labels: labels.split(',').map((label) => label.trim()) }),
    });
    const milliseconds = performance.now() - started;
    await writeFileAtomic(output, bytes);
    if (json)
      print(JSON.stringify({ event: 'done', model: output, bytes: bytes.length, opset, milliseconds }));
    else {
      print(output);
      say(`wrote ${formatBytes(bytes.length)}, opset ${opset}, in ${milliseconds.toFixed(0)} ms`);
    }
  },
};
