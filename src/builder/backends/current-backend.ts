/**
 * tfjs computes on one current backend. Its own `setBackend` changes that at once, but to nothing until the backend has
 * started, and the operations of all others fail meanwhile. So a backend is started first, and chosen when it runs, which
 * takes effect at once: whoever chooses and computes without waiting in between has the backend to himself.
 */
import type { Tf } from './tf.js';

/** Starts a backend that is registered with tfjs, unless it runs; the current one stays. @throws what its factory throws */
export async function initialize(tf: Tf, name: string): Promise<void> {
  const { registry } = tf.engine();
  if (registry[name]) return;
  const factory = tf.findBackendFactory(name);
  if (!factory) throw new Error(`tfjs knows no backend '${name}'`);
  const backend = await factory();
  registry[name] ??= backend;
}

/** Makes a backend that runs the current one. */
export function select(tf: Tf, name: string): void {
  // tfjs declares it private. A start by other code, when it ends, leaves another here than the name says.
  const { backendInstance } = tf.engine() as unknown as { readonly backendInstance: unknown };
  if (tf.getBackend() === name && backendInstance === tf.findBackend(name)) return;
  void tf.setBackend(name);
}
