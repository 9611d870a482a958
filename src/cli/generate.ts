/** `lstm-onnx generate`: texts by a model of `train generate`, as they are written. */
import type { CommandModule } from 'yargs';
import { joinBytes } from '../array-layout.js';
import { decodeUtf8 } from '../data/utf8.js';
import { LstmOnnxError } from '../errors.js';
import type { GeneratedText, TextGenerationOptions, TextGenerator } from '../generate/text-generator.js';
import { promptTokens } from '../generate/text-prompt.js';
import type { Provider } from '../runtime/providers.js';
import type { GlobalOptions } from './global-options.js';
import { openModels } from './open-models.js';
import { providers } from './option-values.js';
import type { CliIo, Output } from './output.js';
import { givenSettings, withSettings } from './setting-options.js';
import { textModel } from './text-model.js';
import { UsageError } from './usage-error.js';
import { type WritingOptions, writingOptions } from './writing-settings.js';

interface GenerateArguments extends GlobalOptions {
  model: string;
  provider: Provider | undefined;
}

/** What stands for stdin, and between two texts. */
const [STDIN, BETWEEN] = ['-', '---'];
const TEMPERATURE = 0.8;
/** Seeds that are drawn have as many values. */
const SEEDS = 2 ** 31;

export const generateCommand = (
  output: Output,
  { stdin }: CliIo,
): CommandModule<GlobalOptions, GenerateArguments> => ({
  command: 'generate <model>',
  describe: 'Write texts by a model of train generate',
  builder: (yargs) =>
    withSettings(
      yargs.positional('model', {
        type: 'string',
        demandOption: true,
        describe: 'The .onnx file, or the folder that train wrote',
      }),
      writingOptions,
      'The text:',
    )
      .alias('length', 'max-length')
      .option('provider', {
        type: 'string',
        choices: providers,
        requiresArg: true,
        describe: 'What runs the model [default: cuda where it runs, else cpu]',
      })
      .example('$0 generate out --prompt "Call me"', 'Goes on from these words')
      .example('$0 generate out --temperature 0.5 --length 2000 > text.txt', 'A longer, tamer text'),
  async handler(args) {
    const given = givenSettings({ ...args }, writingOptions);
    checkTogether(given);
    const prompt = given.prompt === STDIN ? await readPrompt(stdin, output.say) : (given.prompt ?? '');
    await using models = await openModels(args.model, args.provider);
    const generator = await textModel(models, args.model, given.vocabulary);
    const { unknown } = promptTokens(generator.vocabulary, prompt);
    if (unknown.length > 0) {
      const list = unknown.map((token) => JSON.stringify(token)).join(', ');
      output.say(`not in the vocabulary, and read as unknown: ${list}`);
    }
    const texts =
      given.beam === undefined ? drawn(generator, prompt, given) : searched(generator, prompt, given);
    await tell(texts, prompt, args.json, output);
    output.say(`ran on ${models.running}`);
  },
});

/** A text that is written: its pieces, and behind them the whole. */
interface Writing {
  readonly seed?: number;
  readonly pieces: AsyncGenerator<string, GeneratedText, undefined>;
}

/** @throws UsageError for options of which one has no meaning beside the other */
function checkTogether({ temperature, topK, topP, seed, beam, count = 1 }: WritingOptions): void {
  const drawing = Object.entries({ temperature, 'top-k': topK, 'top-p': topP, seed });
  const [drawingName] = drawing.find(([, value]) => value !== undefined) ?? [];
  if (beam !== undefined && drawingName !== undefined) {
    throw new UsageError(
      `--beam searches and --${drawingName} is of texts that are drawn: leave one of them out.`,
    );
  }
  if (beam !== undefined && count > beam) {
    throw new UsageError(
      `--count is ${count}, and a beam of ${beam} finds no more than that: give a larger --beam.`,
    );
  }
  const [otherName] = drawing.find(([name, value]) => name !== 'temperature' && value !== undefined) ?? [];
  if (temperature === 0 && otherName !== undefined) {
    throw new UsageError(
      `--temperature 0 takes the most probable token, and --${otherName} is of tokens that are drawn: leave one of them out.`,
    );
  }
  if (temperature === 0 && count > 1) {
    throw new UsageError('--temperature 0 writes the same text each time: leave --count out.');
  }
}

function optionsOf(
  { length, repetitionPenalty, stop }: WritingOptions,
  { vocabulary }: TextGenerator,
): TextGenerationOptions {
  return {
    maxLength: length ?? (vocabulary.tokenizer === 'characters' ? 500 : 100),
    ...(repetitionPenalty !== undefined && { repetitionPenalty }),
    ...(stop !== undefined && { stop }),
  };
}

/** One text after the other, each by its own seed, so that it can be had again alone. */
async function* drawn(
  generator: TextGenerator,
  prompt: string,
  given: WritingOptions,
): AsyncGenerator<Writing> {
  const { temperature = TEMPERATURE, topK, topP, count = 1 } = given;
  const options = optionsOf(given, generator);
  if (temperature === 0) {
    yield { pieces: generator.stream(prompt, options) };
    return;
  }
  const first = given.seed ?? Math.floor(Math.random() * SEEDS);
  for (let seed = first; seed < first + count; seed++) {
    const sample = {
      temperature,
      seed,
      ...(topK !== undefined && { topK }),
      ...(topP !== undefined && { topP }),
    };
    yield { seed, pieces: generator.stream(prompt, { ...options, sample }) };
  }
}

async function* searched(
  generator: TextGenerator,
  prompt: string,
  given: WritingOptions,
): AsyncGenerator<Writing> {
  const { beam: width = 1, count: nBest = 1 } = given;
  const beam = { width, nBest };
  for (const found of await generator.generate(prompt, { ...optionsOf(given, generator), beam })) {
    yield { pieces: whole(found) };
  }
}

async function* whole(found: GeneratedText): AsyncGenerator<string, GeneratedText, undefined> {
  yield found.text;
  return found;
}

/** Prints each piece as it comes; as JSON an object for each text. */
async function tell(
  texts: AsyncIterable<Writing>,
  prompt: string,
  json: boolean,
  { print, printText, say }: Output,
): Promise<void> {
  let isFirst = true;
  for await (const { seed, pieces } of texts) {
    if (!json) {
      if (!isFirst) print(BETWEEN);
      if (!printText(prompt)) return;
    }
    isFirst = false;
    let next = await pieces.next();
    for (; !next.done; next = await pieces.next()) if (!json && !printText(next.value)) return;
    const { text, tokens, logProbability, finish } = next.value;
    if (json) print(JSON.stringify({ prompt, text, tokens, logProbability, finish, seed }));
    else if (!`${prompt}${text}`.endsWith('\n')) printText('\n');
    if (!json && seed !== undefined) say(`--seed ${seed} writes this text again`);
  }
}

/** The text of stdin, without the line end that `echo` puts behind it. */
async function readPrompt(stdin: CliIo['stdin'], say: Output['say']): Promise<string> {
  if (!stdin) throw new UsageError('--prompt is -, and there is no stdin to read it from.');
  if (stdin.isTTY) say('type the prompt; Ctrl-D on a line of its own ends it');
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(chunk);
  const text = decodeUtf8(joinBytes(chunks), false);
  if (text === undefined) {
    throw new LstmOnnxError('E_INVALID_FILE', 'The prompt on stdin is no text in UTF-8.');
  }
  return text.replaceAll(/\r\n?/g, '\n').replace(/\n$/, '');
}
