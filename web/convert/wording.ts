/** What errors and notes of the library point to, as what the page has for it; in sentences. */
import type { Hint, ImportNote } from 'lstm-onnx/web';

/** What the fields of the page are called. */
export const labels = {
  pool: "Of the recurrent layer's output goes on",
  activation: "Activation on the recurrent layer's output",
  lstm: 'Recurrent layers, in their order',
  head: 'Linear layer behind the recurrent one',
  chain: 'Or layers and activations, in their order',
  embedding: 'Embedding before the recurrent layer',
  batchFirst: 'Time comes before batch',
  nonlinearity: 'RNNs were made with',
} as const;

/** A message with what there is to do on the page. */
export function withPageWords(message: string, hints: readonly Hint[] = []): string {
  const ways = [...new Set(hints.flatMap(wordsOf))];
  return ways.length > 0 ? `${message} On this page: ${ways.join('; ')}.` : message;
}

/** Notes begin in lower case, as lines of a terminal do. */
export function sentence({ text, hints }: ImportNote): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return withPageWords(/[.!?]$/.test(capital) ? capital : `${capital}.`, hints);
}

/** The page runs nothing and gives no option that does not belong, so that it has no words for these. */
function wordsOf(hint: Hint): string[] {
  if ('call' in hint || 'leaveOut' in hint) return [];
  switch (hint.option) {
    case 'head':
      return 'value' in hint
        ? [`choose none under “${labels.head}”`]
        : [`choose one${among(hint.found)} under “${labels.head}”`, `write several into “${labels.chain}”`];
    case 'embedding':
      return [`choose it${among(hint.found)} under “${labels.embedding}”`];
    case 'lstm':
      return [`write one or several${among(hint.found)} into “${labels.lstm}”`];
    case 'pool':
    case 'nonlinearity':
    case 'activation':
      return [`choose under “${labels[hint.option]}”`];
    case 'batchFirst':
      return [`tick “${labels.batchFirst}”`];
    case 'network':
      return ['give the weights together with a JSON file of the network'];
    default:
      return [];
  }
}

/** More than a few are in the lists of the page. */
function among(found: readonly string[] = []): string {
  return found.length > 0 && found.length <= 5 ? ` (${found.join(', ')})` : '';
}
