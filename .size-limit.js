/**
 * What pages download, gzipped: `npm run size`. Dynamic imports count as parts of their own, so those of another
 * provider are left out.
 */

export default [
  {
    name: 'core: define a network and export it to ONNX',
    path: 'dist/web.js',
    import: '{ defineNetwork, float32, lstm, linear, at, initParameters, exportOnnx }',
    limit: '60 kB',
    gzip: true,
  },
  {
    name: 'run a model on simd: the page and its worker',
    path: 'dist/web.js',
    import: '{ Model }',
    limit: '60 kB',
    gzip: true,
    modifyEsbuildConfig: (config) => ({
      ...config,
      external: [
        '#wasm-worker',
        './binary-plain.js',
        './wasm.js',
        './onnx-file.js',
        './simd/session.js',
        './probe.js',
      ],
    }),
  },
  {
    name: 'run a model on wasm: the page and its worker, without the 14 MB of onnxruntime-web',
    path: 'dist/web.js',
    import: '{ Model }',
    limit: '40 kB',
    gzip: true,
    modifyEsbuildConfig: (config) => ({
      ...config,
      external: [
        '#simd-worker',
        './binary-*.js',
        './wasm.js',
        './onnx-file.js',
        './simd/session.js',
        './probe.js',
      ],
    }),
  },
];
