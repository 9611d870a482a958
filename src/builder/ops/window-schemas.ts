/** Zod schemas for the options of convolutions and pools, which go over the last axes of a tensor. */
import * as z from 'zod/mini';

const positive = z.int().check(z.positive());

/** Of windows that go over the last axes: one entry for each axis, one or two. */
const perAxis = <T extends z.ZodMiniType>(entry: T) => z.array(entry).check(z.minLength(1), z.maxLength(2));
const notNegative = z.int().check(z.nonnegative());
const windows = {
  kernelSize: perAxis(positive),
  stride: perAxis(positive),
  padding: perAxis(z.tuple([notNegative, notNegative])),
};
const dilation = perAxis(positive);

const sameAxes = z.refine<{ kernelSize: readonly unknown[] }>(
  (options) =>
    Object.values(options).every((list) => !Array.isArray(list) || list.length === options.kernelSize.length),
  { message: 'kernelSize, stride, padding and the like must have one entry for each axis' },
);

const inGroups = z.refine<{ outChannels: number; groups: number }>(
  ({ outChannels, groups }) => outChannels % groups === 0,
  { message: 'groups must divide outChannels' },
);

const channels = {
  outChannels: positive,
  groups: z._default(positive, 1),
  bias: z._default(z.boolean(), true),
};

export const conv = z.strictObject({ ...channels, ...windows, dilation }).check(sameAxes, inGroups);
export type ConvOptions = z.output<typeof conv>;

export const convTranspose = z
  .strictObject({ ...channels, ...windows, dilation, outputPadding: perAxis(notNegative) })
  .check(sameAxes, inGroups);
export type ConvTransposeOptions = z.output<typeof convTranspose>;

const pool = { ...windows, ceilMode: z._default(z.boolean(), false) };

export const maxPool = z.strictObject({ ...pool, dilation }).check(sameAxes);
export type MaxPoolOptions = z.output<typeof maxPool>;

export const avgPool = z
  .strictObject({ ...pool, countIncludePad: z._default(z.boolean(), true) })
  .check(sameAxes);
export type AvgPoolOptions = z.output<typeof avgPool>;
