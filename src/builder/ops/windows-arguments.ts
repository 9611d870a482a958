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

/** The names of these options. */
export const windowNames = { kernelSize: true, stride: true, dilation: true } as const;

type Padding = number | Pair | 'same' | 'causal';

/** What the op's schema checks: a list of one entry for each axis, whatever was given. */
export function windowsOf(
  what: string,
  given: GivenWindows<number | Pair> & { readonly padding?: Padding },
  axes: number,
) {
  const kernelSize = perAxis(given.kernelSize, axes);
  const stride = perAxis(given.stride ?? 1, axes);
  const dilation = perAxis(given.dilation ?? 1, axes);
  return {
    kernelSize,
    stride,
    dilation,
    padding: padded(what, given.padding ?? 0, kernelSize, stride, dilation),
  };
}

/** One entry for each axis, which the op's schema checks. */
export function perAxis(given: number | Pair, axes: number): number[] {
  return Array.isArray(given) ? [...given] : Array<number>(axes).fill(given as number); // a list of it, whatever it is
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
    return perAxis(padding, kernelSize.length).map((size) => [size, size]);
  }
  // The schema says which of these is no number.
  if (![...kernelSize, ...stride, ...dilation].every(Number.isInteger)) return kernelSize.map(() => [0, 0]);
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
