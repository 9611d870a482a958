/** A page that has a worker train, and stays awake meanwhile: how long it was busy at most, and how late its input is. */
import type { TrainingMessage } from './training-worker.js';

export interface Trained {
  /** Milliseconds of the epoch. */
  readonly ms: number;
  readonly backend: string;
  readonly steps: number;
  /** The longest time between two turns of the page's own clock, in milliseconds. */
  readonly longestGap: number;
  /** For each key pressed: milliseconds from when the browser got it to when the page had handled it. */
  readonly inputDelays: readonly number[];
}

const field = document.querySelector('#field');
const shown = document.querySelector('#shown');

async function train(backend: string): Promise<Trained> {
  const inputDelays: number[] = [];
  const onKey = ({ timeStamp }: Event) => inputDelays.push(performance.now() - timeStamp);
  field?.addEventListener('keydown', onKey);
  let longestGap = 0;
  let last = performance.now();
  let steps = 0;
  let watching = true;
  const channel = new MessageChannel();
  // A message to itself: unlike timers, no browser holds these back.
  channel.port1.onmessage = () => {
    const now = performance.now();
    if (steps > 0) longestGap = Math.max(longestGap, now - last);
    last = now;
    if (watching) setTimeout(() => channel.port2.postMessage(null), 1);
  };
  channel.port2.postMessage(null);
  const worker = new Worker(new URL('./training-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise<Trained>((resolve, reject) => {
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.onmessage = ({ data }: MessageEvent<TrainingMessage>) => {
        if ('ms' in data) return resolve({ ...data, steps, longestGap, inputDelays });
        steps++;
        if (shown) shown.textContent = `step ${steps}: loss ${data.loss.toFixed(4)}`;
      };
      worker.postMessage(backend);
    });
  } finally {
    watching = false;
    worker.terminate();
    field?.removeEventListener('keydown', onKey);
  }
}

window.train = train;

export { train };
