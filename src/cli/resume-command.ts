/** The command that goes on with a run of `train`, to copy into a shell. */

const names = [
  'epochs',
  'data',
  'seed',
  'batch-size',
  'lr',
  'hidden-size',
  'num-layers',
  'clip-norm',
  'backend',
  'output',
] as const;

type Given = Readonly<Record<(typeof names)[number], string | number | undefined>>;

/**
 * @param given the options of the run that was stopped: what its file does not hold yet is not lost either
 * @param state the training state to go on with
 */
export function resumeCommand(dataset: string, state: string, given: Given): string {
  const options = names.flatMap((name) => {
    const value = given[name];
    return value === undefined ? [] : [`--${name}`, shellWord(String(value))];
  });
  return ['lstm-onnx train', dataset, '--resume', shellWord(state), ...options].join(' ');
}

/** A word of a command as a shell reads it: in quotes where it holds a space or another character with a meaning. */
export function shellWord(text: string): string {
  if (process.platform === 'win32') return /^[\p{L}\p{N}_@+=:./\\-]+$/u.test(text) ? text : `"${text}"`;
  return /^[\p{L}\p{N}_@%+=:,./-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
