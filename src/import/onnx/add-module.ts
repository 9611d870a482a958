/** Adds an op of x alone with parameters of its own. */
import type { OpOptions } from '../../builder/ops/index.js';
import { copyOf } from './layer-weight.js';
import type { NodeReader } from './node-reader.js';
import type { View, Weights } from './value.js';

/** @param parameters by their names within the op; those that are undefined are not there */
export function addModule<K extends 'batchNorm' | 'layerNorm' | 'instanceNorm' | 'prelu'>(
  node: NodeReader,
  op: K,
  parameters: Readonly<Record<string, Weights | undefined>>,
  options: OpOptions[K],
): View[] {
  const { to } = node;
  const given = Object.entries(parameters).flatMap(([name, weights]) =>
    weights ? [[name, weights] as const] : [],
  );
  const origins = given.map(([, { origin }]) => origin);
  const name = to.claimModule(origins, node.node, op);
  const weights = given.map(([own, constant]) => copyOf(own, constant, to.allocate));
  const x = to.tensor(node.floats(0));
  return [to.view(to.addOneLayer(op, name, { x } as never, options, weights))]; // all have x alone
}
