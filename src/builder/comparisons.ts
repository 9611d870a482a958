/** How two numbers are compared, by what ONNX calls it. */
const onnxNames = {
  greater: 'Greater',
  greaterOrEqual: 'GreaterOrEqual',
  less: 'Less',
  lessOrEqual: 'LessOrEqual',
  equal: 'Equal',
} as const;

export type Comparison = keyof typeof onnxNames;

export const comparisons = Object.keys(onnxNames) as [Comparison, ...Comparison[]]; // its own keys

/** ONNX's operator. */
export function operatorOf(comparison: Comparison): string {
  return onnxNames[comparison];
}

/** Not a number is in no relation to any other. */
export function holds(comparison: Comparison, a: number, b: number): boolean {
  switch (comparison) {
    case 'greater':
      return a > b;
    case 'greaterOrEqual':
      return a >= b;
    case 'less':
      return a < b;
    case 'lessOrEqual':
      return a <= b;
    case 'equal':
      return a === b;
  }
}
