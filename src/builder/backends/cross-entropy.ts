/**
 * Cross-entropy as a single tfjs op whose forward pass gives the gradient along with the loss. Each backend brings its
 * kernel or gets the composed one.
 */
import type { Scalar, Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Tf } from './tf.js';

export const crossEntropyKernel = 'CrossEntropy';

/** Outputs of the kernel: the mean loss, and its gradient with the shape of the logits. */
type CrossEntropyOutputs = [loss: TfTensor, gradient: TfTensor];

/**
 * The mean over the rows of `-log softmax(logits)[target]`.
 *
 * @param logits `[rows, classes]`
 * @param target int32 `[rows]`, class numbers in range
 */
export function crossEntropyOp(tf: Tf, logits: TfTensor, target: TfTensor): Scalar {
  const [loss] = tf.engine().runKernel(crossEntropyKernel, { logits, target }) as CrossEntropyOutputs;
  return loss as Scalar; // the kernel's contract
}

/** Tells tfjs how to differentiate the op, and gives a backend the composed kernel unless it has its own. */
export function registerCrossEntropy(tf: Tf, backendName: string): void {
  if (!tf.getGradient(crossEntropyKernel)) {
    tf.registerGradient({
      kernelName: crossEntropyKernel,
      inputsToSave: [],
      outputsToSave: [false, true],
      gradFunc(dy, [gradient]) {
        const [dLoss] = dy as CrossEntropyOutputs; // one for each output
        return { logits: () => tf.mul(gradient as TfTensor, dLoss) };
      },
    });
  }
  if (tf.getKernel(crossEntropyKernel, backendName)) return;
  tf.registerKernel({
    kernelName: crossEntropyKernel,
    backendName,
    // The infos are the tensors given to runKernel.
    kernelFunc: ({ inputs }) =>
      tf.tidy(() => compose(tf, inputs.logits as TfTensor, inputs.target as TfTensor)),
  });
}

function compose(tf: Tf, logits: TfTensor, target: TfTensor): CrossEntropyOutputs {
  const [rows = 1, classes = 1] = logits.shape;
  const logProbabilities = tf.logSoftmax(logits);
  const chosen = tf.oneHot(target, classes);
  // Chosen, not multiplied: a class that is masked out has the logarithm -Infinity.
  const picked = tf.where(tf.cast(chosen, 'bool'), logProbabilities, tf.zerosLike(logProbabilities));
  const loss = tf.neg(tf.mean(tf.sum(picked, 1)));
  return [loss, tf.div(tf.sub(tf.exp(logProbabilities), chosen), rows)];
}
