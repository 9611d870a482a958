/** Where an HDF5 file starts: the superblock (specification, section II.A), versions 0 to 3. */
import { LstmOnnxError } from '../../errors.js';
import { damagedHdf5, type Hdf5Bytes, unsupportedHdf5 } from './hdf5-bytes.js';

const SIGNATURE = '\x89HDF\r\n\x1a\n';
/** What every current library writes: addresses and lengths of 8 bytes. */
const WORD_BYTES = 8;

/** The address of the root group's object header. */
export function rootAddress(file: Hdf5Bytes): number {
  if (!file.isSigned(0, SIGNATURE)) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      'Not an HDF5 file: it does not start with the signature of one. Give a .h5 file that Keras wrote.',
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
  if (file.place(baseAt, 'the base address') !== 0) throw unsupportedHdf5('a base address other than 0');
  const end = file.place(baseAt + 2 * WORD_BYTES, 'the end of the file');
  if (end > file.length) throw damagedHdf5(`it says that it has ${end} bytes and has ${file.length}`);
  // Old: after the driver information block's address, an entry of name offset and object header address.
  return file.place(baseAt + (isOld ? 5 : 3) * WORD_BYTES, 'the root group');
}
