/**
 * The classes and functions that checkpoints name beside their weights: hyperparameters, numpy scalars, what
 * trainers keep. What they would make is passed over unmade; a file that names any other is refused.
 */
import type { GlobalName } from './pickle-values.js';

const PASSED_PACKAGES: ReadonlySet<string> = new Set(
  'torch torchmetrics lightning lightning_fabric pytorch_lightning numpy omegaconf'.split(' '),
);
const PASSED_GLOBALS: ReadonlySet<string> = new Set([
  ...'OrderedDict defaultdict Counter deque'.split(' ').map((name) => `collections.${name}`),
  ...'PosixPath WindowsPath Path PurePosixPath PureWindowsPath'.split(' ').map((name) => `pathlib.${name}`),
  ...'date datetime time timedelta timezone'.split(' ').map((name) => `datetime.${name}`),
  ...['builtins', '__builtin__'].flatMap((module) =>
    'bool bytearray bytes complex dict float frozenset int list object set slice str tuple'
      .split(' ')
      .map((name) => `${module}.${name}`),
  ),
  'argparse.Namespace',
  'decimal.Decimal',
  'types.SimpleNamespace',
  'uuid.UUID',
  // How pickle spells bytes in protocol 2, and objects of old-style protocols.
  '_codecs.encode',
  'copyreg._reconstructor',
  'copy_reg._reconstructor',
]);

/** Whether a name is one of those, or one that this library gives a meaning to. */
export function isPassedOver({ module, path }: GlobalName): boolean {
  const [topPackage = ''] = module.split('.', 1);
  return PASSED_PACKAGES.has(topPackage) || PASSED_GLOBALS.has(path);
}
