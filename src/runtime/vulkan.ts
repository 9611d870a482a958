/** What WebGPU needs of a Linux system. */
import type { Provider } from './providers.js';

/**
 * WebGPU without the Vulkan loader writes to the terminal, past onnxruntime's log. So the list of providers does not try it;
 * a caller who asks for it by name gets the attempt, wherever the loader is.
 */
export function vulkanObstacle(
  provider: Provider,
  exists: (file: string) => boolean,
): { readonly reason: string } | undefined {
  if (provider !== 'webgpu' || process.platform !== 'linux') return undefined;
  const folders = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib'];
  const multiarch = ['x86_64', 'aarch64'].map((arch) => `/usr/lib/${arch}-linux-gnu`);
  const configured = process.env.LD_LIBRARY_PATH?.split(':') ?? [];
  const found = [...folders, ...multiarch, ...configured].some((folder) =>
    exists(`${folder}/libvulkan.so.1`),
  );
  return found ? undefined : { reason: 'the Vulkan loader, libvulkan.so.1, is not installed' };
}
