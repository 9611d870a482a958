/** Where an HDF5 file starts: the superblock (specification, section II.A), versions 0 to 3. */
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { damagedHdf5, type Hdf5Bytes, unsupportedHdf5 } from './hdf5-bytes.js';

const SIGNATURE = '\x89HDF\r\n\x1a\n';
/** What every current library writes: addresses and lengths of 8 bytes. */
const WORD_BYTES = 8;

/** The smallest user block: a file's own bytes before the HDF5 data, of 512 bytes or that doubled any number of times. */
const MIN_USER_BLOCK_BYTES = 512;

/** Where the superblock is: at 0 or behind a user block; undefined where there is none. */
export function findSuperblock(bytes: Uint8Array): number | undefined {
  for (let at = 0; at < bytes.length; at = at === 0 ? MIN_USER_BLOCK_BYTES : 2 * at) {
    if ([...SIGNATURE].every((character, i) => bytes[at + i] === character.charCodeAt(0))) return at;
  }
  return undefined;
}

/**
 * The address of the root group's object header.
 *
 * @param file starts at the superblock, which addresses count from
 */
export function rootAddress(file: Hdf5Bytes): number {
  if (!file.isSigned(0, SIGNATURE)) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      'Not an HDF5 file: the signature of one is neither at its start nor behind a user block. Give a .h5 file that Keras wrote.',
    );
  }
  const version = file.u8(8, 'the superblock');
  // From version 2 on, the sizes come first and the root is an address instead of a symbol table entry.
  const isOld = version <= 1;
  if (version > 3) throw unsupportedHdf5(`a superblock of version ${version}`);
  const sizesAt = isOld ? 13 : 9;
  const sizes = [file.u8(sizesAt, 'the superblock'), file.u8(sizesAt + 1, 'the superblock')];
  if (sizes.some((size) => size !== WORD_BYTES)) {
    throw unsupportedHdf5(`addresses and lengths of ${sizes.join(' and ')} bytes`);
  }
  const baseAt = isOld ? 24 + (version === 1 ? 4 : 0) : 12;
  // The end counts from the start of the user block, of which the base address is the length when the file was written.
  const base = file.place(baseAt, 'the base address');
  const end = file.place(baseAt + 2 * WORD_BYTES, 'the end of the file') - base;
  if (end < 0) throw damagedHdf5(`its base address, ${base}, is behind its end`);
  if (end > file.length)
    throw damagedHdf5(`it says that it has ${counted(end, 'byte')} and has ${file.length}`);
  // Old: after the driver information block's address, an entry of name offset and object header address.
  return file.place(baseAt + (isOld ? 5 : 3) * WORD_BYTES, 'the root group');
}
