/** The text that a network is to learn: pasted, from a file, or the one that the site brings. */
import { LstmOnnxError, parseText } from 'lstm-onnx/web';
import { element, make, place } from '../shared/element.js';
import { failureOf, showFailure } from '../shared/failure.js';
import { onFiles } from '../shared/file-drop.js';
import { counted, formatCount } from '../shared/quantities.js';
import { factsOf, type TextFacts } from './plan.js';

export interface LearnedText extends TextFacts {
  /** As a program would be given it. */
  readonly fileName: string;
  readonly text: string;
}

const sources = ['paste', 'file', 'built-in'] as const;
type Source = (typeof sources)[number];
const pasted = element('pasted', HTMLTextAreaElement);
/** Milliseconds without a key: the person has typed. */
const pause = 250;
const builtIn = 'moby-dick.txt';

export interface TextSourceEvents {
  /** The text is another; undefined where there is none that a network can learn. */
  onText(text: LearnedText | undefined): void;
  /** Whether the text may be another now. */
  mayChange(): boolean;
}

export class TextSource {
  readonly #events: TextSourceEvents;
  #text: LearnedText | undefined;
  /** What keeps the text from being one. */
  #problem: unknown;
  /** The number of the newest reading; what an older one comes to is let go of. */
  #latest = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(events: TextSourceEvents) {
    this.#events = events;
    for (const name of sources) {
      element(`source-${name}`, HTMLInputElement).addEventListener('change', () => void this.#choose(name));
    }
    pasted.addEventListener('input', () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => void this.#takePasted(), pause);
    });
    onFiles(place('training'), element('text-file', HTMLInputElement), ([file]) => {
      if (!file || !events.mayChange()) return;
      element('source-file', HTMLInputElement).checked = true;
      this.#showPanel('file');
      void this.#readFile(file);
    });
    const chosen = sources.find((name) => element(`source-${name}`, HTMLInputElement).checked) ?? 'paste';
    void this.#choose(chosen);
  }

  /** The text as it is now, whatever was typed last; where there is none, says why. */
  async current(): Promise<LearnedText | undefined> {
    if (element('source-paste', HTMLInputElement).checked) await this.#takePasted();
    if (!this.#text) {
      this.#tell(
        this.#problem ??
          new LstmOnnxError('E_MISSING_DATA', 'There is no text yet. Paste one, or choose a file.'),
      );
    }
    return this.#text;
  }

  #showPanel(source: Source): void {
    for (const name of sources) place(`panel-${name}`).hidden = name !== source;
  }

  async #choose(source: Source): Promise<void> {
    this.#showPanel(source);
    if (source === 'paste') await this.#takePasted();
    else if (source === 'built-in') await this.#read(builtIn, 'Fetching the text…', fetchBuiltIn);
    else this.#take(undefined, undefined, '');
  }

  /** An empty field is no mistake, until there is to be trained. */
  async #takePasted(): Promise<void> {
    clearTimeout(this.#typing);
    if (pasted.value.trim() === '') this.#take(undefined, undefined, '');
    else await this.#read('text.txt', '', async () => ({ text: pasted.value, notes: [] }));
  }

  async #readFile(file: File, encoding?: string): Promise<void> {
    await this.#read(
      file.name,
      `Reading ${file.name}…`,
      () => parseText(file.stream(), encoding === undefined ? {} : { encoding }),
      encoding === undefined ? () => void this.#readFile(file, 'windows-1252') : undefined,
    );
  }

  /** @param otherwise reads bytes that are not UTF-8 in another encoding */
  async #read(
    fileName: string,
    said: string,
    read: () => Promise<Awaited<ReturnType<typeof parseText>>>,
    otherwise?: () => void,
  ): Promise<void> {
    const request = ++this.#latest;
    if (said !== '') place('text-facts').textContent = said;
    try {
      const { text, notes } = await read();
      if (request !== this.#latest) return;
      const facts = factsOf(text);
      const sentences = [
        `${fileName === 'text.txt' ? '' : `${fileName}: `}${counted(facts.length, 'character')}, ${formatCount(facts.kinds)} of them different.`,
        ...notes.map((note) => note.text),
      ];
      this.#take({ fileName, text, ...facts }, undefined, sentences.join(' '));
    } catch (error) {
      if (request !== this.#latest) return;
      this.#take(undefined, error, '');
      this.#tell(error, otherwise);
    }
  }

  #take(text: LearnedText | undefined, problem: unknown, said: string): void {
    this.#latest++;
    this.#text = text;
    this.#problem = problem;
    place('text-facts').textContent = said;
    showFailure(place('text-problem'), '', undefined);
    this.#events.onText(text);
  }

  #tell(error: unknown, otherwise?: () => void): void {
    const problem = place('text-problem');
    const failure = failureOf(error);
    if (failure.code !== 'E_INVALID_FILE') {
      showFailure(problem, 'This text cannot be learned', { message: failure.message });
      return;
    }
    // The library names options, which this page does not have.
    const message = failure.message.replace(/ Give (?:the )?encoding.*$/s, '');
    const isOtherText = otherwise !== undefined && message.includes('bytes that are not');
    showFailure(problem, isOtherText ? 'This file is not in UTF-8' : 'This file is no text', { message });
    if (!isOtherText) return;
    const button = make('button', { type: 'button' }, 'Read it as Windows-1252');
    button.addEventListener('click', otherwise);
    problem.append(' Older files are often in Windows-1252. ', button);
  }
}

async function fetchBuiltIn(): Promise<Awaited<ReturnType<typeof parseText>>> {
  const url = new URL(`texts/${builtIn}`, document.baseURI);
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok) {
    throw new LstmOnnxError(
      'E_FILE_READ',
      `${url.pathname} could not be fetched (${response?.status ?? 'no connection'}). Check the connection and choose it again.`,
    );
  }
  return parseText(new Uint8Array(await response.arrayBuffer()));
}
