/**
 * Zod schemas for each op's options; `defineNetwork` and network JSON both validate against them. They are apart from the
 * ops, so that a page that only runs models does not load zod. Defaults are those of the typed functions if they are the
 * same for every input; what depends on the input (`batchFirst`, the axis called `time`) must be in a network file.
 */
import * as z from 'zod/mini';
import { activationNames, cellActivationNames } from '../activations.js';
import { comparisons } from '../comparisons.js';
import {
  type AvgPoolOptions,
  avgPool,
  type ConvOptions,
  type ConvTransposeOptions,
  conv,
  convTranspose,
  type MaxPoolOptions,
  maxPool,
} from './window-schemas.js';

export type { AvgPoolOptions, ConvOptions, ConvTransposeOptions, MaxPoolOptions };

const positive = z.int().check(z.positive());

const none = z.strictObject({});
export type NoOptions = z.output<typeof none>;

const axis = z.strictObject({ axis: z.int() });
export type AxisOptions = z.output<typeof axis>;

const orLast = z._default(z.int(), -1);
const axisOrLast = z.strictObject({ axis: orLast });

const argmax = z.strictObject({ axis: orLast, selectLastIndex: z._default(z.boolean(), false) });
export type ArgmaxOptions = z.output<typeof argmax>;

const constants = { alpha: z.optional(z.number()), beta: z.optional(z.number()) };
const activation = z.strictObject({ name: z.enum(activationNames), ...constants });
export type ActivationOptions = z.output<typeof activation>;

/** In the gates of a cell. */
const within = z.strictObject({ name: z.enum(cellActivationNames), ...constants });

const at = z.strictObject({ index: z.int(), axis: z.int() });
export type AtOptions = z.output<typeof at>;

const eps = z._default(z.number().check(z.positive()), 1e-5);

const batchNorm = z.strictObject({
  eps,
  momentum: z._default(z.number().check(z.minimum(0), z.maximum(1)), 0.1),
  affine: z._default(z.boolean(), true),
});
export type BatchNormOptions = z.output<typeof batchNorm>;

const layerNorm = z.strictObject({
  axes: z._default(positive, 1),
  eps,
  affine: z._default(z.boolean(), true),
  bias: z._default(z.boolean(), true),
});
export type LayerNormOptions = z.output<typeof layerNorm>;

const instanceNorm = z.strictObject({ eps, affine: z._default(z.boolean(), false) });
export type InstanceNormOptions = z.output<typeof instanceNorm>;

const dropout = z.strictObject({ p: z._default(z.number().check(z.minimum(0), z.maximum(1)), 0.5) });
export type DropoutOptions = z.output<typeof dropout>;

const embedding = z.strictObject({ numEmbeddings: positive, embeddingDim: positive });
export type EmbeddingOptions = z.output<typeof embedding>;

const linear = z.strictObject({ outFeatures: positive, bias: z._default(z.boolean(), true) });
export type LinearOptions = z.output<typeof linear>;

/** Of every recurrent op. Optional options that are off are left out. */
const layers = {
  hiddenSize: positive,
  // As many as a network file may have in all.
  numLayers: z._default(z.int().check(z.positive(), z.maximum(1000)), 1),
  bidirectional: z._default(z.boolean(), false),
  bias: z._default(z.boolean(), true),
  dropout: z._default(z.number().check(z.minimum(0), z.maximum(1)), 0),
  batchFirst: z.boolean(),
  reverse: z.optional(z.boolean()),
  learnedState: z.optional(z.boolean()),
  clip: z.optional(z.number().check(z.positive())),
};

const oneWay = z.refine<{ bidirectional: boolean; reverse?: boolean | undefined }>(
  ({ bidirectional, reverse }) => !(bidirectional && reverse),
  { message: 'reverse is for a single direction; a bidirectional layer reads both ways already' },
);

const lstm = z
  .strictObject({
    ...layers,
    projSize: z.optional(z.int().check(z.minimum(0))),
    peepholes: z.optional(z.boolean()),
    inputForget: z.optional(z.boolean()),
    activations: z.optional(z.strictObject({ gates: within, cell: within, hidden: within })),
  })
  .check(
    oneWay,
    z.refine(({ projSize = 0, hiddenSize }) => projSize < hiddenSize, {
      message: 'projSize must be smaller than hiddenSize',
    }),
  );
export type LstmOptions = z.output<typeof lstm>;

const gru = z
  .strictObject({
    ...layers,
    resetAfter: z._default(z.boolean(), true),
    activations: z.optional(z.strictObject({ gates: within, hidden: within })),
  })
  .check(oneWay);
export type GruOptions = z.output<typeof gru>;

const rnn = z
  .strictObject({ ...layers, activations: z.optional(z.strictObject({ hidden: within })) })
  .check(oneWay);
export type RnnOptions = z.output<typeof rnn>;

