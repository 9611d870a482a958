/** A recurrent node's attributes as options of its op. https://onnx.ai/onnx/operators/onnx__LSTM.html */
import {
  type CellActivation,
  type CellActivationName,
  cellActivationNames,
  cellFunctionOf,
  constantsOf,
} from '../../builder/activations.js';
import { cellOf, type RecurrentName } from '../../builder/recurrent/cells.js';
import type { LayerOptions } from '../../builder/recurrent/layers.js';
import { ownActivations } from '../../builder/recurrent/own-cell.js';
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { dim } from '../../nd-array.js';
import { quoted } from '../quoted.js';
import type { NodeReader } from './node-reader.js';

/** By ONNX's names, whatever their case. */
const byOnnxName: ReadonlyMap<string, CellActivationName> = new Map(
  cellActivationNames.map((name) => [cellFunctionOf(name).toLowerCase(), name]),
);

/** Constants that onnxruntime takes as 0 where the specification says 1, so that a file without them says neither. */
const ambiguous: ReadonlySet<string> = new Set([
  'linear.alpha',
  'thresholdedRelu.alpha',
  'scaledTanh.alpha',
  'scaledTanh.beta',
]);

const directions = ['forward', 'reverse', 'bidirectional'];

export function directionOf(node: NodeReader): { bidirectional: boolean; reverse: boolean } {
  const direction = node.attribute('direction', 'string')?.value ?? 'forward';
  if (!directions.includes(direction)) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `direction is ${quoted(direction)}, expected ${directions.join(', ')}.`,
    );
  }
  return { bidirectional: direction === 'bidirectional', reverse: direction === 'reverse' };
}

/** What its gates do besides the default. */
export function cellOptions(
  kind: RecurrentName,
  node: NodeReader,
  directionCount: number,
): Pick<LayerOptions, 'clip' | 'inputForget' | 'resetAfter' | 'activations'> {
  const clip = node.attribute('clip', 'float')?.value;
  if (clip !== undefined && !(clip > 0)) {
    throw new LstmOnnxError('E_INVALID_FILE', `clip is ${clip}, expected more than 0.`);
  }
  const activations = activationsOf(kind, node, directionCount);
  return {
    ...(node.int('input_forget', 0) !== 0 ? { inputForget: true } : {}),
    ...(kind === 'gru' ? { resetAfter: node.int('linear_before_reset', 0) !== 0 } : {}),
    // Without a bound runtimes clip at the largest float.
    ...(clip !== undefined && clip < 3e38 ? { clip } : {}),
    ...(activations ? { activations } : {}),
  };
}

/** Functions by name, each taking its constants from the two lists in turn while they last. */
function activationsOf(
  kind: RecurrentName,
  node: NodeReader,
  directionCount: number,
): LayerOptions['activations'] {
  const roles = cellOf(kind).activations;
  const names = node.attribute('activations', 'strings')?.value;
  if (!names) return undefined;
  if (names.length !== roles.length * directionCount) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `it has ${counted(names.length, 'activation')}, expected ${roles.length * directionCount}.`,
    );
  }
  const alphas = [...(node.attribute('activation_alpha', 'floats')?.value ?? [])];
  const betas = [...(node.attribute('activation_beta', 'floats')?.value ?? [])];
  const all = names.map((text): CellActivation => {
    const name = byOnnxName.get(text.toLowerCase());
    if (!name)
      throw node.refusal(`its activation is ${quoted(text)}; read are ${[...byOnnxName.keys()].join(', ')}`);
    const { alpha, beta } = constantsOf({ name });
    const constant = (role: 'alpha' | 'beta', stated: number | undefined, fallback: number) => {
      if (stated !== undefined || !ambiguous.has(`${name}.${role}`)) return stated ?? fallback;
      throw node.refusal(
        `its activation ${text} has no ${role}, for which the specification has 1 and onnxruntime 0; state activation_${role}`,
      );
    };
    return {
      name,
      ...(alpha === undefined ? {} : { alpha: constant('alpha', alphas.shift(), alpha) }),
      ...(beta === undefined ? {} : { beta: constant('beta', betas.shift(), beta) }),
    };
  });
  const own = all.slice(0, roles.length);
  const isSame = (a: CellActivation, b: CellActivation | undefined) =>
    a.name === b?.name && a.alpha === b.alpha && a.beta === b.beta;
  if (all.slice(roles.length).some((activation, i) => !isSame(activation, own[i]))) {
    throw node.refusal('its two directions have different activations');
  }
  return ownActivations(kind, Object.fromEntries(roles.map(([role], i) => [role, dim(own, i)])));
}
