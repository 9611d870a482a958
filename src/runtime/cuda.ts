/**
 * What CUDA needs besides the files that npm unpacks: onnxruntime-node leaves the CUDA libraries (some 300 MB) to its
 * install script, which npm does not run under `ignore-scripts`. Source: onnxruntime-node 1.30, script/install.js and
 * script/install-metadata.js.
 */

/** Where onnxruntime-node runs and what its folder holds. */
export interface CudaSurroundings {
  /** Node's `process.platform` and `process.arch`. */
  readonly platform: string;
  readonly arch: string;
  /** Whether onnxruntime-node's native part knows CUDA on this platform. */
  readonly supported: boolean;
  /** The package's folder. */
  readonly packageFolder: string;
  /** Whether a file exists, by its path relative to the package's folder. */
  readonly exists: (file: string) => boolean;
}

/** The libraries that onnxruntime loads, in the order in which it does. */
const CUDA_LIBRARIES = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'];

/** Why CUDA cannot run, as far as files tell, and the command that adds it; `undefined` when nothing is missing. */
export function cudaObstacle(
  surroundings: CudaSurroundings,
): { readonly reason: string; readonly install?: string } | undefined {
  const { platform, arch, supported, packageFolder, exists } = surroundings;
  if (!supported || platform !== 'linux' || arch !== 'x64') {
    return {
      reason: `onnxruntime-node has no CUDA provider for ${platform}/${arch}; it has one for linux/x64`,
    };
  }
  const folder = `bin/napi-v6/${platform}/${arch}`;
  const missing = CUDA_LIBRARIES.filter((library) => !exists(`${folder}/${library}`));
  if (missing.length === 0) return undefined;
  return {
    reason: `onnxruntime-node's CUDA libraries are not installed: ${missing.join(', ')} not in ${packageFolder}/${folder}`,
    install: `node ${packageFolder}/script/install.js --onnxruntime-node-install=cuda12`,
  };
}

/** Added to onnxruntime's own message when the files are there but no session opens. */
export const CUDA_HINT =
  'CUDA needs an NVIDIA GPU with its driver, and the CUDA 12 and cuDNN 9 libraries on the library path';
