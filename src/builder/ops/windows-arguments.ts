/** The windows that the caller of a convolution or a pool asks for, as the options of the op. */
import { isObject } from '../../arguments.js';
import { LstmOnnxError, textOf } from '../../errors.js';

/** One for the height, one for the width. */
export type Pair = readonly [height: number, width: number];

/** @typeParam N one number for all axes, or one for each */
export interface GivenWindows<N> {
  /** Entries of a window. */
  readonly kernelSize: N;
  /** From one window to the next. @default 1; of a pool, the kernelSize */
  readonly stride?: N;
  /** From one entry of a window to the next. @default 1 */
  readonly dilation?: N;
}

type Padding = number | Pair | 'same' | 'causal';

/** What the op's schema checks: a list of one entry for each axis, whatever was given. */
export function windowsOf(
  what: string,
  given: GivenWindows<number | Pair> & { readonly padding?: Padding },
  axes: number,
) {
  checkNames(what, given);
  const kernelSize = listed(given.kernelSize, axes);
  const stride = listed(given.stride ?? 1, axes);
  const dilation = listed(given.dilation ?? 1, axes);
  return {
    kernelSize,
    stride,
    dilation,
    padding: padded(what, given.padding ?? 0, kernelSize, stride, dilation),
  };
}

const names = ['kernelSize', 'stride', 'padding', 'dilation'];

function checkNames(what: string, given: object): void {
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new LstmOnnxError('E_INVALID_OPTION', `${what} has no option '${unknown}'.`);
}

function listed(given: number | Pair, axes: number): number[] {
  return Array.isArray(given) ? [...given] : Array<number>(axes).fill(given as number); // the schema checks it
}

function padded(
  what: string,
  padding: Padding,
  kernelSize: readonly number[],
  stride: readonly number[],
  dilation: readonly number[],
): [number, number][] {
  if (padding !== 'same' && padding !== 'causal') {
    if (typeof padding === 'string' || isObject(padding)) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${what}: padding is ${textOf(padding)}; give a number, one for each axis, 'same' or 'causal'.`,
      );
    }
    return listed(padding, kernelSize.length).map((size) => [size, size]);
  }
  if (stride.some((step) => step !== 1)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${what}: padding '${padding}' keeps the length, which a stride of ${stride.join(', ')} does not; give the padding as a number.`,
    );
  }
  if (padding === 'causal' && kernelSize.length > 1) {
    throw new LstmOnnxError('E_INVALID_OPTION', `${what}: padding 'causal' is for one axis; give 'same'.`);
  }
  return kernelSize.map((kernel, i) => {
    const total = (dilation[i] ?? 1) * (kernel - 1);
    const before = padding === 'causal' ? total : Math.floor(total / 2);
    return [before, total - before];
  });
}
