/** Budgets for what pages download, minified and gzipped: `npm run size`. */

/** A page downloads the parts that it imports dynamically when it needs them, so that the others do not count. */
const without = (...parts) => ({
  modifyEsbuildConfig: (config) => ({
    ...config,
    format: 'esm',
    external: [
      ...parts,
      './batch-rows.js',
      './probe.js',
      './session-options.js',
      './simd/session.js',
      './wasm.js',
      './onnx-file.js',
    ],
  }),
});

/** A page loads those that run models, with relaxed SIMD where its browser has it, as most have. */
const otherKernels = ['./binary-*-plain.js', './binary-training-*.js'];

export default [
  {
    name: 'core: define a network and export it to ONNX',
    path: 'dist/web.js',
    import: '{ defineNetwork, float32, lstm, linear, initParameters, exportOnnx }',
    // It has all ops, whichever are used: a definition is held to the table of them.
    limit: '72 kB',
    gzip: true,
    ...without(),
  },
  {
    name: 'run a model on simd: the page, its worker and the kernels',
    path: 'dist/web.js',
    import: '{ Model }',
    // It is 58.8 now; the rest is for zlib, whose versions differ, and for fixes. Vite's own code to load parts is 2 kB more.
    limit: '60 kB',
    gzip: true,
    ...without('#wasm-worker', '#simd-whole-worker', './binary-running-*.js', ...otherKernels),
  },
  {
    name: 'run a model with any of the ops on simd: the page, both of its workers and the kernels',
    path: 'dist/web.js',
    import: '{ Model }',
    limit: '126 kB',
    gzip: true,
    ...without('#wasm-worker', ...otherKernels),
  },
  {
    name: 'run a model on wasm: the page and its worker, without the 14 MB of onnxruntime-web itself',
    path: 'dist/web.js',
    import: '{ Model }',
    limit: '44.5 kB',
    gzip: true,
    ...without('#simd-worker', '#simd-whole-worker', './binary-*.js'),
  },
];
