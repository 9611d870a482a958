/**
 * The names under which models in the wild carry state from an input to an output: PyTorch's and Keras' habits,
 * ONNX's own LSTM, Silero VAD, decoders with a key-value cache, streaming speech models.
 */

/** A word that marks an input as state, whatever surrounds it. */
const STATE_WORD =
  /(?:^|[^a-z])(?:states?|hiddens?|cells?|caches?|cached|past|carry|recurrent|[hc]0|[hc]x)\d*(?:$|[^a-z])/;

/** `h`, `c`, `h_in`, `lstm_h`, `initial_c`, `h_l0`, `prev_h`: the LSTM's letters, alone or among words of their kind. */
const STATE_LETTER =
  /^(?:(?:initial|init|prev|previous|lstm|gru|rnn|encoder|decoder|enc|dec)\d*_)*[hc]\d*(?:_(?:in|input|prev|init|l?\d+))*$/;

/** Looks like state but is not: an encoder's output, which decoders only read. */
const NOT_STATE = /^encoder_(?:hidden_states?|outputs?)$/;

/** Names of data: `audio_in` and `audio_out` are a filter's signal, not its state. */
const DATA_STEM =
  /^(?:x|y|data|inputs?|audio|signal|wav|waveform|speech|noisy|pcm|chunk|frames?|samples?|image|img|video|text|tokens?|ids|features?|feats?|mel|spec|mag|mask|lengths?|sr)\d*$/i;

/** No convention is longer; a hostile name of megabytes would make the patterns below slow. */
const MAX_NAME_LENGTH = 256;

/** Whether an input's name marks it as state. */
export function looksLikeState(name: string): boolean {
  if (name.length > MAX_NAME_LENGTH) return false;
  // hiddenState and HiddenState read as hidden_state.
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  return !NOT_STATE.test(words) && (STATE_WORD.test(words) || STATE_LETTER.test(words));
}

/** A pattern of input names and the output names for it, most usual first; a match alone marks the input as state. */
const PAIRED_PATTERNS: readonly (readonly [RegExp, readonly string[]])[] = [
  // h0 -> hn, h_0 -> h_n, lstm_c0 -> lstm_cn, and for one of several layers h0_l1 -> hn_l1
  [/^(.*?[hc])(_?)0(_.*)?$/, ['$1$2n$3', '$1n$3', '$1_n$3']],
  [/^([hc])x$/, ['$1y', '$1n', '$1_n']],
  [/^initial_(.*)$/, ['Y_$1', 'final_$1']],
  [/^past_key_values\.(.*)$/, ['present.$1', 'present_key_values.$1']],
  [/^past_(.*)$/, ['present_$1']],
  [/^(?:prev|previous)_(.*)$/, ['next_$1', 'new_$1', 'cur_$1', '$1']],
  [/^(.*)_prev$/, ['$1_next', '$1_new', '$1']],
];

/** `h_in` -> `h_out` and the like: the stem decides whether it is data. */
const IN_OUT_PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/^(.*)_in$/, '$1_out'],
  [/^in_(.*)$/, 'out_$1'],
  [/^(.*)_input$/, '$1_output'],
  [/^input_(.*)$/, 'output_$1'],
];

/** Output names for an input that is state: `state` -> `stateN`, `h` -> `hn`, `cache` -> `new_cache`. */
const STATE_OUTPUTS: readonly string[] = [
  '$&N',
  '$&n',
  '$&_n',
  '$&_out',
  '$&_new',
  '$&_next',
  'new_$&',
  'next_$&',
  'out_$&',
  'output_$&',
  '$&_output',
  'updated_$&',
];

/** The outputs that by convention carry this input's state, most usual first; mostly ones that do not exist. */
export function conventionalOutputs(name: string): readonly string[] {
  if (name.length > MAX_NAME_LENGTH) return [];
  const paired = PAIRED_PATTERNS.flatMap(([pattern, outputs]) =>
    pattern.test(name) ? outputs.map((output) => name.replace(pattern, output)) : [],
  );
  const inOut = IN_OUT_PATTERNS.flatMap(([pattern, output]) => {
    const stem = pattern.exec(name)?.[1];
    return stem === undefined || stem === '' || DATA_STEM.test(stem) ? [] : [name.replace(pattern, output)];
  });
  const others = looksLikeState(name) ? STATE_OUTPUTS.map((output) => name.replace(/^.*$/s, output)) : [];
  return [...paired, ...inOut, ...others];
}
