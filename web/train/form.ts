/** The form of the page: its numbers, checked where they are typed. */
import { element } from '../shared/element.js';
import type { CsvOptions, CsvSummary, NetworkOptions, TrainingOptions } from './messages.js';

const optimizers = ['adam', 'adamw', 'sgd'] as const;
/** Of the simd backend. */
const mostThreads = 4;

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

/**
 * Marks a field as it is typed in. Not when it is left: a message that comes or goes then moves what the person is about
 * to click on.
 */
export function checkWhileTyping(form: HTMLFormElement): void {
  form.addEventListener('input', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== 'number') return;
    mark(target, target.value !== '' && !target.validity.valid);
  });
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

function isRight(field: HTMLInputElement): boolean {
  return field.value !== '' && field.validity.valid;
}

/** Says below the field what it takes. */
function mark(field: HTMLInputElement, wrong: boolean): void {
  const id = `${field.id}-error`;
  const known = document.getElementById(id);
  if (!wrong) {
    field.removeAttribute('aria-invalid');
    field.removeAttribute('aria-describedby');
    known?.remove();
    return;
  }
  field.setAttribute('aria-invalid', 'true');
  field.setAttribute('aria-describedby', id);
  const message = known ?? document.createElement('p');
  message.id = id;
  message.className = 'field-error';
  message.textContent = rangeOf(field);
  field.after(message);
}

function rangeOf({ min, max, step }: HTMLInputElement): string {
  const kind = step === '1' ? 'whole number' : 'number';
  return max === '' ? `A ${kind} of at least ${min}` : `A ${kind} from ${min} to ${max}`;
}

/** Offers the threads that this page can have, and says why there is one only. */
export function offerThreads(): void {
  const most = crossOriginIsolated ? Math.min(mostThreads, navigator.hardwareConcurrency) : 1;
  const threads = select('threads');
  // As the library has it where it is not told: a worker of Firefox that starts threads waits for ever now and then.
  const mayHang = most > 1 && navigator.userAgent.includes('Firefox/');
  const usual = mayHang ? 1 : most;
  threads.replaceChildren(
    ...Array.from({ length: most }, (_, i) => new Option(String(i + 1), String(i + 1), i + 1 === usual)),
  );
  threads.value = String(usual);
  const bits = 'The same number of threads gives the same bits for the same seed.';
  element('threads-hint', HTMLElement).textContent = !crossOriginIsolated
    ? 'One thread: this server does not send the headers COOP and COEP, without which browsers do not share memory.'
    : mayHang
      ? `One thread unless you choose more: Firefox may hang when a worker starts threads. ${bits}`
      : bits;
}

/** Offers the columns of a table, with what it looks like chosen. */
export function offerCsv({ columns, options }: CsvSummary): void {
  select('csv-target').replaceChildren(...columns.map((name, i) => new Option(name, String(i))));
  select('csv-target').value = String(options.target);
  select('csv-layout').value = options.layout;
  select('csv-task').value = options.task;
  input('csv-steps').value = String(options.steps);
  input('csv-ahead').value = String(options.ahead);
  element('csv-options', HTMLElement).hidden = false;
  explainLayout();
}

/** How the table is to be cut. */
export function readCsvOptions(): CsvOptions {
  explainLayout();
  return {
    layout: select('csv-layout').value === 'rows' ? 'rows' : 'steps',
    target: Number(select('csv-target').value),
    task: select('csv-task').value === 'classification' ? 'classification' : 'regression',
    steps: input('csv-steps').valueAsNumber,
    ahead: input('csv-ahead').valueAsNumber,
  };
}

function explainLayout(): void {
  const rows = select('csv-layout').value === 'rows';
  element('csv-ahead-field', HTMLElement).hidden = rows;
  element('csv-layout-hint', HTMLElement).textContent = rows
    ? 'The other columns of a row are one sequence, first to last.'
    : 'Rows follow each other in time. With 0 rows ahead the column itself is left out of the window.';
}
