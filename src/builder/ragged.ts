/**
 * Sequences of different lengths in one tensor, padded to one length: tracks where their steps are in the values of a
 * definition, so that an op that reads the last step, or all of them, stops at the end of each sequence.
 */
import { LstmOnnxError } from '../errors.js';
import { valueId } from './graph-builder.js';
import type { OpName, OpOptions } from './ops/index.js';
import { ops } from './ops/index.js';
import type { AxisUse } from './ops/op.js';
import { inputEntries, type NamedInputs, type OpInputs } from './ops/op-inputs.js';
import { recurrentNames } from './recurrent/cells.js';
import { formatShape } from './shape.js';
import type { Value } from './tensor.js';

/** Where the padding of a value is. */
export interface Padding {
  /** The steps of each sequence, int32 `[batch]`. */
  readonly lengths: Value;
  /** The axes that sequences and steps are along. */
  readonly axes: readonly number[];
  /** Which of them is time; undefined where a reshape has joined batch or time with other axes. */
  readonly time: number | undefined;
  /** Whether what lies beyond the lengths is zero, as it is behind a recurrent layer and behind softmax along time. */
  readonly isZero: boolean;
}

/** Ops that give zeros beyond the lengths at which they stop. */
const giveZeros: ReadonlySet<OpName> = new Set([...recurrentNames, 'softmax']);
/** Ops that leave zeros where they are, or put them elsewhere with their step. */
const leaveZeros: ReadonlySet<OpName> = new Set(['transpose', 'reshape', 'dropout']);

/** What to do instead, if it is more than taking the last step first. */
const advice: Partial<Record<OpName, string>> = {
  at: 'take the first step with at(0) or the last one with at(-1), which every sequence has',
  matmul: 'write a sum over the steps as sum(mul(x, weights), 1), which stops at the lengths',
  flip: 'give the recurrent layer reverse: true or bidirectional: true, which read each sequence from its own end',
};
const otherAdvice = 'take the last step of each sequence first, with last(x)';

/** Which values of a definition are padded. */
export class PaddedSequences {
  readonly #paddings = new Map<string, Padding>();

  /** Notes that a value is padded. */
  add(id: string, padding: Padding): void {
    this.#paddings.set(id, padding);
  }

  /**
   * The inputs of a node, with the lengths of what it reads where it takes lengths and was given none. Notes whether its
   * port `output` is padded.
   *
   * @param inputs as the op's shape rule has accepted them
   * @throws E_UNSUPPORTED for an op that would read padding as steps
   */
  follow<K extends OpName>(
    op: K,
    name: string,
    inputs: OpInputs<Value>[K],
    options: OpOptions[K],
  ): OpInputs<Value>[K] {
    const { lengths: given }: NamedInputs<Value> = inputs;
    let taken: Value | undefined;
    let result: Padding | undefined;
    const addsZeros = this.#addsZeros(op, inputs, options);
    for (const [input, x] of inputEntries<Value>(inputs)) {
      if (x === given) continue;
      const use = (axis: number) => ops[op].along(axis, x, options, input, inputs);
      const padding =
        this.#paddings.get(x.id) ?? (given && input === 'x' ? paddingBy(given, use) : undefined);
      if (!padding) continue;
      const refuse = (why: string, instead: string) =>
        new LstmOnnxError(
          'E_UNSUPPORTED',
          `${name} (${op}) would read the padding as steps: the sequences of '${x.id}' ${formatShape(x.shape)} have lengths ` +
            `of their own ('${padding.lengths.id}'), and ${why}; ${instead}.`,
        );
      const after = outputPadding(padding, given ?? padding.lengths, use, {
        addsZeros,
        gives: giveZeros.has(op),
        leaves: leaveZeros.has(op),
      });
      if (after === 'mixed') {
        throw padding.time === undefined
          ? refuse(
              'a reshape has joined their steps with other axes',
              'reshape after last(x), or keep [batch, time, ...]',
            )
          : refuse(`${op} does not stop at them here`, advice[op] ?? otherAdvice);
      }
      if (after.taken && !given) {
        if (padding.axes.some((axis) => axis > 1)) {
          throw refuse('lengths are for the first two axes', 'transpose it to [batch, time, ...] first');
        }
        taken = padding.lengths;
      }
      if (result && after.output && !samePadding(result, after.output)) {
        throw refuse(
          'another input has other lengths or axes',
          'take the last step of each first, with last(x)',
        );
      }
      result ??= after.output;
    }
    if (result) this.add(valueId(name, 'output'), result);
    return taken ? { ...inputs, lengths: taken } : inputs;
  }

  /** Whether steps beyond the lengths have no part in the sums of an op: they are zero in one of what is multiplied. */
  #addsZeros<K extends OpName>(op: K, inputs: OpInputs<Value>[K], options: OpOptions[K]): boolean {
    const summed = inputEntries<Value>(inputs).flatMap(([input, x]) => {
      const padding = this.#paddings.get(x.id);
      if (padding?.time === undefined) return [];
      return ops[op].along(padding.time, x, options, input, inputs).kind === 'summed' ? [padding] : [];
    });
    return (
      summed.some(({ isZero }) => isZero) &&
      summed.every(({ lengths }) => lengths.id === summed[0]?.lengths.id)
    );
  }
}

/** The padding of an op's first input, from the lengths that the op is given. */
function paddingBy(lengths: Value, use: (axis: number) => AxisUse): Padding | undefined {
  const time = [0, 1].find((axis) => use(axis).kind === 'lengths');
  return time === undefined ? undefined : { lengths, axes: [1 - time, time], time, isZero: false };
}

/** The padding of the output, if any, and whether the op stops at the lengths. */
function outputPadding(
  { axes, time, isZero }: Padding,
  lengths: Value,
  useOf: (axis: number) => AxisUse,
  zeros: { readonly addsZeros: boolean; readonly gives: boolean; readonly leaves: boolean },
): { readonly taken: boolean; readonly output: Padding | undefined } | 'mixed' {
  const uses = axes.map((axis) => ({ axis, use: useOf(axis) }));
  const after: number[] = [];
  let timeAfter: number | undefined;
  let isJoined = time === undefined;
  let [taken, isPadded] = [false, true];
  for (const { axis, use } of uses) {
    if (use.kind === 'summed' && axis === time && zeros.addsZeros) {
      isPadded = false;
      continue;
    }
    if (
      use.kind === 'mixed' ||
      use.kind === 'summed' ||
      (axis !== time && (use.kind === 'first' || use.kind === 'lengths'))
    )
      return 'mixed';
    if (use.kind === 'joined') {
      isJoined = true;
      after.push(...use.axes);
    } else {
      const place = use.kind === 'first' ? undefined : use.axis;
      if (use.kind === 'lengths') taken = true;
      if (place === undefined) isPadded = false;
      else after.push(place);
      if (axis === time) timeAfter = place;
    }
  }
  const stops = uses.some(({ use }) => use.kind === 'lengths' && use.axis !== undefined);
  const output = {
    lengths,
    axes: [...new Set(after)],
    time: isJoined ? undefined : timeAfter,
    isZero: (stops && zeros.gives) || (isZero && zeros.leaves),
  };
  return { taken, output: isPadded ? output : undefined };
}

function samePadding(a: Padding, b: Padding): boolean {
  const axes = (padding: Padding) => padding.axes.toSorted((x, y) => x - y).join();
  return a.lengths.id === b.lengths.id && a.time === b.time && axes(a) === axes(b);
}
