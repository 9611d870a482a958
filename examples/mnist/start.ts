/** `npm start`: the reference example from training to classified digits, each step the command a user types. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { encodeNpy, loadMnist, writeFileAtomic } from 'lstm-onnx';

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const digits = 5;

/** Runs a command of lstm-onnx, shows what it prints and gives it back; ends the process when it fails. */
async function lstmOnnx(...args: string[]): Promise<string> {
  console.log(`\n$ npx lstm-onnx ${args.join(' ')}`);
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    process.stdout.write(text);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== 0) process.exit(code ?? 1);
  return printed;
}

// The command that runs gets Ctrl-C too, and says what it saved; its exit code ends this process.
process.on('SIGINT', () => {});

const started = performance.now();
const settings = ['--seed', '1', '--epochs', '1', '--batch-size', '64', '--lr', '0.01'];
const trained = await lstmOnnx('train', 'mnist', ...settings, '-o', 'out');
await lstmOnnx('export', 'out/model.safetensors', '-o', 'out/model.onnx');
const verified = await lstmOnnx('verify', 'out/model.onnx', '--checkpoint', 'out/model.safetensors');

const { images, labels } = (await loadMnist()).test;
const [, rows = 0, columns = 0] = images.shape;
const pixels = images.data.slice(0, digits * rows * columns);
await writeFileAtomic(
  'out/digits.npy',
  encodeNpy({ dtype: 'float32', shape: [digits, rows, columns], data: pixels }),
);
console.log(
  `\nout/digits.npy: the first ${digits} test images, labelled ${labels.data.slice(0, digits).join(', ')}`,
);
await lstmOnnx('run', 'out/model.onnx', '--input', 'x=out/digits.npy');

const accuracy = /Test Accuracy.*: (.*)/.exec(trained)?.[1] ?? 'unknown';
const difference = /largest difference (.*)/.exec(verified)?.[1] ?? 'unknown';
console.log(`
Done in ${((performance.now() - started) / 1000).toFixed(0)} s: trained simpleLSTM on 60,000 MNIST images, exported it to ONNX, compared
tfjs with onnxruntime (largest difference ${difference}) and classified ${digits} digits. Test accuracy: ${accuracy}

  out/model.safetensors     the checkpoint; PyTorch opens it too
  out/training.safetensors  where training stands, for train --resume
  out/model.onnx            the model, for any ONNX runtime

Next: npx lstm-onnx inspect out/model.onnx`);
