/**
 * Weights that torch.nn.utils.weight_norm keeps as their norms g and directions v, made plain: g * v / |v|, row by row or
 * along whatever dimension the norms have. It is what PyTorch computes at every step, so that nothing is lost.
 *
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.weight_norm.html
 */
import type { Parameter } from '../builder/parameters.js';
import type { ImportedWeights } from './imported-model.js';
import { quotedList } from './quoted.js';

/** The weight that these norms belong to, and its directions, in today's names and in the older ones. */
function namesFor(norms: string): { weight: string; directions: string } | undefined {
  const [, module = '', own = ''] = /^(.*\.|)parametrizations\.(weight\w*)\.original0$/.exec(norms) ?? [];
  if (own !== '') return { weight: `${module}${own}`, directions: norms.replace(/0$/, '1') };
  const [, weight = ''] = /^((?:.*\.|)weight\w*)_g$/.exec(norms) ?? [];
  return weight === '' ? undefined : { weight, directions: `${weight}_v` };
}

/** The same weights, those of weight_norm under the names that they have without it. */
export function withoutWeightNorm({ parameters, notes }: ImportedWeights): ImportedWeights {
  const plain = new Map(parameters);
  const made: string[] = [];
  for (const [norms, g] of parameters) {
    const names = namesFor(norms);
    const v = names && parameters.get(names.directions);
    const axis = v && axisOf(g, v);
    if (!names || !v || axis === undefined || parameters.has(names.weight)) continue;
    plain.delete(norms);
    plain.delete(names.directions);
    plain.set(names.weight, normalized(g, v, axis));
    made.push(names.weight);
  }
  if (made.length === 0) return { parameters, notes };
  return {
    parameters: plain,
    notes: [
      ...notes,
      `computed ${quotedList(made.toSorted())} from norms and directions, as weight_norm does`,
    ],
  };
}

/** The dimension that has a norm for each of its indices; -1 where there is one norm for all; undefined where neither fits. */
function axisOf(g: Parameter, v: Parameter): number | undefined {
  if (g.shape.length === 0) return -1;
  if (g.shape.length !== v.shape.length) return undefined;
  const axis = g.shape.findIndex(
    (size, at) => size === v.shape[at] && g.shape.every((other, index) => index === at || other === 1),
  );
  return axis === -1 ? undefined : axis;
}

function normalized(g: Parameter, v: Parameter, axis: number): Parameter {
  const count = g.data.length;
  const inner = v.shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const groupOf = (index: number) => (axis === -1 ? 0 : Math.floor(index / inner) % count);
  const squares = new Float64Array(count);
  for (const [index, value] of v.data.entries()) {
    const group = groupOf(index);
    squares[group] = (squares[group] ?? 0) + value * value;
  }
  const factors = squares.map((square, group) => (g.data[group] ?? 0) / Math.sqrt(square));
  return { shape: v.shape, data: v.data.map((value, index) => value * (factors[groupOf(index)] ?? 0)) };
}
