/** Reads the weights of a file that `torch.save` wrote; its pickle is read as data, and no code in it ever runs. */
import type { Parameter } from '../../builder/parameters.js';
import { MemoryBudget } from '../../data/memory-budget.js';
import { LstmOnnxError } from '../../errors.js';
import type { ImportedWeights } from '../imported-model.js';
import { refuseQuantizedWeight } from '../quantized.js';
import { quoted, quotedList } from '../quoted.js';
import { isZip, readZip } from '../zip.js';
import { readLegacyFormat } from './legacy-format.js';
import { stateDictOf } from './state-dict-of.js';
import { toParameter } from './tensor.js';
import { readZipFormat, torchFolder } from './zip-format.js';

/**
 * The weights in a `.pt`, `.pth` or `.ckpt` file, zip or legacy format: a state dict, or one inside a checkpoint
 * under `state_dict`, `model_state_dict`, `model` and the like. float64, float16 and bfloat16 become float32, each
 * tensor in memory of its own. Tensors of integers (counters, masks, ids) are left out: no parameter of a recurrent
 * network is one, and float32 does not hold them.
 *
 * @throws E_INVALID_FILE for files that are damaged or claim more memory than {@link MemoryBudget} allows;
 * E_UNSUPPORTED for whole pickled modules, files that name classes which no state dict needs, quantized models, big-endian files,
 * element types that are not read, and files without a state dict
 */
export function readPyTorch(bytes: Uint8Array): ImportedWeights {
  const budget = new MemoryBudget(bytes.length);
  const { tensors, notes } = stateDictOf(
    isZip(bytes) ? unzip(bytes, budget) : readLegacyFormat(bytes, budget),
  );
  const weights = new Map<string, Parameter>();
  for (const [name, tensor] of tensors) {
    refuseQuantizedWeight(name, tensor.type.name, tensor.shape);
    if (tensor.type.kind === 'float') {
      weights.set(name, toParameter(name, tensor, tensor.type, budget));
    } else if (tensor.type.kind === 'unread') {
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        `The tensor ${quoted(name)} is of type ${tensor.type.name}; read are float32, float64, float16 and bfloat16. Convert it with .float() (or .dequantize()) before torch.save.`,
      );
    }
  }
  return { parameters: weights, notes };
}

function unzip(bytes: Uint8Array, budget: MemoryBudget): ReturnType<typeof readZipFormat> {
  const entries = readZip(bytes);
  const folder = torchFolder(entries);
  if (folder === undefined) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The zip archive is not one that torch.save wrote: it has no data.pkl, but ${quotedList(entries.keys())}.`,
    );
  }
  return readZipFormat(entries, folder, budget);
}
