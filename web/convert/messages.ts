/** What the page Convert and its worker tell each other. */
import type { ChainActivation, ImportNote, Pool } from 'lstm-onnx/web';
import type { Failure } from '../shared/failure.js';

/** What is said of weights that come without a network; what is left out follows from the file. */
export interface Architecture {
  readonly pool?: Pool;
  readonly lstm?: readonly string[];
  readonly activation?: ChainActivation;
  readonly head?: string | readonly string[] | false;
  readonly embedding?: string;
  readonly nonlinearity?: 'relu';
  readonly timeFirst: boolean;
}

export interface OnnxOptions {
  readonly opset: number;
  readonly states: boolean;
  readonly lengths: boolean;
  readonly softmax: boolean;
  /** Empty for none. */
  readonly labels: readonly string[];
}

/** A part of the drawing: an input, an op or an output of the network. */
export interface DiagramNode {
  readonly id: string;
  readonly kind: 'input' | 'op' | 'output';
  readonly name: string;
  /** What it does: `LSTM, 64 hidden, 2 layers`. */
  readonly what: string;
  /** What it gives: `[batch, time, 64]`, for several outputs each with its name. */
  readonly gives: string;
  /** Numbers that were learned. */
  readonly parameters: number;
  /** Ids of the nodes that it reads. */
  readonly reads: readonly string[];
}

/** A box of the drawing, its centre at x, its upper edge at y; the first line is its name. */
export interface DrawnBox extends Pick<DiagramNode, 'id' | 'kind'> {
  readonly lines: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where everything of the drawing goes, and what it shows in words. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly DrawnBox[];
  /** The points of each edge, `[x, y]`. */
  readonly edges: readonly (readonly (readonly [number, number])[])[];
  readonly words: string;
}

/** Modules of weights that options choose from. */
export interface WeightModules {
  readonly recurrent: readonly string[];
  readonly matrices: readonly string[];
}

export interface ModelDescription {
  readonly fileName: string;
  readonly fileBytes: number;
  /** The first of its parts, and how many there are. */
  readonly nodes: readonly DiagramNode[];
  readonly nodeCount: number;
  /** Missing where there is too much to draw. */
  readonly drawing?: Drawing;
  readonly parameters: number;
  /** What was assumed or is different. */
  readonly notes: readonly ImportNote[];
  /** There if the file holds weights alone. */
  readonly modules?: WeightModules;
  readonly labels: readonly string[];
  readonly preprocessing?: string;
}

/** Requests are numbered upwards, and answers carry the number: the page tells by it which ones came too late. */
export type ToWorker = { readonly request: number } & (
  | { readonly type: 'read'; readonly files: readonly File[]; readonly architecture: Architecture }
  /** The same file again with another architecture. */
  | { readonly type: 'reread'; readonly architecture: Architecture }
  | { readonly type: 'convert'; readonly options: OnnxOptions }
  | { readonly type: 'checkpoint'; readonly labels: readonly string[] }
);

/** A file made of the model. */
export interface MadeFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly milliseconds: number;
}

export type FromWorker = { readonly request: number } & (
  | { readonly type: 'model'; readonly model: ModelDescription }
  | { readonly type: 'converted'; readonly file: MadeFile }
  | { readonly type: 'checkpoint'; readonly file: MadeFile }
  | {
      readonly type: 'failed';
      readonly during: ToWorker['type'];
      readonly failure: Failure;
      /** There if the failure is about weights, for which an architecture can be given. */
      readonly modules?: WeightModules;
    }
);
