/** The fixtures of fixtures/data/keras, as they are and with changed parts. */
import { readFileSync } from 'node:fs';
import { unzipSync, zipSync } from 'fflate';

export function kerasFile(name: string): Uint8Array {
  return readFileSync(new URL(`../../fixtures/data/keras/${name}`, import.meta.url));
}

const unpacked = new Map<string, Record<string, Uint8Array>>();

/** The entries of a `.keras` fixture. */
export function kerasEntries(name: string): Record<string, Uint8Array> {
  const entries = unpacked.get(name) ?? unzipSync(kerasFile(name));
  unpacked.set(name, entries);
  return { ...entries };
}

export function kerasConfig(name: string): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(kerasEntries(name)['config.json']));
}

/** The fixture with another config.json, given as text or as what it says, or none. */
export function kerasArchive(name: string, config: unknown): Uint8Array {
  const { 'config.json': _, ...entries } = kerasEntries(name);
  if (config !== undefined) {
    entries['config.json'] = new TextEncoder().encode(
      typeof config === 'string' ? config : JSON.stringify(config),
    );
  }
  return zipSync(entries, { level: 0 });
}

/** The layers in a model's configuration. */
export function layersOf(config: Record<string, unknown>) {
  return (config.config as { layers: { class_name: string; config: Record<string, unknown> }[] }).layers;
}

/** An HDF5 file behind `size` bytes of text; `isTold` adds them to its base address and its end, of superblock version 0. */
export function withUserBlock(hdf5: Uint8Array, size: number, isTold: boolean): Uint8Array {
  const bytes = new Uint8Array(size + hdf5.length).fill(0x23, 0, size);
  bytes.set(hdf5, size);
  const view = new DataView(bytes.buffer, size);
  for (const at of isTold ? [24, 40] : [])
    view.setBigUint64(at, view.getBigUint64(at, true) + BigInt(size), true);
  return bytes;
}
