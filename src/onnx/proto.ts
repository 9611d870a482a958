/** The types of the messages in `schemas/onnx.proto`; only `encode-model.ts` takes their code. */
export type { onnx as proto } from '#onnx-proto';
