/** Which class a text is of, by the model file alone: it has the vocabulary and the names of the classes. */
import * as lo from 'lstm-onnx';

/** The ids of the words of texts, of long ones those of the beginning. */
export function encode(vocabulary: lo.Vocabulary, texts: readonly string[]): readonly Int32Array[] {
  return lo.encodeTexts(vocabulary, texts, { maxLength: 200, tooLong: 'cut' }).sequences;
}

/** @returns the most probable class of each text, and how probable it is */
export async function classify(
  model: lo.Model,
  texts: readonly string[],
): Promise<{ readonly label: string; readonly probability: number }[]> {
  const { tokens: vocabulary } = lo.vocabulariesOf(model.metadata);
  const labels: string[] = JSON.parse(model.metadata.get('labels') ?? '[]');
  const found = [];
  for (const sequence of encode(vocabulary!, texts)) {
    const { probabilities } = await model.run({
      tokens: { shape: [1, sequence.length], data: sequence },
      lengths: { shape: [1], data: [sequence.length] },
    });
    const numbers = Array.from(probabilities!.data as Float32Array);
    const probability = Math.max(...numbers);
    found.push({ label: labels[numbers.indexOf(probability)]!, probability });
  }
  return found;
}
