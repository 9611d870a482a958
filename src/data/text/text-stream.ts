/** A long text as streams side by side, read piece by piece: the data of a language model. */
import { wrongArgument } from '../../arguments.js';
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import type { SampleArray } from '../dataset.js';
import type { SampleLoader } from '../sample-loader.js';
import { expectWhole } from '../table/table.js';

export interface TextStreamOptions<Input extends string = string> {
  /** Into how many streams the text is cut; a batch has a piece of each. */
  readonly batchSize: number;
  /** The tokens of a piece. Gradients go back so many steps; the states go on. */
  readonly steps: number;
  /** The name of the network's input of tokens. @default 'tokens' */
  readonly input?: Input;
}

/** What {@link textStream} gives. */
export interface TextStream<Input extends string = string>
  extends SampleLoader<Readonly<Record<Input, SampleArray<'int32'>>>> {
  readonly streams: number;
}

const optionNames = { batchSize: true, steps: true, input: true } satisfies OptionNames<TextStreamOptions>;

/**
 * Cuts a long text into `batchSize` streams of equal length, and each stream into pieces of `steps` tokens, of which the last may be
 * shorter: as `batchify` and `get_batch` of PyTorch's word_language_model. The targets are the tokens one step later. `fit` and
 * `evaluate` read the pieces in order, and carry the states of recurrent layers from each piece to the next one of its stream.
 * Tokens that do not fill the streams, fewer than `batchSize` at the end, are left out.
 *
 * @param ids the tokens of the text, such as `encodeText` gives
 * @returns data with one input, int32 `[batchSize, steps]`, and targets of the same shape
 * @throws E_INVALID_OPTION for what are no ids, for other options, and for a text with fewer than two tokens for each stream
 */
export function textStream<const Input extends string = 'tokens'>(
  ids: Int32Array | readonly number[],
  options: TextStreamOptions<Input>,
): TextStream<Input> {
  checkOptionNames('textStream', options, optionNames, {
    bptt: 'steps',
    seqLen: 'steps',
    streams: 'batchSize',
  });
  if (options === undefined) throw wrongArgument('textStream: options', options, '{ batchSize, steps }');
  const { batchSize, steps, input = 'tokens' } = options;
  expectWhole('textStream', { batchSize, steps }, 1);
  if (typeof input !== 'string') throw wrongArgument('textStream: input', input, 'the name of an input');
  const tokens = tokensOf(ids);
  const streamLength = Math.floor(tokens.length / batchSize);
  if (streamLength < 2) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `textStream: the text has ${counted(tokens.length, 'token')} for ${counted(batchSize, 'stream')}; each needs two at least, one to ` +
        'read and one to predict. Give a longer text or a smaller batchSize.',
    );
  }
  const length = Math.ceil((streamLength - 1) / steps) * batchSize;
  return {
    length,
    streams: batchSize,
    batch(indices) {
      const wrong = indices.find((index) => index < 0 || index >= length);
      if (wrong !== undefined) {
        throw new LstmOnnxError(
          'E_INVALID_OPTION',
          `textStream: sample ${wrong} was asked for; there are the samples 0 to ${length - 1}.`,
        );
      }
      const starts = Array.from(indices, (index) => Math.floor(index / batchSize) * steps);
      const sizes = new Set(starts.map((start) => Math.min(steps, streamLength - 1 - start)));
      const [size, ...others] = sizes;
      if (size === undefined || others.length > 0) {
        throw new LstmOnnxError(
          'E_SHAPE_MISMATCH',
          `textStream: a batch was asked for with pieces of ${[...sizes].join(' and ')} tokens; expected the pieces of one batch.`,
        );
      }
      const later = (by: number): SampleArray<'int32'> => {
        const data = new Int32Array(indices.length * size);
        indices.forEach((index, row) => {
          const from = (index % batchSize) * streamLength + (starts[row] ?? 0) + by;
          data.set(tokens.subarray(from, from + size), row * size);
        });
        return { dtype: 'int32', shape: [indices.length, size], data };
      };
      const inputs = { [input]: later(0) } as Record<Input, SampleArray<'int32'>>; // the default of Input is that of input
      return { inputs, targets: later(1) };
    },
  };
}

function tokensOf(ids: Int32Array | readonly number[]): Int32Array {
  const isIds =
    ids instanceof Int32Array || (Array.isArray(ids) && ids.every((id) => Number.isInteger(id) && id >= 0));
  if (!isIds) throw wrongArgument('textStream: ids', ids, 'the ids of tokens, as encodeText gives');
  return Int32Array.from(ids);
}
