/** How a network of sequences is trained: the settings that `train classify`, `tag`, `translate`, `caption` and `generate` share. */
import * as z from 'zod';
import { backendNames } from '../builder/backends/backend-names.js';
import {
  above,
  atLeast,
  backend,
  choice,
  fraction,
  probability,
  seed,
  text,
  whole,
} from './setting-schemas.js';
import { UsageError } from './usage-error.js';

/** What is taken where nothing is said; `epochs` and sizes are those of each task. */
export const learningDefaults = {
  cell: 'lstm',
  numLayers: 1,
  clipNorm: 1,
  validation: 0.1,
  test: 0.1,
  seed: 0,
  backend: 'auto',
  output: 'out',
} as const;

/** Defaults that a task has of its own, for the words of the help: numbers, or what they follow from. */
export interface TaskDefaults {
  readonly hiddenSize: number | string;
  readonly embeddingDim?: number;
  readonly dropout: number | string;
  readonly epochs: number | string;
  readonly batchSize: number | string;
  readonly lr: number;
  readonly patience: number;
}

/** @param files the files that are written, in words */
export function learningSettings(own: TaskDefaults, files: string) {
  const common = learningDefaults;
  return z.strictObject({
    cell: choice(['lstm', 'gru']).exactOptional().describe(`The recurrent layer [default: ${common.cell}]`),
    hiddenSize: whole(4096)
      .exactOptional()
      .describe(`Features of the hidden state [default: ${own.hiddenSize}]`),
    numLayers: whole(16).exactOptional().describe(`Stacked recurrent layers [default: ${common.numLayers}]`),
    dropout: probability()
      .exactOptional()
      .describe(`The part of the features that is left out at random in training [default: ${own.dropout}]`),
    epochs: whole()
      .exactOptional()
      .describe(
        `The most passes over the data; fewer where the validation part becomes no better [default: ${own.epochs}]`,
      ),
    batchSize: whole(65_536).exactOptional().describe(`Sequences in a batch [default: ${own.batchSize}]`),
    lr: atLeast(0)
      .exactOptional()
      .describe(`Learning rate of Adam at first, which falls to 0 [default: ${own.lr}]`),
    clipNorm: above(0)
      .exactOptional()
      .describe(`The largest norm of the gradients [default: ${common.clipNorm}]`),
    patience: whole()
      .exactOptional()
      .describe(
        `Epochs in which the validation part becomes no better before training ends [default: ${own.patience}]`,
      ),
    validation: fraction()
      .exactOptional()
      .describe(
        `The part of the data that tells the best epoch, a fraction of it [default: ${common.validation}]`,
      ),
    test: fraction()
      .exactOptional()
      .describe(
        `The part that is held back to tell how good the model is, a fraction [default: ${common.test}]`,
      ),
    seed: seed()
      .exactOptional()
      .describe(`Of the first parameters, the order and the parts [default: ${common.seed}]`),
    backend: backend().exactOptional().describe(`tfjs backend: ${backendNames} [default: ${common.backend}]`),
    output: text('a folder').exactOptional().describe(`Folder for ${files} [default: ${common.output}]`),
  });
}

/** @throws UsageError where the parts that are held back leave nothing to learn from */
export function expectPartLeft({
  validation = learningDefaults.validation,
  test = learningDefaults.test,
}: {
  readonly validation?: number;
  readonly test?: number;
}): void {
  if (validation + test < 1) return;
  throw new UsageError(
    `--validation is ${validation} and --test is ${test}, which leaves nothing to learn from: give less.`,
  );
}
