/** The fixtures of fixtures/data/tfjs. */
import { readdirSync, readFileSync } from 'node:fs';

function folderOf(name: string): URL {
  return new URL(`../../fixtures/data/tfjs/${name}/`, import.meta.url);
}

export function tfjsFiles(name: string): { json: Uint8Array; shards: Map<string, Uint8Array> } {
  const files = readdirSync(folderOf(name)).filter((file) => file.endsWith('.bin'));
  const read = (file: string): Uint8Array => readFileSync(new URL(file, folderOf(name)));
  return { json: read('model.json'), shards: new Map(files.map((file) => [file, read(file)])) };
}

interface TfjsModel {
  modelTopology: { class_name: string; config: unknown };
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: string }[] }[];
}

/** What a model.json says, to be changed. */
export function tfjsModel(name: string): TfjsModel {
  return JSON.parse(new TextDecoder().decode(tfjsFiles(name).json)) as TfjsModel; // written by our own script
}
