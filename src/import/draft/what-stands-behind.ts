/** What is guessed to stand between a layer and the next: a relu, where the next reads it. */
import { dim } from '../../nd-array.js';
import type { FoundModule } from '../found-modules.js';
import type { Layout } from './flows.js';

export interface Behind {
  readonly relu: boolean;
  readonly open: string | undefined;
}

/** @param behind the modules after the layer, which gives so many features or channels */
export function whatStandsBehind(behind: readonly FoundModule[], features: number, layout: Layout): Behind {
  const next = behind.find(({ kind }) => kind !== 'parameter');
  if (next?.kind === 'batchNorm' || next?.kind === 'norm') {
    if (dim(next.shape, next.shape.length - 1) === features) return { relu: false, open: undefined };
  }
  const isImage = layout === 'image' || layout === 'channels';
  if (next && reads(next, features, isImage)) {
    return {
      relu: true,
      open: `relu behind it is a guess: or nothing, tanh, sigmoid, elu${isImage ? ', a pool' : ''}`,
    };
  }
  return { relu: false, open: 'nothing behind it is a guess: or sigmoid, tanh, softmax, relu' };
}

function reads(module: FoundModule, features: number, isImage: boolean): boolean {
  const fits = (size: number) => size === features || (isImage && size % features === 0);
  switch (module.kind) {
    case 'matrix':
      return fits(module.columns);
    case 'recurrent':
      return fits(module.layer.inputSize);
    case 'convolution':
      return module.channels[module.transposed ? 0 : 1] === features;
    default:
      return false;
  }
}
