/** The smallest possible model: a provider that opens it works here. */
import { encodeModel } from '../onnx/encode-model.js';
import type { ModelFile } from './session.js';

/** `y = Identity(x)`, in an operator set that every onnxruntime of the last years reads. */
export function probeModel(): ModelFile {
  const bytes = encodeModel({
    irVersion: 7,
    opsets: new Map([['', 13]]),
    producerName: 'lstm-onnx',
    producerVersion: '',
    metadata: new Map(),
    graph: {
      name: 'probe',
      inputs: [{ name: 'x', dtype: 'float32', shape: [1] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1] }],
      initializers: [],
      nodes: [
        {
          name: 'identity',
          opType: 'Identity',
          domain: '',
          inputs: ['x'],
          outputs: ['y'],
          attributes: new Map(),
        },
      ],
      valueInfo: [],
    },
  });
  return { name: 'probe', bytes };
}
