/**
 * An order for modules whose file has them by name, as .safetensors files do: each behind one that gives what it reads.
 *
 * 1. Tensors in no layer come first, then embeddings, then convolutions over images, then what reads a size that no other gives.
 * 2. Behind a module comes one that reads what it gives: a norm, a convolution, a linear layer of a chain, a recurrent layer, a head.
 * 3. Where none does: one that reads what an earlier one gives, else a recurrent layer, else the next by name.
 */
import { dim } from '../../nd-array.js';
import { likeEmbedding } from '../choose-matrices.js';
import type { FoundModule } from '../found-modules.js';

/** Whether the names come in the order of the alphabet, which few models have. */
export function isSorted(names: Iterable<string>): boolean {
  const all = [...names];
  return all.every((name, i) => i === 0 || (all[i - 1] ?? '') < name);
}

interface Step {
  readonly module: FoundModule;
  readonly reads: number;
  readonly gives: number;
  readonly isEmbedding?: true;
}

export function orderByFit(modules: readonly FoundModule[]): FoundModule[] {
  const parameters = modules.filter(({ kind }) => kind === 'parameter');
  const embeddings = embeddingsOf(modules);
  const first = [...parameters, ...embeddings];
  const placed = embeddings.map((module): Step => {
    const { reads: gives } = stepOf(module);
    return { module, reads: 0, gives, isEmbedding: true };
  });
  const left = modules.filter((module) => !first.includes(module)).map(stepOf);
  while (left.length > 0) {
    const next = nextOf(placed, left);
    left.splice(left.indexOf(next), 1);
    placed.push(next);
  }
  return [...parameters, ...placed.map(({ module }) => module)];
}

function nextOf(placed: readonly Step[], left: readonly Step[]): Step {
  const [one] = left;
  if (!one) throw new Error('Nothing is left.'); // the caller's loop ends before
  const last = placed.at(-1);
  if (!last) {
    const image = left.find(({ module }) => module.kind === 'convolution' && module.kernelSize.length === 2);
    return image ?? left.find((step) => !isGiven(step, left)) ?? left.find(isRecurrent) ?? one;
  }
  const fitting = left.filter((step) => fits(last, step, left) && !isEarlyHead(last, step, left));
  const [best] = fitting.toSorted((a, b) => rankOf(a, last) - rankOf(b, last));
  const earlier = left.find(({ reads }) => placed.some(({ gives }) => gives === reads));
  return best ?? earlier ?? left.find(isRecurrent) ?? one;
}

const isRecurrent = ({ module }: Step) => module.kind === 'recurrent';

/** Whether it would stand behind a recurrent layer and leads to none of those that are left. */
function isEarlyHead(last: Step, { module, gives }: Step, left: readonly Step[]): boolean {
  const others = left.filter(isRecurrent);
  return (
    module.kind === 'matrix' &&
    isRecurrent(last) &&
    others.length > 0 &&
    !others.some(({ reads }) => reads === gives)
  );
}

const isGiven = (step: Step, all: readonly Step[]) =>
  all.some((other) => other !== step && other.gives === step.reads);

function fits(last: Step, { module, reads }: Step, left: readonly Step[]): boolean {
  if (reads === last.gives) return true;
  // An image is read as all of its numbers, or as columns.
  const isImage = last.module.kind === 'convolution' || last.module.kind === 'batchNorm';
  const isReader = module.kind === 'matrix' || module.kind === 'recurrent';
  return isImage && isReader && reads % last.gives === 0 && !left.some(({ gives }) => gives === reads);
}

function rankOf({ module, reads, gives }: Step, last: Step): number {
  switch (module.kind) {
    case 'batchNorm':
    case 'norm':
      return last.isEmbedding || last.module.kind === module.kind ? 5 : 0;
    case 'convolution':
      return 1;
    case 'matrix':
      return reads === gives && last.module.kind === 'matrix' ? 2 : 4;
    default:
      return 3;
  }
}

function stepOf(module: FoundModule): Step {
  switch (module.kind) {
    case 'matrix':
      return { module, reads: module.columns, gives: module.rows };
    case 'recurrent':
      return { module, reads: module.layer.inputSize, gives: module.layer.outputSize };
    case 'convolution': {
      const { channels, transposed, bias } = module;
      const [first, second] = channels;
      return transposed ? { module, reads: first, gives: bias } : { module, reads: second, gives: first };
    }
    default: {
      const size = module.shape.length > 0 ? dim(module.shape, module.shape.length - 1) : 0;
      return { module, reads: size, gives: size };
    }
  }
}

/** Those by name, else the first matrix without bias that a recurrent layer may read. */
function embeddingsOf(modules: readonly FoundModule[]): FoundModule[] {
  const plain = modules.flatMap((module) => (module.kind === 'matrix' && !module.bias ? [module] : []));
  const named = plain.filter(({ name }) => likeEmbedding.test(name));
  if (named.length > 0) return named;
  const sizes = modules.flatMap((module) => (module.kind === 'recurrent' ? [module.layer.inputSize] : []));
  return plain.filter(({ columns }) => sizes.includes(columns)).slice(0, 1);
}
