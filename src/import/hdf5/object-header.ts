/** The messages of an HDF5 object's header (specification, section IV.A), versions 1 and 2. */
import { counted } from '../../counted.js';
import { damagedHdf5, type Hdf5Bytes, unsupportedHdf5 } from './hdf5-bytes.js';

/** The message types that are read (specification, section IV.A.2). */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

export interface Message {
  readonly type: number;
  /** Where its data starts, and how many bytes they are. */
  readonly at: number;
  readonly size: number;
  /** Whether the data is a reference to a message kept elsewhere. */
  readonly isShared: boolean;
}

/** An object of more messages is none that Keras writes: a group has one for each attribute. */
const MAX_MESSAGES = 10_000;
const SHARED_FLAG = 0x02;

interface Block {
  readonly start: number;
  readonly end: number;
}

/** All messages of the object whose header is at `address`, those of its continuation blocks too. */
export function readMessages(file: Hdf5Bytes, address: number): Message[] {
  const isNew = file.isSigned(address, 'OHDR');
  const { first, prefixBytes } = isNew ? newHeader(file, address) : oldHeader(file, address);
  const messages: Message[] = [];
  const blocks: Block[] = [first];
  const seen = new Set<number>();
  for (const block of blocks) {
    if (seen.has(block.start)) throw damagedHdf5(`the object header at byte ${address} goes on in itself`);
    seen.add(block.start);
    let at = block.start;
    // What is left at the end may be a gap too small for another message.
    while (at + prefixBytes <= block.end) {
      const message = isNew ? newMessage(file, at, prefixBytes) : oldMessage(file, at, prefixBytes);
      at = message.at + message.size;
      if (at > block.end) throw damagedHdf5(`a message at byte ${message.at} goes past its object header`);
      messages.push(message);
      if (messages.length > MAX_MESSAGES) {
        throw damagedHdf5(`the object header at byte ${address} has more than ${MAX_MESSAGES} messages`);
      }
      if (message.type === MESSAGE.continuation) blocks.push(continuation(file, message, isNew));
    }
  }
  return messages;
}

/** The first message of a type. @throws E_UNSUPPORTED where it is kept elsewhere in the file */
export function findMessage(messages: readonly Message[], type: number): Message | undefined {
  const found = messages.find((message) => message.type === type);
  if (found?.isShared) throw unsupportedHdf5('a message shared between objects');
  return found;
}

function oldHeader(file: Hdf5Bytes, address: number) {
  const version = file.u8(address, 'an object header');
  if (version !== 1) throw damagedHdf5(`there is no object header at byte ${address}`);
  const start = address + 16;
  const size = file.u32(address + 8, 'an object header');
  file.check(start, size, 'an object header');
  return { first: { start, end: start + size }, prefixBytes: 8 };
}

function oldMessage(file: Hdf5Bytes, at: number, prefixBytes: number): Message {
  return {
    type: file.u16(at, 'a message'),
    size: file.u16(at + 2, 'a message'),
    isShared: (file.u8(at + 4, 'a message') & SHARED_FLAG) !== 0,
    at: at + prefixBytes,
  };
}

function newHeader(file: Hdf5Bytes, address: number) {
  const version = file.u8(address + 4, 'an object header');
  if (version !== 2) throw unsupportedHdf5(`an object header of version ${version}`);
  const flags = file.u8(address + 5, 'an object header');
  const hasTimes = (flags & 0x20) !== 0;
  const hasPhaseChange = (flags & 0x10) !== 0;
  const sizeBytes = 1 << (flags & 0x03);
  const sizeAt = address + 6 + (hasTimes ? 16 : 0) + (hasPhaseChange ? 4 : 0);
  const size = readSized(file, sizeAt, sizeBytes);
  const start = sizeAt + sizeBytes;
  file.check(start, size, 'an object header');
  // Creation order adds two bytes to each message's prefix.
  return { first: { start, end: start + size }, prefixBytes: (flags & 0x04) !== 0 ? 6 : 4 };
}

function readSized(file: Hdf5Bytes, at: number, sizeBytes: number): number {
  if (sizeBytes === 1) return file.u8(at, 'an object header');
  if (sizeBytes === 2) return file.u16(at, 'an object header');
  return sizeBytes === 4 ? file.u32(at, 'an object header') : file.u64(at, 'an object header');
}

function newMessage(file: Hdf5Bytes, at: number, prefixBytes: number): Message {
  return {
    type: file.u8(at, 'a message'),
    size: file.u16(at + 1, 'a message'),
    isShared: (file.u8(at + 3, 'a message') & SHARED_FLAG) !== 0,
    at: at + prefixBytes,
  };
}

/** The block that a continuation message points to; a new one starts with a signature and ends with a checksum. */
function continuation(file: Hdf5Bytes, { at, size }: Message, isNew: boolean): Block {
  if (size < 16) throw damagedHdf5(`the continuation at byte ${at} has ${counted(size, 'byte')}`);
  const start = file.place(at, 'a continuation');
  const length = file.u64(at + 8, 'a continuation');
  file.check(start, length, 'a continuation');
  if (!isNew) return { start, end: start + length };
  file.expect(start, 'OCHK', 'continuation');
  return { start: start + 4, end: start + length - 4 };
}
