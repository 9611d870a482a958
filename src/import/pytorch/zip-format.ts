/**
 * PyTorch files since version 1.6: a zip archive of `<name>/data.pkl`, and a storage each in `<name>/data/<key>`
 * (torch/serialization.py, `_save` and `_load`).
 */

import { counted } from '../../counted.js';
import type { MemoryBudget } from '../../data/memory-budget.js';
import { LstmOnnxError } from '../../errors.js';
import { quoted } from '../quoted.js';
import type { ZipEntry } from '../zip.js';
import { damagedTorch } from './checked-values.js';
import { PickleBytes } from './pickle-bytes.js';
import { runPickle } from './pickle-machine.js';
import type { Unpickled } from './state-dict-of.js';
import { StorageReference } from './tensor.js';
import { TorchHost } from './torch-host.js';

const PICKLE = 'data.pkl';
/** `little` and `big` are the words that the entry may hold. */
const MAX_BYTE_ORDER_BYTES = 16;

/** The folder of a PyTorch archive, `/` included; undefined for other archives. */
export function torchFolder(entries: ReadonlyMap<string, ZipEntry>): string | undefined {
  for (const name of entries.keys()) {
    const folder = name.slice(0, -PICKLE.length);
    if (name.endsWith(PICKLE) && folder.indexOf('/') === folder.length - 1) return folder;
  }
  return undefined;
}

/** What `torch.save` was given, tensors unread. */
export function readZipFormat(
  entries: ReadonlyMap<string, ZipEntry>,
  folder: string,
  budget: MemoryBudget,
): Unpickled {
  if (entries.has(`${folder}constants.pkl`)) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      "The file is a TorchScript program, not weights. Save its weights in Python: torch.save(torch.jit.load('model.pt').state_dict(), 'weights.pt').",
    );
  }
  checkByteOrder(entries.get(`${folder}byteorder`));
  const opened = new Map<string, Uint8Array>();
  const open = (entry: ZipEntry): Uint8Array => {
    const known = opened.get(entry.name);
    if (known !== undefined) return known;
    if (entry.isCompressed) budget.take(entry.size, `the compressed entry ${quoted(entry.name)}`);
    const bytes = entry.bytes();
    opened.set(entry.name, bytes);
    return bytes;
  };
  const host = new TorchHost((key, type, elements) => {
    const entry = entries.get(`${folder}data/${key}`);
    if (entry === undefined || entry.size !== elements * type.itemBytes) {
      const what = entry === undefined ? 'is not there' : `has ${counted(entry.size, 'byte')}`;
      throw damagedTorch(
        `the storage ${quoted(key)} ${what}, and its pickle says ${counted(elements, 'element')} of ${type.name}`,
      );
    }
    return new StorageReference(key, type, () => open(entry));
  }, budget);
  const pickle = entries.get(`${folder}${PICKLE}`);
  if (pickle === undefined) {
    throw damagedTorch(`it has no entry ${quoted(`${folder}${PICKLE}`)}`);
  }
  const root = runPickle(new PickleBytes(open(pickle)), host, budget);
  return { root, unknownGlobals: host.unknownGlobals };
}

function checkByteOrder(entry: ZipEntry | undefined): void {
  if (entry === undefined) return; // written since version 2.1; all files before are little-endian
  const order =
    entry.size > MAX_BYTE_ORDER_BYTES ? 'too long to be one' : new TextDecoder().decode(entry.bytes());
  if (order !== 'little') {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The PyTorch file has the byte order ${quoted(order)}; only little-endian files are read. Load it in Python on a little-endian machine and save it again.`,
    );
  }
}
