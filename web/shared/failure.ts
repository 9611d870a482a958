/** An error as it goes from a worker to its page, and how the page shows it. */
import type { Hint } from 'lstm-onnx/web';
import { make } from './element.js';

export interface Failure {
  /** The stable code of an LstmOnnxError; absent for what nobody foresaw. */
  readonly code?: string;
  readonly message: string;
  /** What could be given instead, as the library says it. */
  readonly hints?: readonly Hint[];
}

/** What a worker tells its page of what was thrown. Errors are known by their shape: a clone has no class. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message } = error;
  if (!('code' in error && typeof error.code === 'string')) return { message };
  const hints =
    'hints' in error && Array.isArray(error.hints) ? { hints: error.hints as readonly Hint[] } : {}; // an LstmOnnxError's
  return { code: error.code, message, ...hints };
}

/** Fills a place with role="alert" with the failure, or empties and hides it. */
export function showFailure(place: HTMLElement, title: string, failure: Failure | undefined): void {
  place.hidden = failure === undefined;
  if (failure === undefined) {
    place.replaceChildren();
    return;
  }
  const code = failure.code === undefined ? [] : [' ', make('code', {}, failure.code)];
  place.replaceChildren(make('strong', {}, title), failure.message, ...code);
}
