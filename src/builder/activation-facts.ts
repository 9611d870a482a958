/** What a row of the table of activations says: `activations.ts`, and `more-activations.ts`. */

/** Up to two numbers that an activation takes besides its input. */
export interface ActivationConstants {
  readonly alpha?: number;
  readonly beta?: number;
}

/** An ONNX operator and what it takes: x, a constant of the activation, a number, or what another one gives. */
export type Formula = 'x' | 'alpha' | 'beta' | number | readonly [operator: string, a: Formula, b?: Formula];

/** Names, each with the constants that it stands for where they are not the row's own. */
type Names = Readonly<Record<string, ActivationConstants>>;

/** The constants that it has, with their defaults in ONNX, and what others call it. */
export interface ActivationFacts extends ActivationConstants {
  /** Its ONNX operator; in the gates of a cell, the name of its function. */
  readonly onnx?: string;
  /** What the operator calls its constants. @default alpha and beta */
  readonly attributes?: { readonly [K in keyof ActivationConstants]?: string };
  /** Whether the operator takes its constants as inputs, alpha first; Clip did not before operator set 11. */
  readonly asInputs?: true;
  /** Attributes that tell it from another row of the operator; the first of those is meant where a node has none. */
  readonly texts?: Readonly<Record<string, string>>;
  /** What is written where there is no such operator: in every operator set, or in those before `since`. */
  readonly formula?: Formula;
  /** The operator set that brought the operator, of a row with a formula. */
  readonly since?: number;
  /** PyTorch's names, with PyTorch's defaults, for chains of modules such as `fc1,relu,fc2`; upper case and underscores do not count. */
  readonly pytorch?: Names;
  readonly keras?: Names;
  /** Those that mean something else in Keras 2 and TensorFlow.js. */
  readonly keras2?: Names;
}
