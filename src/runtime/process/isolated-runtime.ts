/** Models that run in separate processes, one each, so that a crash is an error of only that model. */
import { LstmOnnxError } from '../../errors.js';
import type { Located } from '../locate.js';
import type { NodePlatform } from '../node.js';
import type { Provider } from '../providers.js';
import type { ModelSource, Runtime, Session, SessionOptions } from '../session.js';
import { withTensors } from '../with-tensors.js';
import { partsOf } from '../worker/protocol.js';
import { ModelProcess } from './model-process.js';

interface IsolatedFile extends ModelSource {
  readonly located: Located;
}

/** @param signal ends the process in which a model is being opened */
export function isolatedRuntime(
  { locate, obstacleTo, autoProviders, availableProviders }: NodePlatform,
  signal: AbortSignal | undefined,
): Runtime<IsolatedFile> {
  return {
    async read(source, options) {
      const located = await locate(source, options);
      const { name, content } = located;
      return { name, located, ...(typeof content === 'string' ? { path: content } : {}) };
    },
    async open(provider, { located }, options) {
      // Checked here, since a process takes longer to start.
      const obstacle = provider === 'cpu' ? undefined : await obstacleTo(provider);
      if (obstacle !== undefined) throw new LstmOnnxError('E_PROVIDER_UNAVAILABLE', obstacle.reason);
      return openIsolated(provider, located, options, signal);
    },
    autoProviders,
    availableProviders,
  };
}

async function openIsolated(
  provider: Provider,
  located: Located,
  options: SessionOptions,
  signal: AbortSignal | undefined,
): Promise<Session> {
  const process = new ModelProcess();
  const abort = () => void process.end();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const { session, canTrace, ...opened } = await process.call('open', provider, located, options);
    return withTensors({
      ...opened,
      endsRuns: true,
      run: (feeds, fetches) => process.call('run', session, partsOf(feeds), fetches),
      ...(canTrace ? { trace: (feeds) => process.call('trace', session, partsOf(feeds)) } : {}),
      release: () => process.end(),
    });
  } catch (error) {
    await process.end();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
