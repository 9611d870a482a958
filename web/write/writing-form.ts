/** The form beside the text: what to go on from, how bold, how long. */
import { element, place } from '../shared/element.js';
import { checkWhileTyping, isRight, mark } from '../shared/number-fields.js';
import { formatBytes } from '../shared/quantities.js';
import type { WritingOptions } from './program.js';
import { knownText, type Writer } from './writer.js';

const input = (id: string): HTMLInputElement => element(id, HTMLInputElement);
const prompt = element('prompt', HTMLTextAreaElement);
const temperature = input('temperature');
const numbers = ['length', 'draw-seed'].map(input);
const mostSeed = 2 ** 32;

/** What a temperature does, up to each of them. */
const effects: readonly (readonly [number, string])[] = [
  [0.3, 'Nearly always the likeliest character: it goes round in circles.'],
  [0.7, 'Mostly likely characters: it keeps to words that it knows.'],
  [1, 'Characters about as likely as the network says.'],
  [Number.POSITIVE_INFINITY, 'Unlikely characters, too: it makes up words.'],
];

export function currentTemperature(): number {
  return temperature.valueAsNumber;
}

/** What is chosen, or undefined where a field has what it does not take, which it then says. */
export function readWriting(writer: Writer): WritingOptions | undefined {
  for (const field of numbers) mark(field, !isRight(field));
  const [length, seed] = numbers;
  if (!length || !seed || !numbers.every(isRight)) return undefined;
  return {
    prompt: knownText(writer.generator.vocabulary, prompt.value).text,
    temperature: currentTemperature(),
    length: length.valueAsNumber,
    seed: seed.valueAsNumber,
  };
}

export function setPrompt(text: string): void {
  prompt.value = text;
}

/** Says which characters of the prompt the network has never seen. */
export function tellUnknown({ generator }: Writer): void {
  sayOnce('prompt-hint', sayUnknown(knownText(generator.vocabulary, prompt.value).unknown));
}

/** Screen readers would read the same sentence out again at every key. */
export function sayOnce(id: string, sentence: string): void {
  if (place(id).textContent !== sentence) place(id).textContent = sentence;
}

/** @param unknown each once */
export function sayUnknown(unknown: readonly string[]): string {
  if (unknown.length === 0) return '';
  const shown = unknown.slice(0, 8).map((character) => `“${character}”`);
  const names = unknown.length > shown.length ? [...shown, 'others'] : shown;
  const them = unknown.length === 1 ? 'It is' : 'They are';
  return `The network has never seen ${listed(names)}. ${them} left out.`;
}

function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length === 1 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** Takes the next seed. */
export function nextSeed(): void {
  const seed = input('draw-seed');
  seed.value = String(isRight(seed) ? (seed.valueAsNumber + 1) % mostSeed : 1);
}

/** @param heldOut its perplexity on text that it has not read */
export function showFacts({ model, bytes }: Writer, what: string, heldOut: string): void {
  const { running } = model.providers;
  place('model-facts').textContent =
    `${what}, ${formatBytes(bytes)}, running on ${running}. Its perplexity on text that it has not read is ${heldOut}, as if each ` +
    'next character were one of so many equally likely ones.';
}

function showTemperature(): void {
  const value = currentTemperature();
  place('temperature-value').textContent = value.toFixed(2);
  const [, effect = ''] = effects.find(([most]) => value <= most) ?? [];
  place('temperature-hint').textContent = effect;
  temperature.setAttribute('aria-valuetext', value.toFixed(2));
}

export interface WritingEvents {
  onWrite(): void;
  onStop(): void;
  onAnother(): void;
  onChange(): void;
}

export function listenToWriting({ onWrite, onStop, onAnother, onChange }: WritingEvents): void {
  const form = element('writing', HTMLFormElement);
  checkWhileTyping(form);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    onWrite();
  });
  form.addEventListener('input', onChange);
  temperature.addEventListener('input', showTemperature);
  place('write-stop').addEventListener('click', onStop);
  place('another').addEventListener('click', onAnother);
  showTemperature();
}
