/** Models that give their inputs back: small files with whatever names and types a test is about. */
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxDType } from '../../src/onnx/graph.js';

interface Through {
  readonly input: string;
  readonly dtype: OnnxDType;
  readonly output: string;
}

/** An ONNX file of one `Identity` a pair, each over `[batch, 2]`. */
export function identityModel(pairs: readonly Through[], metadata: Readonly<Record<string, string>> = {}) {
  const shape = ['batch', 2];
  return encodeModel({
    irVersion: 8,
    opsets: new Map([['', 17]]),
    producerName: 'test',
    producerVersion: '',
    metadata: new Map(Object.entries(metadata)),
    graph: {
      name: 'identities',
      inputs: pairs.map(({ input: name, dtype }) => ({ name, dtype, shape })),
      outputs: pairs.map(({ output: name, dtype }) => ({ name, dtype, shape })),
      initializers: [],
      nodes: pairs.map(({ input, output }) => ({
        name: `to ${output}`,
        opType: 'Identity',
        domain: '',
        inputs: [input],
        outputs: [output],
        attributes: new Map(),
      })),
      valueInfo: [],
    },
  });
}
