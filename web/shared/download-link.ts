/** A link that saves bytes made in the page as a file. */
import { formatBytes } from './quantities.js';

/** The object URL that each link holds, so that its bytes are let go of when it gets others. */
const held = new WeakMap<HTMLAnchorElement, string>();

/** Points the link at the bytes; its text says the file's name and size. */
export function offerDownload(
  link: HTMLAnchorElement,
  fileName: string,
  bytes: Uint8Array<ArrayBuffer>,
): void {
  withdrawDownload(link);
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  held.set(link, url);
  link.href = url;
  link.download = fileName;
  link.textContent = `Download ${fileName} (${formatBytes(bytes.length)})`;
}

/** Lets go of the bytes that the link holds. */
export function withdrawDownload(link: HTMLAnchorElement): void {
  const url = held.get(link);
  if (url !== undefined) URL.revokeObjectURL(url);
  held.delete(link);
  link.removeAttribute('href');
}
