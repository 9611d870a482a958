/** Pieces of the tables of settings. The error of each schema says what is to be given: `give ${error}.` */
import * as z from 'zod';
import { backendNames, isBackendName } from '../builder/backends/backend-names.js';

export const text = (error = 'a text') => z.string({ error }).min(1, { error });

export const choice = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: `one of ${values.join(' ')}` });

export const names = () => z.array(text('names'), { error: 'a list of names' });

/** A whole number from 1. */
export const whole = (most = 1_000_000) => {
  const error = `a whole number from 1 to ${most.toLocaleString('en-US')}`;
  return z.int({ error }).min(1, { error }).max(most, { error });
};

export const atLeast = (least: number) => {
  const error = `a finite number of at least ${least}`;
  return z.number({ error }).min(least, { error });
};

export const above = (bound: number) => {
  const error = `a finite number above ${bound}`;
  return z.number({ error }).gt(bound, { error });
};

/** Between 0 and 1, both excluded. */
export const fraction = () => {
  const error = 'a number between 0 and 1';
  return z.number({ error }).gt(0, { error }).lt(1, { error });
};

/** From 0, below 1. */
export const probability = () => {
  const error = 'a number from 0, below 1';
  return z.number({ error }).min(0, { error }).lt(1, { error });
};

export const flag = () => z.boolean({ error: 'true or false' });

export const seed = () => z.int({ error: 'a whole number between -2^53 and 2^53' });

export const backend = () => text(backendNames).refine(isBackendName, { error: backendNames });
