/**
 * tfjs' record of operations, made so that V8 frees it at once. A function that is assigned to a property, as tfjs does
 * with `node.gradient`, V8 takes for long-lived: until the next full collection it stays, and with it the tensors of the
 * training step that it refers to. Memory would grow by kilobytes at every step.
 */
import type { GradConfig, GradFunc, Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Tf } from './tf.js';

/** The part of tfjs' engine that records; tfjs declares `addTapeNode` private. */
interface Recorder {
  readonly state: { nextTapeNodeId: number; readonly activeTape: object[] };
  addTapeNode(
    kernelName: string,
    inputs: Record<string, TfTensor>,
    outputs: TfTensor[],
    gradient: GradFunc | null,
    saved: TfTensor[],
    attributes: Parameters<GradFunc>[2],
  ): void;
}

/** Has tfjs record as its own `addTapeNode` of version 4.22 does, with the gradient in the node's literal. */
export function avoidTapeLeak(tf: Tf): void {
  const engine = tf.engine() as unknown as Recorder;
  engine.addTapeNode = (kernelName, inputs, outputs, customGradient, saved, attributes) => {
    const known = tf.getGradient(kernelName) as GradConfig | undefined; // the latter where none is registered
    const gradFunc = known?.gradFunc ?? customGradient;
    const gradient = (dys: readonly (TfTensor | null)[]) => {
      const all = outputs.map((output, i) => dys[i] ?? tf.zeros(output.shape, output.dtype));
      const [only] = all;
      return gradFunc?.(only && all.length === 1 ? only : all, saved, attributes);
    };
    engine.state.activeTape.push({
      id: engine.state.nextTapeNodeId++,
      kernelName,
      inputs,
      outputs,
      saved,
      gradient: gradFunc ? gradient : undefined,
    });
  };
}
