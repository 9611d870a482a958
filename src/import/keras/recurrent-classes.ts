/** Which of Keras' classes of layers are recurrent. */
import { cellOf, type RecurrentName, recurrentNames } from '../../builder/recurrent/cells.js';

/** The cells by the classes of layers of one direction, such as `LSTM`. */
export const cellsByClass: ReadonlyMap<string, RecurrentName> = new Map(
  recurrentNames.map((kind) => [cellOf(kind).keras.layer, kind]),
);

/** The layers that are given states, and skip the steps that are masked. */
export const recurrentClasses: ReadonlySet<string> = new Set([...cellsByClass.keys(), 'Bidirectional']);
