/** What a person could give or do instead, as data: whoever shows an error or a note puts it into words of their own. */
import type { ArchitectureOptions, Nonlinearity, Pool } from './import/architecture.js';

/**
 * A way on that an error or a note points to. Options have the names that they have in this library: those of `importModel`,
 * `finite` of `Model.load`, `dir` of `loadMnist`.
 */
export type Hint = OptionHint | LeaveOutHint | CallHint;

/** An option that says what is not known. */
export type OptionHint =
  | {
      readonly option: 'lstm' | 'head' | 'embedding';
      /** The modules of the file that it may name; `head` and `lstm` take several of them in order too. */
      readonly found?: readonly string[];
    }
  /** Leaves the head out. */
  | { readonly option: 'head'; readonly value: false }
  | {
      readonly option: 'pool';
      /** What is likely. */
      readonly found?: readonly Pool[];
    }
  | {
      readonly option: 'nonlinearity';
      readonly found?: readonly Nonlinearity[];
    }
  | { readonly option: 'activation' | 'batchFirst' | 'network' | 'dir' }
  | { readonly option: 'finite'; readonly value: 'allow' };

/** An option that was given and does not belong here. */
export interface LeaveOutHint {
  readonly leaveOut: keyof ArchitectureOptions | 'dir';
}

/** A function that goes on: `Model.load` runs an ONNX file on onnxruntime, `verifyRecording` compares with another program's numbers. */
export interface CallHint {
  readonly call: 'Model.load' | 'verifyRecording';
}
