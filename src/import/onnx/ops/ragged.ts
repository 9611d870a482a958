/** ReverseSequence, with which this library's exports pick the last step of sequences of different lengths. */
import type { Handler } from '../node-reader.js';

const ReverseSequence: Handler = (node) => {
  const [of, lengths] = [node.floats(0), node.view(1)];
  const timeAxis = node.int('time_axis', 0);
  const batchAxis = node.int('batch_axis', 1);
  if (timeAxis + batchAxis !== 1 || timeAxis * batchAxis !== 0 || of.axes.length < 2) {
    throw node.refusal('read are sequences [time, batch, ...] or [batch, time, ...]');
  }
  return [{ kind: 'reversed', of, lengths, timeAxis, batchAxis }];
};

export const raggedHandlers = { ReverseSequence } satisfies Record<string, Handler>;
