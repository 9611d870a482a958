/** `lstm-onnx verify`: an ONNX model against the weights it was exported from, or against another framework's outputs. */
import type { CommandModule } from 'yargs';
import { alignColumns } from '../builder/summary.js';
import { LstmOnnxError, reworded } from '../errors.js';
import { readFile } from '../files/read.js';
import { Model } from '../runtime/node.js';
import type { Provider } from '../runtime/providers.js';
import { type Comparison, defaultSizes, verify } from '../verify.js';
import { readRecording, verifyRecording } from '../verify-fixture.js';
import type { GlobalOptions } from './global-options.js';
import {
  formats,
  type ModelFileArguments,
  modelFileOptions,
  readModelFile,
  withModelFileOptions,
} from './model-file.js';
import { providers } from './option-values.js';
import type { Output } from './output.js';
import { UsageError } from './usage-error.js';

interface VerifyArguments extends GlobalOptions, ModelFileArguments {
  model: string;
  weights: string | undefined;
  checkpoint: string | undefined;
  fixture: string | undefined;
  tolerance: number | undefined;
  provider: Provider | undefined;
}

/** Against tfjs, and against another framework, whose sums are in another order. */
const defaultTolerance = { weights: 2e-6, fixture: 5e-6 };

export const verifyCommand = ({ print, say }: Output): CommandModule<GlobalOptions, VerifyArguments> => ({
  command: 'verify <model> [weights]',
  describe: 'Compare an ONNX model with the weights it is of, or with recorded outputs',
  builder: (yargs) =>
    withModelFileOptions(
      yargs
        .positional('model', { type: 'string', demandOption: true, describe: 'The .onnx file' })
        .positional('weights', { type: 'string', describe: `What it was exported from: ${formats}` })
        .option('checkpoint', {
          type: 'string',
          requiresArg: true,
          describe: 'The weights, as an option instead of the second argument',
        })
        .option('fixture', {
          type: 'string',
          requiresArg: true,
          describe: 'Inputs and outputs that fixtures/record.py kept, .npz or .safetensors',
        })
        .option('tolerance', {
          type: 'number',
          requiresArg: true,
          describe:
            'Largest difference that passes; absolute, or relative to an output above 1 ' +
            `[default: ${defaultTolerance.weights}, for a fixture ${defaultTolerance.fixture}]`,
        })
        .option('provider', {
          type: 'string',
          choices: providers,
          requiresArg: true,
          describe: 'What runs the model; simd for a --fixture alone [default: cuda where it runs, else cpu]',
        })
        .conflicts('fixture', ['weights', 'checkpoint'])
        .conflicts('weights', 'checkpoint'),
    )
      .example('$0 verify model.onnx out/model.safetensors', 'Exit 1 when they differ')
      .example('$0 verify model.onnx model.pt --pool all', 'With the options that it was exported with')
      .example('$0 verify model.onnx --fixture recorded.npz', 'Against what PyTorch gave'),
  async handler({ model: path, weights, checkpoint, fixture, tolerance, provider, json, ...modelFile }) {
    const source = weights ?? checkpoint;
    const against = source === undefined ? 'fixture' : 'weights';
    const allowed = tolerance ?? defaultTolerance[against];
    if (source !== undefined && provider === 'simd') {
      throw new UsageError(
        '--provider simd computes on the kernels that the weights are run on too, which proves nothing; compare with ' +
          'cuda, cpu or wasm, which are onnxruntime.',
      );
    }
    const compare = await comparing({ path, source, fixture }, modelFile, say);
    await using model = await Model.load(path, {
      ...(provider === undefined ? {} : { providers: [provider] }),
      // What a recording fed the PyTorch model, masks of infinities too, is compared as it is.
      finite: 'allow',
    });
    const comparisons = await compare.run(model);
    const worst = comparisons.reduce(worseOf);
    const passed = comparisons.every(({ maxAbs, scale }) => maxAbs <= allowed * scale);
    const { running } = model.providers;
    if (json) {
      const { comparedWith } = compare;
      const advice = comparedWith === 'assumed network' ? { advice: assumptionAlone } : {};
      print(
        JSON.stringify({
          passed,
          comparedWith,
          tolerance: allowed,
          provider: running,
          comparisons,
          ...advice,
        }),
      );
    } else {
      for (const line of alignColumns(tableOf(comparisons))) print(line);
      if (against === 'weights') for (const line of leftOut(comparisons)) say(line);
      const reference = against === 'weights' ? 'tfjs' : 'the recording';
      const runtime = running === 'simd' ? 'our own kernels, simd' : `onnxruntime on ${running}`;
      say(`${reference} against ${runtime}, tolerance ${allowed}`);
    }
    if (!passed) {
      throw new LstmOnnxError(
        'E_VERIFY_FAILED',
        `Output '${worst.output}' differs by ${worst.maxAbs}${placeOf(worst)}; ` +
          `the tolerance is ${allowed} (relative to the largest output where that is above 1). ${adviceFor(worst, compare.comparedWith)}`,
      );
    }
    if (json) return;
    const largest = `largest difference ${worst.maxAbs.toExponential(1)}`;
    if (compare.comparedWith === 'assumed network') {
      print(`agrees with the network that was assumed for the weights: ${largest}`);
      say(assumptionAlone);
    } else {
      print(`passed: ${largest}`);
    }
  },
});