const padding = z._default(z.int().check(z.nonnegative()), 0);
const pad = z.strictObject({
  axis: z.int(),
  before: padding,
  after: padding,
  value: z._default(z.number(), 0),
});
export type PadOptions = z.output<typeof pad>;

const prelu = z.strictObject({ numParameters: z._default(positive, 1) });
export type PreluOptions = z.output<typeof prelu>;

const repeat = z.strictObject({
  axis: z.int(),
  times: z.optional(positive),
  likeAxis: z.optional(z.int().check(z.nonnegative())),
});
export type RepeatOptions = z.output<typeof repeat>;

const reshape = z.strictObject({
  shape: z.array(z.union([positive, z.literal(-1), z.string().check(z.minLength(1))])),
});
export type ReshapeOptions = z.output<typeof reshape>;

const slice = z.strictObject({
  axis: z.int(),
  start: z._default(z.int(), 0),
  end: z.optional(z.int()),
  step: z._default(positive, 1),
});
export type SliceOptions = z.output<typeof slice>;

const where = z.strictObject({ comparison: z.enum(comparisons), than: z.optional(z.number()) });
export type WhereOptions = z.output<typeof where>;

const stepCount = z.strictObject({ padding: z._default(z.number(), 0), batchFirst: z.boolean() });
export type StepCountOptions = z.output<typeof stepCount>;

const transpose = z.strictObject({ axes: z.array(z.int().check(z.nonnegative())) });
export type TransposeOptions = z.output<typeof transpose>;

const initializer = z.union([
  z.strictObject({ kind: z.enum(['zeros', 'ones']) }),
  z.strictObject({ kind: z.literal('constant'), value: z.number() }),
  z.strictObject({ kind: z.literal('uniform'), bound: z.number().check(z.nonnegative()) }),
  z.strictObject({ kind: z.literal('normal'), mean: z.number(), std: z.number().check(z.nonnegative()) }),
]);

const parameter = z.strictObject({
  shape: z.array(positive),
  init: z._default(initializer, { kind: 'zeros' }),
  frozen: z.optional(z.boolean()),
});
export type ParameterOptions = z.output<typeof parameter>;

const constant = z.strictObject({
  shape: z.array(positive),
  values: z
    .array(z.union([z.number(), z.enum(['Infinity', '-Infinity'])])) // JSON has no number for these
    .check(
      z.maxLength(1024, 'more than 1024 numbers: put them in a frozen parameter, which a checkpoint keeps'),
    ),
});
export type ConstantOptions = z.output<typeof constant>;

/** The options of each op. */
export interface OpOptions {
  activation: ActivationOptions;
  add: NoOptions;
  argmax: ArgmaxOptions;
  at: AtOptions;
  avgPool: AvgPoolOptions;
  batchNorm: BatchNormOptions;
  concat: AxisOptions;
  constant: ConstantOptions;
  conv: ConvOptions;
  convTranspose: ConvTransposeOptions;
  crf: NoOptions;
  div: NoOptions;
  dropout: DropoutOptions;
  embedding: EmbeddingOptions;
  flip: AxisOptions;
  instanceNorm: InstanceNormOptions;
  layerNorm: LayerNormOptions;
  linear: LinearOptions;
  logSoftmax: AxisOptions;
  gru: GruOptions;
  lstm: LstmOptions;
  matmul: NoOptions;
  max: AxisOptions;
  maxPool: MaxPoolOptions;
  mean: AxisOptions;
  mul: NoOptions;
  pad: PadOptions;
  parameter: ParameterOptions;
  prelu: PreluOptions;
  relu: NoOptions;
  repeat: RepeatOptions;
  reshape: ReshapeOptions;
  rnn: RnnOptions;
  sigmoid: NoOptions;
  size: AxisOptions;
  slice: SliceOptions;
  softmax: AxisOptions;
  stepCount: StepCountOptions;
  sub: NoOptions;
  sum: AxisOptions;
  tanh: NoOptions;
  transpose: TransposeOptions;
  where: WhereOptions;
}

export type OpName = keyof OpOptions;

export const optionSchemas: { readonly [K in keyof OpOptions]: z.ZodMiniType<OpOptions[K]> } = {
  activation,
  add: none,
  argmax,
  at,
  avgPool,
  batchNorm,
  concat: axisOrLast,
  constant,
  conv,
  convTranspose,
  crf: none,
  div: none,
  dropout,
  embedding,
  flip: axis,
  gru,
  instanceNorm,
  layerNorm,
  linear,
  logSoftmax: axisOrLast,
  lstm,
  matmul: none,
  max: axis,
  maxPool,
  mean: axis,
  mul: none,
  pad,
  parameter,
  prelu,
  relu: none,
  repeat,
  reshape,
  rnn,
  sigmoid: none,
  size: axis,
  slice,
  softmax: axisOrLast,
  stepCount,
  sub: none,
  sum: axis,
  tanh: none,
  transpose,
  where,
};
