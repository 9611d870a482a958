/** What the bundler puts in, and what the pages leave for the bench to read. */

/** Of cold.ts: which one is bundled. */
declare const PROVIDER: 'simd' | 'wasm';

/** A file's URL, as Vite gives it. */
declare module '*?url' {
  const url: string;
  export default url;
}

interface Window {
  /** cold.ts: milliseconds from navigation to the first answer. */
  answered?: number;
  speed?: typeof import('./speed.js').speed;
  train?: typeof import('./training.js').train;
}