/** What the model is compared with. An assumed network is one that weights alone do not say. */
type ComparedWith = 'network' | 'assumed network' | 'recording';

interface Reference {
  readonly comparedWith: ComparedWith;
  readonly run: (model: Model) => Promise<Comparison[]>;
}

const assumptionAlone =
  'This compared the assumption with itself: the network was inferred from the names and shapes of the weights, for the ' +
  'export and again here. Whether it is your PyTorch model only outputs of that model can tell: record them in Python with ' +
  'record() of fixtures/record.py, then give verify MODEL --fixture recorded.npz.';

/** A row for each, with a column for each dimension that has sizes. */
function tableOf(comparisons: readonly Comparison[]): string[][] {
  const dims = (['batch', 'time'] as const).filter((dim) =>
    comparisons.some((each) => each[dim] !== undefined),
  );
  const rows = comparisons.map((each) => [
    each.output,
    ...dims.map((dim) => String(each[dim])),
    each.maxAbs.toExponential(1),
    String(each.maxUlp),
  ]);
  return [['output', ...dims, 'max abs', 'max ulp'], ...rows];
}

/** What is said of sizes that no comparison has. */
function leftOut(comparisons: readonly Comparison[]): string[] {
  return (['batch', 'time'] as const).flatMap((dim) => {
    const tried = new Set(comparisons.map((each) => each[dim]));
    const missing = tried.has(undefined) ? [] : defaultSizes[dim].filter((size) => !tried.has(size));
    return missing.length > 0
      ? [`not at ${dim} ${missing.join(', ')}: the network does not take that size`]
      : [];
  });
}

/** ` at batch 2, time 7`, as far as there are such dimensions. */
function placeOf({ batch, time }: Comparison): string {
  const sizes = [
    batch === undefined ? [] : `batch ${batch}`,
    time === undefined ? [] : `time ${time}`,
  ].flat();
  return sizes.length > 0 ? ` at ${sizes.join(', ')}` : '';
}

/** The one that is nearer to failing, or fails by more; NaN is worst. */
function worseOf(a: Comparison, b: Comparison): Comparison {
  const relative = ({ maxAbs, scale }: Comparison) => maxAbs / scale;
  return Number.isNaN(relative(a)) || relative(b) <= relative(a) ? a : b;
}

/** Of an output's scale: far more than sums in another order differ by. */
const farOff = 1e-3;

/** What may have been said of weights. */
const modelOptions = modelFileOptions.map((name) => `--${name}`).join(', ');

function adviceFor({ maxAbs, scale }: Comparison, comparedWith: ComparedWith): string {
  if (Number.isFinite(maxAbs) && maxAbs > farOff * scale) {
    return comparedWith === 'recording'
      ? 'That is no matter of rounding: the model is another network than the recorded one. If it was exported from weights ' +
          'alone, what was assumed for them is wrong: look into the forward() of the PyTorch model, then say what differs by ' +
          `${modelOptions} when you export. Or the recording is of other weights, or was made in training mode.`
      : `That is no matter of rounding: the model was exported from other weights or with other options (${modelOptions}). ` +
          'Give the same ones, or export it again.';
  }
  return Number.isFinite(maxAbs)
    ? 'Sums in another order differ so little: say --tolerance if that is good enough, else export the model again.'
    : 'There are NaN or infinite numbers on one side or on both, which no tolerance covers; lstm-onnx inspect says ' +
        'which weights hold such numbers.';
}

/** Reads what the model is compared with, before the model is loaded. */
async function comparing(
  { path, source, fixture }: { path: string; source: string | undefined; fixture: string | undefined },
  modelFile: ModelFileArguments,
  say: Output['say'],
): Promise<Reference> {
  if (source !== undefined) {
    const { network, parameters, isInferred } = await readModelFile(source, modelFile, say, path);
    return {
      comparedWith: isInferred ? 'assumed network' : 'network',
      run: (model) => verify(model, network, parameters),
    };
  }
  if (fixture === undefined) throw new UsageError('Name the weights to compare with, or a --fixture.');
  const superfluous = modelFileOptions.find((option) => modelFile[option] !== undefined);
  if (superfluous !== undefined) {
    throw new UsageError(`--${superfluous} says what network weights are of; a --fixture needs none.`);
  }
  const recording = await readRecordingFile(fixture);
  return { comparedWith: 'recording', run: (model) => verifyRecording(model, recording) };
}

async function readRecordingFile(path: string) {
  const bytes = await readFile(path);
  try {
    return await readRecording(bytes);
  } catch (error) {
    throw error instanceof LstmOnnxError ? reworded(error, `${path}: ${error.message}`) : error;
  }
}
