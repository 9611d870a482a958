/** Concat: of tensors, of sizes into a shape, of constants. */
import { severalInputs } from '../../../builder/ops/op-inputs.js';
import { joinedWeights, MAX_INTEGERS, sizesOfShape } from '../constants.js';
import type { Handler, NodeReader } from '../node-reader.js';
import type { Sizes, Value, View, Weights } from '../value.js';
import { sizesOf } from '../view.js';

const Concat: Handler = (node) => {
  const all = Array.from({ length: node.inputCount }, (_, i) => node.input(i));
  const stated = node.attribute('axis', 'int')?.value ?? 1;
  const sizes = all.filter((value): value is Sizes => value.kind === 'sizes');
  if (sizes.length === all.length) return [joinedSizes(sizes)];
  const weights = all.filter((value): value is Weights => value.kind === 'weights');
  if (weights.length === all.length) {
    const axis = node.axis(stated, weights[0]?.shape.length ?? 0);
    return [joinedWeights(weights, axis, node.to.allocate)];
  }
  return [
    joined(
      node,
      all.map((value) => tensorsOnly(node, value)),
      stated,
    ),
  ];
};

function joinedSizes(all: readonly Sizes[]): Sizes {
  const vectors = all.filter(({ items }) => items.length > 0);
  const items = vectors.slice(0, MAX_INTEGERS + 1).flatMap((vector) => vector.items);
  return sizesOfShape([items.length], items);
}

function tensorsOnly(node: NodeReader, value: Value): View {
  if (value.kind === 'view') return value;
  throw node.refusal('it joins tensors that depend on the inputs with constants');
}

function joined(node: NodeReader, views: readonly View[], stated: number): View {
  const [first, ...rest] = views;
  if (!first) throw node.refusal('it joins nothing');
  const axis = node.axis(stated, first.axes.length);
  const sizes = sizesOf(first);
  for (const view of rest) {
    for (const [i, size] of sizesOf(view).entries()) {
      const other = sizes[i];
      if (i !== axis && other) node.to.dims.unify(size, other, 'Tensors that are joined');
    }
  }
  return node.to.view(
    node.to.add('concat', severalInputs(views.map((view) => node.to.tensor(view))), { axis }),
  );
}

export const joiningHandlers = { Concat } satisfies Record<string, Handler>;
