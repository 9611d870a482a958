/** `lstm-onnx export`: weights or a model of another framework become an ONNX file. */
import type { CommandModule } from 'yargs';
import { exportOnnx, NEWEST_EXPORTED_OPSET, OLDEST_EXPORTED_OPSET } from '../export/export.js';
import { writeFileAtomic } from '../files/write.js';
import type { GlobalOptions } from './global-options.js';
import { formats, type ModelFileArguments, readModelFile, withModelFileOptions } from './model-file.js';
import { formatBytes, type Output, STDOUT } from './output.js';
import { refuseOverwriting } from './refuse-overwriting.js';
import { UsageError } from './usage-error.js';

interface ExportArguments extends GlobalOptions, ModelFileArguments {
  weights: string;
  output: string;
  opset: number;
  states: boolean;
  lengths: boolean;
  softmax: boolean;
  labels: string | undefined;
}

export const exportCommand = ({
  print,
  say,
  write,
}: Output): CommandModule<GlobalOptions, ExportArguments> => ({
  command: 'export <weights>',
  describe: 'Write weights or a model as an ONNX file',
  builder: (yargs) =>
    withModelFileOptions(
      yargs
        .positional('weights', { type: 'string', demandOption: true, describe: formats })
        .option('output', {
          alias: 'o',
          type: 'string',
          requiresArg: true,
          default: 'model.onnx',
          describe: 'The file to write; - for stdout',
        })
        .option('opset', {
          type: 'number',
          requiresArg: true,
          default: 17,
          describe: `ONNX operator set, ${OLDEST_EXPORTED_OPSET} to ${NEWEST_EXPORTED_OPSET}`,
        })
        .option('states', {
          type: 'boolean',
          default: false,
          describe:
            'Add inputs h0, c0 and outputs hn, cn (a GRU or RNN has h0 and hn alone); for streaming, where no layer reads from the end',
        })
        .option('lengths', {
          type: 'boolean',
          default: false,
          describe: 'Add an input lengths, int32 [batch]: the steps of each sequence',
        })
        .option('softmax', {
          type: 'boolean',
          default: false,
          describe: 'Add an output probabilities beside the logits',
        })
        .option('labels', {
          type: 'string',
          requiresArg: true,
          describe: 'Names of the classes, separated by commas',
        }),
    )
      .example('$0 export model.pt -o model.onnx', 'Batch and time stay dynamic')
      .example('$0 export model.pt -o - | gzip > model.onnx.gz', 'To another program')
      .example('$0 export model.pt --pool hidden --lengths', 'Sequences of different lengths in one batch')
      .example('$0 export model.pt --pool mean --head fc1,relu,fc2,sigmoid', 'What a state dict does not say')
      .example('$0 export out/model.safetensors --states', 'For running a sequence in pieces'),
  async handler({ weights, output, opset, states, lengths, softmax, labels, json, ...modelFile }) {
    const isStdout = output === STDOUT;
    if (isStdout && json) {
      throw new UsageError(
        '--json prints to stdout, where --output - writes the model: leave out one of the two.',
      );
    }
    const name = isStdout ? 'model.onnx' : output;
    const { network, parameters, info, files } = await readModelFile(weights, modelFile, say, name);
    if (!isStdout) await refuseOverwriting(output, files);
    refuseOtherExtension(output);
    const started = performance.now();
    const bytes = exportOnnx(network, parameters, {
      ...info,
      opset,
      states,
      lengths,
      softmax,
      ...(labels === undefined ? {} : { labels: labels.split(',').map((label) => label.trim()) }),
    });
    const milliseconds = performance.now() - started;
    if (isStdout) write(bytes);
    else await writeFileAtomic(output, bytes);
    if (json)
      print(JSON.stringify({ event: 'done', model: output, bytes: bytes.length, opset, milliseconds }));
    else {
      if (!isStdout) print(output);
      say(`wrote ${formatBytes(bytes.length)}, opset ${opset}, in ${milliseconds.toFixed(0)} ms`);
    }
  },
});

/** Of files that are no ONNX, which programs would read by that name. */
const otherExtension = /\.(safetensors|pt|pth|ckpt|npz|npy|keras|h5|hdf5|json|csv|tflite|ort)$/i;

/** @throws UsageError for a name that says another format than the one written */
function refuseOtherExtension(output: string): void {
  const found = otherExtension.exec(output)?.[0];
  if (found === undefined) return;
  throw new UsageError(
    `--output is ${output}, and export writes ONNX, not ${found}: name the file ${output.slice(0, -found.length)}.onnx.`,
  );
}
