/**
 * Formats by what their files begin with. A page's first program does without: of a file that it cannot read, the second
 * one says what it is.
 */
import type { Signature } from './foreign-format.js';

export const more = {
  zip: { at: 0, bytes: 'PK\x03\x04', is: 'a zip archive (a PyTorch .pt checkpoint, .npz or .keras file)' },
  hdf5: { at: 0, bytes: '\x89HDF\r\n\x1a\n', is: 'an HDF5 file (a Keras .h5 checkpoint)' },
  npy: {
    at: 0,
    bytes: '\x93NUMPY',
    is: 'a NumPy .npy array',
    toImport: 'numpy.savez keeps the names of weights',
  },
  gzip: { at: 0, bytes: '\x1f\x8b', is: 'a gzip archive; unpack it first' },
  pickle2: { at: 0, bytes: '\x80\x02', is: 'a Python pickle (an old PyTorch checkpoint)' },
  pickle3: { at: 0, bytes: '\x80\x03', is: 'a Python pickle' },
  pickle4: { at: 0, bytes: '\x80\x04', is: 'a Python pickle' },
  pickle5: { at: 0, bytes: '\x80\x05', is: 'a Python pickle' },
  gguf: { at: 0, bytes: 'GGUF', is: 'a GGUF file' },
  ort: { at: 4, bytes: 'ORTM', is: 'an onnxruntime .ort file, which only onnxruntime reads' },
  tflite: {
    at: 4,
    bytes: 'TFL3',
    is: 'a TensorFlow Lite model',
    toImport: 'give the Keras model it was made from',
  },
  safetensors: { at: 8, bytes: '{"', is: 'a safetensors checkpoint; export it to ONNX first' },
  tar: {
    at: 257,
    bytes: 'ustar',
    is: 'a tar archive',
    toImport:
      "PyTorch before version 0.1.10 wrote those: torch.save(torch.load('old.pt', weights_only=False), 'model.pt') in " +
      'Python makes one that is read; of another archive, give a file that is in it',
  },
  lfs: {
    at: 0,
    bytes: 'version https://git-lfs',
    is: 'a Git LFS pointer; fetch the file with `git lfs pull`',
  },
} satisfies Readonly<Record<string, Signature>>;
