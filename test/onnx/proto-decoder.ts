/** Reads ONNX files with protobufjs, by the text of the schema: the code that the library ships for it only writes. */
import { readFileSync } from 'node:fs';
import protobufjs from 'protobufjs';
import type { onnx } from '#onnx-proto';

const { root } = protobufjs.parse(readFileSync('schemas/onnx.proto', 'utf8'));
root.resolveAll();
const type = root.lookupType('onnx.ModelProto');
withoutDefaults(root);

/** What a file does not state is null, as in `schemas/onnx.d.ts`. */
function withoutDefaults(within: protobufjs.NamespaceBase): void {
  for (const nested of within.nestedArray) {
    if (!(nested instanceof protobufjs.Namespace)) continue;
    withoutDefaults(nested);
    if (!(nested instanceof protobufjs.Type)) continue;
    const { prototype } = nested.ctor;
    for (const field of nested.fieldsArray)
      if (!field.repeated) Object.assign(prototype, { [field.name]: null });
  }
}

export function decodeProto(bytes: Uint8Array | protobufjs.Reader): onnx.ModelProto {
  return type.decode(bytes) as unknown as onnx.ModelProto; // of the same schema
}
