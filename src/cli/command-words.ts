/** What errors and notes of the library point to, as options of the command line. */
import type { Hint, LeaveOutHint } from '../hints.js';
import type { ImportNote } from '../import/imported-model.js';
import { recurrentList } from '../import/recurrent-kinds.js';
import { shellWord } from './resume-command.js';

const flags: Readonly<Record<LeaveOutHint['leaveOut'], string>> = {
  pool: '--pool',
  lstm: '--lstm',
  activation: '--activation',
  head: '--head',
  embedding: '--embedding',
  nonlinearity: '--nonlinearity',
  batchFirst: '--time-first',
  dir: '--data',
};

/**
 * One line; none where there is nothing to give.
 *
 * @param model the ONNX file that the command is about, if there is one yet
 */
export function commandWords(hints: readonly Hint[] | undefined, model = 'model.onnx'): string[] {
  const words = hints?.map((hint) => wordsOf(hint, shellWord(model))) ?? [];
  return words.length > 0 ? [`On the command line: ${words.join('; ')}.`] : [];
}

/** The lines of a note. @param model as of {@link commandWords} */
export function noteLines({ text, hints }: ImportNote, model?: string): string[] {
  return [text, ...commandWords(hints, model)];
}

function wordsOf(hint: Hint, model: string): string {
  if ('call' in hint) {
    return hint.call === 'Model.load'
      ? `lstm-onnx run ${model} --provider cpu runs the ONNX file`
      : `lstm-onnx verify ${model} --fixture recorded.npz compares with what was recorded`;
  }
  if ('leaveOut' in hint) return `leave out ${flags[hint.leaveOut]}`;
  switch (hint.option) {
    case 'lstm':
      return `--lstm ${nameIn(hint.found)} for one ${recurrentList('or')}, --lstm NAME,NAME or --lstm NAME,relu,NAME for several in their order`;
    case 'head': {
      if ('value' in hint) return '--no-head for none';
      const name = nameIn(hint.found);
      return name === 'NAME'
        ? '--head NAME for one layer, --head NAME,relu,NAME for layers and activations in their order'
        : `--head ${name}, or with an activation --head ${name},relu`;
    }
    case 'embedding':
      return `--embedding ${nameIn(hint.found)}`;
    case 'pool':
      return hint.found ? `--pool NAME, one of ${hint.found.join(', ')}` : '--pool NAME';
    case 'nonlinearity':
      return '--nonlinearity relu for an RNN that was made with relu';
    case 'activation':
      return '--activation NAME for one on the output of the last recurrent layer';
    case 'batchFirst':
      return '--time-first where the steps come first';
    case 'network':
      return '--network FILE for a JSON file that describes the network (lstm-onnx init drafts one)';
    case 'finite':
      return '--finite allow';
    case 'dir':
      return '--data DIR';
    case 'key':
      return `--group ${nameIn(hint.found, 'COLUMN')}`;
    case 'dateFormat':
      return `--date-format ${hint.found.length === 0 ? 'FORMAT' : hint.found.map(shellWord).join(' or ')}`;
    case 'decimal':
      return `--decimal ${hint.value}`;
    case 'missing':
      return `--missing ${shellWord(hint.found[0])}`;
    case 'separator':
      return `--separator ${hint.found.map((found) => (found === '\t' ? 'tab' : shellWord(found))).join(' or ')}`;
    case 'sort':
      return '--sort';
    case 'duplicates':
      return '--duplicates first or last';
    case 'fill':
      return '--fill previous, linear or drop';
    case 'frequency':
    case 'window':
    case 'horizon':
      return `--${hint.option}`;
    case 'future':
      return 'rows at the end of the file without a target';
    case 'names':
      return 'a first line with the names of the columns';
  }
}

/** The only one that there is; a word for any of several, none of them as if it were right. */
function nameIn(found: readonly string[] = [], any = 'NAME'): string {
  const [only] = found;
  return only !== undefined && found.length === 1 ? shellWord(only) : any;
}
