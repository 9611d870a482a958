/** The field for the threads of a training: `#threads`, and `#threads-hint` below it. */
import { element } from './element.js';

/** Of the simd backend. */
const mostThreads = 4;

/** Offers the threads that this page can have, and says why there is one only. */
export function offerThreads(): void {
  const most = crossOriginIsolated ? Math.min(mostThreads, navigator.hardwareConcurrency) : 1;
  const threads = element('threads', HTMLSelectElement);
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
