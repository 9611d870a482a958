/**
 * Which of the compiled kernels are loaded: those that run models, without convolutions or with them, or those that train
 * too, in the better form that this JavaScript engine takes. A probe of a few bytes tells, so that only the one is loaded.
 */
import { enableRelaxedSimd, wideKernels } from '#simd-platform';
import { LstmOnnxError, messageOf } from '../../../errors.js';

/** `i32.const 0` and `i8x16.splat`: a vector. */
const splat = [0x41, 0x00, 0xfd, 0x0f];

/** Modules of one function that computes with vectors, beside a memory that threads share. */
export const probes = {
  plain: probe(splat),
  /** `f32x4.relaxed_madd` of three such vectors */
  relaxed: probe([...splat, ...splat, ...splat, 0xfd, 0x85, 0x02]),
} as const;

/** Vectors of 128 bits without relaxed SIMD or with it, or in pairs, for an engine that joins two into one of 256 bits. */
export type SimdForm = 'plain' | 'relaxed' | 'wide';

const binaries = {
  recurrent: {
    relaxed: () => import('./binary-recurrent-relaxed.js'),
    plain: () => import('./binary-recurrent-plain.js'),
  },
  running: {
    relaxed: () => import('./binary-running-relaxed.js'),
    plain: () => import('./binary-running-plain.js'),
  },
  training: {
    relaxed: () => import('./binary-training-relaxed.js'),
    plain: () => import('./binary-training-plain.js'),
  },
};

/**
 * The kernels as a WebAssembly module, for `Engine.start`.
 *
 * @param purpose running models that are without convolutions, running models, or training networks; each takes all that is before it
 * @param form @default the best that this engine has
 * @throws E_PROVIDER_UNAVAILABLE where WebAssembly SIMD or shared memory is missing
 */
export async function kernelBytes(
  purpose: keyof typeof binaries,
  form?: SimdForm,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!WebAssembly.validate(probes.plain)) {
    throw new LstmOnnxError(
      'E_PROVIDER_UNAVAILABLE',
      'This JavaScript engine lacks WebAssembly SIMD or threads, which the simd backend is made of; use a newer one, ' +
        "or the backend 'cpu'.",
    );
  }
  // An engine that has it needs no flag, and one that no longer knows the flag would complain.
  if (form !== 'plain' && !WebAssembly.validate(probes.relaxed)) enableRelaxedSimd();
  const hasRelaxed = form !== 'plain' && WebAssembly.validate(probes.relaxed);
  const wide = hasRelaxed && form !== 'relaxed' ? await wideKernels(form === 'wide') : undefined;
  const { deflated } = wide ?? (await binaries[purpose][hasRelaxed ? 'relaxed' : 'plain']());
  return inflated(Uint8Array.from(atob(deflated), (character) => character.charCodeAt(0)));
}

async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { readable, writable } = new DecompressionStream('deflate-raw');
    const writer = writable.getWriter();
    writer.write(bytes);
    writer.close();
    return new Uint8Array(await new Response(readable).arrayBuffer());
  } catch (cause) {
    const message = `This JavaScript engine does not inflate the kernels of the simd backend: ${messageOf(cause)}`;
    throw new LstmOnnxError('E_PROVIDER_UNAVAILABLE', message, { cause });
  }
}

function probe(vector: readonly number[]): Uint8Array<ArrayBuffer> {
  const section = (id: number, ...bytes: number[]) => [id, bytes.length, ...bytes];
  return Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    // One type, which gives a vector.
    ...section(1, 1, 0x60, 0, 1, 0x7b),
    // One import of no name: a memory of one page, shared.
    ...section(2, 1, 0, 0, 2, 3, 1, 1),
    // One function of that type.
    ...section(3, 1, 0),
    // Its body: no locals, the vector, end.
    ...section(10, 1, vector.length + 2, 0, ...vector, 0x0b),
  );
}
