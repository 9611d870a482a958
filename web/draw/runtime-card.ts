/** What the page tells of the runtime: provider, speed, sizes. */
import type { Model } from 'lstm-onnx/web';
import { place } from '../shared/element.js';
import { formatBytes } from '../shared/quantities.js';
import { codeSizes } from './code-sizes.js';
import type { ProviderName } from './reader.js';

/** How many of the last readings the latency is the median of. */
const kept = 21;

export class RuntimeCard {
  readonly #running = place('running');
  readonly #reason = place('running-reason');
  readonly #latency = place('latency');
  readonly #ready = place('ready');
  readonly #code = place('code-size');
  #times: number[] = [];

  starting(provider: ProviderName): void {
    this.#times = [];
    this.#running.textContent = `starting ${provider} …`;
    this.#reason.hidden = true;
    this.#latency.textContent = '–';
    this.#ready.textContent = '–';
    void codeSizes().then((sizes) => {
      const size = sizes?.[provider];
      this.#code.textContent =
        size === undefined ? 'known in the built site' : `${formatBytes(size)} gzipped`;
    });
  }

  /** @param milliseconds from choosing the provider until it could run the model */
  started({ providers, metadata }: Model, modelBytes: number, milliseconds: number): void {
    this.#running.textContent = providers.running;
    this.#ready.textContent = `${Math.round(milliseconds)} ms`;
    const reasons = providers.skipped.map(
      ({ provider, reason }) => `${provider} does not run here: ${reason}`,
    );
    if (providers.notice !== undefined) reasons.push(providers.notice);
    this.#reason.textContent = reasons.map(asSentence).join(' ');
    this.#reason.hidden = reasons.length === 0;
    place('model-size').textContent = formatBytes(modelBytes);
    place('accuracy').textContent = metadata.get('test_accuracy') ?? 'unknown';
  }

  failed(): void {
    this.#running.textContent = 'nothing: it failed to start';
  }

  /** Takes note of a reading's time. */
  took(milliseconds: number): void {
    this.#times = [...this.#times, milliseconds].slice(-kept);
    const ordered = this.#times.toSorted((one, other) => one - other);
    const median = ordered[Math.floor(ordered.length / 2)] ?? milliseconds;
    this.#latency.textContent = `${median.toFixed(1)} ms, 28 rows`;
  }
}

/** Reasons come as parts of sentences. */
function asSentence(reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1).replace(/[.\s]+$/, '')}.`;
}
