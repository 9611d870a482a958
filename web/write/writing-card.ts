/** The two cards of a network that writes: its text, and one of its units along the text. */
import { element, place } from '../shared/element.js';
import type { Problem } from '../shared/problem.js';
import { counted } from '../shared/quantities.js';
import { pace, ScriptView } from './script-view.js';
import { UnitReader } from './unit-reader.js';
import { UnitView } from './unit-view.js';
import { knownText, type Writer, write } from './writer.js';
import {
  currentTemperature,
  listenToWriting,
  nextSeed,
  readWriting,
  sayOnce,
  sayUnknown,
  showFacts,
  tellUnknown,
} from './writing-form.js';

const stop = element('write-stop', HTMLButtonElement);
const again = element('write', HTMLButtonElement);
const typed = element('typed', HTMLTextAreaElement);
/** Of a text that was typed. */
const mostRead = 3000;
/** Milliseconds without a key: the person has typed. */
const pause = 300;

export class WritingCard {
  readonly #problem: Problem<'model' | 'writing'>;
  readonly #script = new ScriptView();
  readonly #units = new UnitView();
  #writer: Writer | undefined;
  /** Of the writing that goes on. */
  #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  /** The number of the newest writing; who asked for an older one comes too late. */
  #newest = 0;
  /** What was read of the text that is written. */
  #written: UnitReader | undefined;
  /** The number of the newest reading of what was typed. */
  #latest = 0;
  readonly #onChange: () => void;
  #typing: ReturnType<typeof setTimeout> | undefined;

  /** @param onChange something was chosen that the program depends on */
  constructor(problem: Problem<'model' | 'writing'>, onChange: () => void) {
    this.#problem = problem;
    this.#onChange = onChange;
    listenToWriting({
      onWrite: () => void this.write(),
      onStop: () => this.#stop(),
      onAnother: () => {
        nextSeed();
        void this.write();
      },
      onChange: () => {
        if (this.#writer) tellUnknown(this.#writer);
        onChange();
      },
    });
    place('unit-source').addEventListener('change', () => this.#showSource());
    typed.addEventListener('input', () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => void this.#readTyped(), pause);
    });
  }

  get writer(): Writer | undefined {
    return this.#writer;
  }

  /** Another network, which begins at once. */
  async use(writer: Writer, what: string, heldOut: string): Promise<void> {
    await this.#end();
    if (writer !== this.#writer) this.#units.forgetChoice();
    this.#writer = writer;
    showFacts(writer, what, heldOut);
    tellUnknown(writer);
    this.#onChange();
    const done = this.write();
    if (this.#isTyped) await this.#readTyped();
    await done;
  }

  async write(): Promise<void> {
    const request = ++this.#newest;
    await this.#end();
    if (request !== this.#newest) return;
    const writer = this.#writer;
    const options = writer && readWriting(writer);
    if (!options) return;
    this.#onChange();
    this.#problem.mended('writing');
    this.#stopping = new AbortController();
    this.#running = this.#writeOn(writer, { ...options, signal: this.#stopping.signal });
    await this.#running;
  }

  async #writeOn(
    writer: Writer,
    options: {
      readonly prompt: string;
      readonly length: number;
      readonly seed: number;
      readonly signal: AbortSignal;
    },
  ): Promise<void> {
    const { prompt, signal } = options;
    stop.disabled = false;
    place('writing-said').textContent = 'Writing…';
    this.#script.begin(prompt);
    const reader = new UnitReader(writer);
    this.#written = reader;
    if (!this.#isTyped) this.#units.show(reader);
    let count = 0;
    try {
      for (const character of prompt) await reader.read(character);
      for await (const character of write(writer, { ...options, temperature: currentTemperature })) {
        this.#script.add(character);
        count++;
        await reader.read(character);
        if (!this.#isTyped) this.#units.grow();
        await pace();
      }
    } catch (error) {
      this.#problem.tell('writing', 'The network cannot write', error, () => void this.write());
    }
    this.#script.end();
    if (!this.#isTyped) this.#units.end();
    place('writing-said').textContent = signal.aborted
      ? `Stopped after ${counted(count, 'character')}.`
      : `Done: ${counted(count, 'character')}.`;
    const hadFocus = document.activeElement === stop;
    stop.disabled = true;
    if (hadFocus) again.focus({ preventScroll: true });
  }

  #stop(): void {
    this.#stopping.abort();
  }

  /** Ends what is being written, and waits for it. */
  async #end(): Promise<void> {
    this.#stop();
    await this.#running;
  }

  get #isTyped(): boolean {
    return element('unit-typed', HTMLInputElement).checked;
  }

  #showSource(): void {
    place('typed-field').hidden = !this.#isTyped;
    if (this.#isTyped) void this.#readTyped();
    else if (this.#written) {
      this.#units.show(this.#written);
      this.#units.end();
    }
  }

  async #readTyped(): Promise<void> {
    const writer = this.#writer;
    if (!writer) return;
    const request = ++this.#latest;
    const { text, unknown } = knownText(writer.generator.vocabulary, typed.value);
    const read = [...text].slice(0, mostRead);
    const cut = read.length < text.length ? ` The first ${counted(mostRead, 'character')} are read.` : '';
    sayOnce('typed-hint', `${sayUnknown(unknown)}${cut}`);
    const reader = new UnitReader(writer);
    try {
      for (const character of read) {
        if (request !== this.#latest) return;
        await reader.read(character);
      }
    } catch (error) {
      this.#problem.tell('writing', 'The network cannot read this', error, () => void this.#readTyped());
      return;
    }
    if (request !== this.#latest || !this.#isTyped) return;
    this.#units.show(reader);
    this.#units.end();
  }
}
