/**
 * Starts the worker of this page where the page's content security policy holds. A worker from a URL has only the policy
 * that comes with its own file, which a static server does not send; one from a blob has that of the page. So the worker
 * is a blob of one line that imports the file: with `connect-src 'none'` it cannot send anything either.
 */
/// <reference types="vite/client" />
import workerUrl from './worker.ts?worker&url';

export function startConfinedWorker(): Worker {
  const source = `import ${JSON.stringify(new URL(workerUrl, document.baseURI).href)};`;
  const blob = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  return new Worker(blob, { type: 'module' });
}
