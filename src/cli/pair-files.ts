/** The files of a model that is an encoder and a decoder, and the network in words. */
import { join } from 'node:path';

export function pairFiles(folder: string) {
  return {
    checkpoint: join(folder, 'model.safetensors'),
    encoder: join(folder, 'encoder.onnx'),
    decoder: join(folder, 'decoder.onnx'),
    report: join(folder, 'report.html'),
  };
}

/** The network in a few words, for a report. */
export function networkWords({
  cell,
  hiddenSize,
  numLayers,
  bidirectional,
  attention,
}: {
  readonly cell: string;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bidirectional: boolean;
  readonly attention: string;
}): string {
  const layers = numLayers > 1 ? `${numLayers} layers of ` : '';
  const ends = bidirectional ? 'both ends' : 'one end';
  const attends = attention === 'none' ? 'no attention' : `${attention} attention`;
  return `${cell.toUpperCase()} of ${layers}${hiddenSize} features, read from ${ends}, ${attends}`;
}
