/** What is guessed to stand between a layer and the next: a relu, where the next reads it; a glu, where it reads half; nothing before a PReLU. */
import { dim } from '../../nd-array.js';
import type { FoundModule, FoundParameter } from '../found-modules.js';
import type { Layout } from './flows.js';

export interface Behind {
  readonly activation?: 'relu' | 'glu';
  readonly open?: string;
}

/**
 * @param behind the modules after the layer, which gives so many features or channels
 * @param hasOther whether another value has so many
 */
export function whatStandsBehind(
  behind: readonly FoundModule[],
  features: number,
  layout: Layout,
  hasOther: (features: number) => boolean,
): Behind {
  const [first] = behind;
  if (first?.kind === 'parameter' && likePrelu(first, features, layout)) return {};
  const next = behind.find(({ kind }) => kind !== 'parameter');
  if (next?.kind === 'batchNorm' || next?.kind === 'norm') {
    if (dim(next.shape, next.shape.length - 1) === features) return {};
  }
  const isImage = layout === 'image' || layout === 'channels';
  if (next && reads(next, features, isImage)) {
    return {
      activation: 'relu',
      open: `relu behind it is a guess: or nothing, tanh, sigmoid, elu${isImage ? ', a pool' : ''}`,
    };
  }
  if (next && reads(next, features / 2, false) && !hasOther(features / 2)) {
    return { activation: 'glu', open: 'glu behind it is a guess: what follows reads half' };
  }
  return { open: 'nothing behind it is a guess: or sigmoid, tanh, softmax, relu' };
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

/** Names of RMSNorm, which looks the same. */
const likeNorm = /norm|rms|(?:^|[._])ln/i;

/** Whether a weight may be that of a PReLU on a value: one number, or one for each channel, which are the second axis. */
export function likePrelu(
  { name, shape, isPrelu }: FoundParameter,
  features: number,
  layout: Layout,
): boolean {
  const [count] = shape;
  const fits = count === 1 || (count === features && layout !== 'series');
  return isPrelu && shape.length === 1 && fits && !likeNorm.test(name);
}
