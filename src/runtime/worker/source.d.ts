/** The program of a worker, which the build makes: see scripts/build-workers.js. */
export const source: string;
