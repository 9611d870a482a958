/** Which handler reads a node, and what is said of nodes that are not read. */
import { LstmOnnxError, reworded } from '../../errors.js';
import type { OnnxNode } from '../../onnx/graph.js';
import { runOnnx } from '../onnx-route.js';
import { quoted, quotedList } from '../quoted.js';
import { handlers } from './ops/index.js';

export function handlerOf({ domain, opType }: OnnxNode) {
  return domain === '' ? handlers.get(opType) : undefined;
}

/** What quantizing writes: its integers could be no weights of a network. */
const quantizing = /Quantize|QLinear|QGemm|QAttention|Integer$/;

/** @throws E_UNSUPPORTED that names every operator that is not read, the first one with its node */
export function refuseUnread(nodes: readonly OnnxNode[]): void {
  const unread = nodes.filter((node) => !handlerOf(node));
  const [first] = unread;
  if (!first) return;
  const others = new Set(unread.map(({ opType }) => opType));
  others.delete(first.opType);
  const op = first.domain === '' ? 'this operator' : `this operator of the domain ${quoted(first.domain)}`;
  const more = others.size > 0 ? `, nor have ${quotedList(others)}` : '';
  const quantized = unread.some(({ opType }) => quantizing.test(opType))
    ? ' The model is quantized: give the one before that, whose weights are floats.'
    : '';
  within(first, () => {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `${op} has no counterpart in a network${more}.${quantized} The file itself runs on onnxruntime.`,
      { hints: [runOnnx] },
    );
  });
}

/** Says of which node an error tells, and of a graph that is right and not read, what runs it. */
export function within<T>(node: OnnxNode, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof LstmOnnxError)) throw cause;
    const op = /^\w{1,40}$/.test(node.opType) ? node.opType : quoted(node.opType);
    const where = `${op} ${node.name === '' ? `(${quotedList(node.outputs)})` : quoted(node.name)}`;
    const message = `${where}: ${cause.message}`;
    throw cause.code === 'E_UNSUPPORTED' && !cause.hints
      ? new LstmOnnxError(cause.code, message, { cause, hints: [runOnnx] })
      : reworded(cause, message);
  }
}
