/** The form of the page: its numbers, checked where they are typed. */
import { element } from '../shared/element.js';
import { isRight, mark } from '../shared/number-fields.js';
import type { NetworkOptions, TrainingOptions } from './messages.js';

const optimizers = ['adam', 'adamw', 'sgd'] as const;

const [samplesToSee, mostSuggested] = [30_000, 50];
/** What the page put into the field for the epochs. */
let suggested = '3';

const input = (id: string): HTMLInputElement => element(id, HTMLInputElement);
const select = (id: string): HTMLSelectElement => element(id, HTMLSelectElement);

/** The numbers of the form, or undefined where one is out of its range, which its field then says. */
export function readForm(): { network: NetworkOptions; training: TrainingOptions } | undefined {
  const fields = [
    'hidden-size',
    'num-layers',
    'dropout',
    'epochs',
    'batch-size',
    'learning-rate',
    'seed',
  ].map(input);
  const wrong = fields.filter((field) => !isRight(field));
  for (const field of fields) mark(field, wrong.includes(field));
  if (wrong.length > 0) return undefined;
  const [hiddenSize = 0, numLayers = 0, dropout = 0, epochs = 0, batchSize = 0, learningRate = 0, seed = 0] =
    fields.map(({ valueAsNumber }) => valueAsNumber);
  const chosen = select('optimizer').value;
  return {
    network: {
      hiddenSize,
      numLayers,
      bidirectional: input('bidirectional').checked,
      // PyTorch has it between layers only: with one layer there is no place for it.
      dropout: numLayers > 1 ? dropout : 0,
    },
    training: {
      epochs,
      batchSize,
      learningRate,
      seed,
      optimizer: optimizers.find((optimizer) => optimizer === chosen) ?? 'adam',
      threads: Number(select('threads').value),
    },
  };
}

/** As many epochs as go through some ten thousands of samples, unless the person has said how many. */
export function suggestEpochs(samples: number): void {
  const epochs = input('epochs');
  if (epochs.value !== suggested) return;
  suggested = String(Math.min(mostSuggested, Math.max(1, Math.round(samplesToSee / samples))));
  epochs.value = suggested;
}

/** The first field that is wrong, to go to. */
export function firstWrongField(): HTMLElement | undefined {
  return document.querySelector<HTMLElement>('#form [aria-invalid="true"]') ?? undefined;
}
