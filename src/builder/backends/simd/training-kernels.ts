import { LstmOnnxError } from '../../../errors.js';
import type { Engine } from './engine.js';
import type { RunningKernels, TrainingKernels } from './kernels.js';

/** An engine's kernels, with those that train. @throws E_INTERNAL where it was started to run models only */
export function trainingKernels({ kernels }: Engine): TrainingKernels {
  if (canTrain(kernels)) return kernels;
  throw new LstmOnnxError('E_INTERNAL', 'This engine has the kernels that run models, not those that train.');
}

function canTrain(kernels: RunningKernels): kernels is TrainingKernels {
  return 'adamStep' in kernels;
}
