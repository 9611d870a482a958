/** What a training has come to, and its file. */
import { offerDownload, withdrawDownload } from '../shared/download-link.js';
import { make, place } from '../shared/element.js';
import { counted, formatCount, formatSeconds } from '../shared/quantities.js';
import type { Result } from './messages.js';
import { formatPerplexity } from './training-view.js';

const link = make('a', { id: 'download-onnx', class: 'button' });
place('downloads').append(link);

export function hideResult(): void {
  place('result').hidden = true;
  withdrawDownload(link);
}

/** @param kinds how many different characters there are */
export function showResult(result: Result, kinds: number): void {
  const { perplexity, counting, stopped, steps, elapsed, parameters, backend, notice, onnx } = result;
  const [, threads = '1'] = backend.split(':');
  place('verdict').textContent =
    `Perplexity ${formatPerplexity(perplexity)} on text that it has not read, as if each character were one of so many equally ` +
    `likely ones; the text has ${formatCount(kinds)} different ones. Counting what came behind each four characters gives ` +
    `${formatPerplexity(counting)}.`;
  place('run-facts').textContent = [
    `${counted(parameters, 'parameter')}`,
    `${counted(steps, 'step')} in ${formatSeconds(elapsed)} on ${counted(Number(threads), 'thread')}`,
    ...(stopped ? ['stopped early, with what was learned so far'] : []),
    ...(notice === undefined ? [] : [notice]),
  ].join('; ');
  offerDownload(link, 'model.onnx', onnx);
  place('result').hidden = false;
}
