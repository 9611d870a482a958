/** Shows what a finished run has come to, and offers its files. */
import { offerDownload, withdrawDownload } from '../shared/download-link.js';
import { element, make } from '../shared/element.js';
import { counted, formatCount, formatSeconds } from '../shared/quantities.js';
import { scrollByKeyboard } from '../shared/scroll-region.js';
import { confusionTable, mostShownClasses } from './confusion-table.js';
import type { Result, TestResult } from './messages.js';

const place = (id: string): HTMLElement => element(id, HTMLElement);
const onnxLink = make('a', { id: 'download-onnx', class: 'button primary' });
const checkpointLink = make('a', { id: 'download-safetensors', class: 'button' });
place('downloads').append(onnxLink, checkpointLink);
scrollByKeyboard(place('confusion'), 'Confusion matrix');

export function hideResult(): void {
  place('result').hidden = true;
  withdrawDownload(onnxLink);
  withdrawDownload(checkpointLink);
}

export function showResult(result: Result): void {
  place('test-result').textContent = verdict(result.test);
  const [, threads = '1'] = result.backend.split(':');
  place('run-facts').textContent = [
    `${counted(result.steps, 'step')} in ${formatSeconds(result.elapsed)} on ${counted(Number(threads), 'thread')}`,
    ...(result.stopped ? ['stopped early, with what was learned so far'] : []),
    `written as ONNX in ${Math.max(1, Math.round(result.exportMilliseconds))} ms`,
    `backend ${result.backend}`,
    ...(result.notice === undefined ? [] : [result.notice]),
  ].join('; ');
  offerDownload(onnxLink, 'model.onnx', result.onnx);
  offerDownload(checkpointLink, 'model.safetensors', result.checkpoint);
  const { test } = result;
  const shown = test.labels.length <= mostShownClasses;
  place('confusion').hidden = !shown;
  place('confusion').replaceChildren(shown ? confusionTable(test.labels, test.confusion) : make('p'));
  place('result').hidden = false;
}

/** The test in one sentence. */
export function verdict(test: TestResult): string {
  const percent = ((100 * test.correct) / test.samples).toFixed(1);
  return `Test accuracy ${percent} %: ${formatCount(test.correct)} of ${counted(test.samples, 'sample')} it has not seen.`;
}
