/**
 * Gets a working @tensorflow/tfjs-node into the project, for training on the backend `tensorflow`: by its own installer,
 * and where that fails (its host has answered 403: tensorflow/tfjs#8742) by building its addon against the libtensorflow
 * that the `tensorflow-cpu` wheel carries. It leaves package.json and the lock file as they are.
 *
 * Run it in the project's folder: `node node_modules/lstm-onnx/scripts/setup-tensorflow.js`.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(import.meta.url);
const tfjsNode = '@tensorflow/tfjs-node';
/**
 * The wheel whose libtensorflow is taken, to the byte. The library knows nothing of Python, so that the Python of this
 * machine, which only downloads and unpacks the wheel, need not be the one that the wheel is for.
 */
const wheel = {
  requirement: 'tensorflow-cpu==2.21.0',
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  tags: ['--python-version=3.11', '--implementation=cp', '--abi=cp311', '--platform=manylinux_2_27_x86_64'],
};
const minute = 60_000;

/** Takes from a wheel the libraries and the headers that the addon includes, directly or not. */
const unpack = `
import pathlib, re, shutil, sys, zipfile
wheel, deps = sys.argv[1:]
libraries = re.compile(r'tensorflow/(libtensorflow(_cc|_framework)\\.so\\.2)')
headers = re.compile(r'tensorflow/(include/(tensorflow/c|tensorflow/core/platform|tsl|xla/tsl)/[\\w./-]+\\.h)')
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        library, header = libraries.fullmatch(name), headers.fullmatch(name)
        if '..' in name or not (library or header):
            continue
        target = pathlib.Path(deps, 'lib', library[1]) if library else pathlib.Path(deps, header[1])
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as source, open(target, 'wb') as copy:
            shutil.copyfileobj(source, copy)
`;

const say = (line) => console.log(`setup:tensorflow: ${line}`);

/** The line of a tool's output that says most: the first that names an error, else the last. */
function reasonIn(output) {
  const lines = output.split('\n').flatMap((line) => line.trim() || []);
  const line =
    lines.find((text) => /^\S*(error|exception)\b.*[: ]/i.test(text)) ?? lines.at(-1) ?? 'no output';
  return line.replace(/^(Error|ERROR): /, '');
}

/** Runs a program to its end. @returns why it failed, or undefined; and what it printed */
function run(program, args, { cwd, limit, env = {} }) {
  const { error, signal, status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 28,
    // npm is a batch file on Windows, which only a shell starts.
    shell: process.platform === 'win32' && program === 'npm',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limit,
  });
  if (signal === 'SIGINT') throw new Error('interrupted');
  if (error?.code === 'ENOENT') return { problem: `there is no ${program} here` };
  if (error?.code === 'ETIMEDOUT')
    return { problem: `${program} took longer than ${limit / minute} minutes` };
  if (error) return { problem: error.message };
  if (signal) return { problem: `the process was ended by ${signal}` };
  return { stdout, ...(status === 0 ? {} : { problem: reasonIn(`${stderr}\n${stdout}`) }) };
}

/** Where tfjs-node is to be: beside lstm-onnx, or under it in a clone, so that lstm-onnx finds it. */
function findModules(project) {
  const root = dirname(dirname(script));
  const modules = realpathSync(project) === root ? join(root, 'node_modules') : dirname(root);
  if (modules !== join(realpathSync(project), 'node_modules')) {
    throw new Error(`run it in the folder whose node_modules has lstm-onnx, not in ${project}`);
  }
  return modules;
}

/** Brings the package without running its installer. */
function install(project, folder) {
  const version = () => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  if (existsSync(folder) && version().startsWith('4.22.')) return;
  say(`npm brings ${tfjsNode} 4.22 into node_modules; package.json and the lock file stay as they are`);
  // npm takes an optional peer dependency that is named without --save-optional for one that need not come.
  const flags = ['--no-save', '--save-optional', '--ignore-scripts'];
  const { problem } = run('npm', ['install', ...flags, `${tfjsNode}@~4.22.0`], {
    cwd: project,
    limit: 10 * minute,
  });
  if (problem !== undefined) throw new Error(`npm install ${tfjsNode}: ${problem}`);
}

function runOwnInstaller(project) {
  say('its own installer downloads libtensorflow');
  const flags = ['--ignore-scripts=false', '--foreground-scripts'];
  return run('npm', ['rebuild', tfjsNode, ...flags], { cwd: project, limit: 20 * minute }).problem;
}

/** Libraries and headers into `deps`, where the addon's build looks for them. */
function takeFromWheel(deps) {
  const temporary = mkdtempSync(join(tmpdir(), 'lstm-onnx-wheel-'));
  try {
    say(`pip downloads the wheel ${wheel.requirement} (about 270 MB)`);
    const requirements = join(temporary, 'requirements.txt');
    // pip refuses a file of another hash.
    writeFileSync(requirements, `${wheel.requirement} --hash=sha256:${wheel.sha256}\n`);
    const folder = join(temporary, 'wheel');
    const flags = [
      '--no-deps',
      '--only-binary',
      ':all:',
      '--require-hashes',
      ...wheel.tags,
      '--dest',
      folder,
    ];
    const download = run('python3', ['-m', 'pip', 'download', ...flags, '-r', requirements], {
      cwd: temporary,
      limit: 30 * minute,
    });
    if (download.problem !== undefined)
      throw new Error(`pip download ${wheel.requirement}: ${download.problem}`);
    const [file] = readdirSync(folder);
    say(`unpacks libtensorflow (about 850 MB) from ${file}`);
    rmSync(deps, { recursive: true, force: true });
    const { problem } = run('python3', ['-c', unpack, join(folder, file), deps], {
      cwd: temporary,
      limit: 10 * minute,
    });
    if (problem !== undefined) throw new Error(`unpacking ${file}: ${problem}`);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  // The linker wants plain names; the loader then finds the libraries by the names they have inside.
  symlinkSync('libtensorflow_cc.so.2', join(deps, 'lib', 'libtensorflow.so'));
  symlinkSync('libtensorflow_framework.so.2', join(deps, 'lib', 'libtensorflow_framework.so'));
}

/** The folder over `include/node` of this very Node.js, where it has come with its headers. */
function headersOfNode() {
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  const file = join(prefix, 'include', 'node', 'node_version.h');
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const [major, minor, patch] = ['MAJOR', 'MINOR', 'PATCH'].map(
    (part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(text)?.[1],
  );
  return `v${major}.${minor}.${patch}` === process.version ? prefix : undefined;
}

function buildAddon(folder) {
  say('node-gyp builds the addon');
  const headers = headersOfNode();
  const { problem } = run('npm', ['run', 'build-addon-from-source'], {
    cwd: folder,
    limit: 20 * minute,
    // Else node-gyp downloads them.
    ...(headers === undefined ? {} : { env: { npm_config_nodedir: headers } }),
  });
  if (problem !== undefined) throw new Error(`building the addon: ${problem}`);
}

/** One training step on the backend in a process of its own, which a broken library may take down. */
function tryTraining(project) {
  const { problem, stdout = '' } = run(process.execPath, [script, '--check'], {
    cwd: project,
    limit: 5 * minute,
  });
  return problem === undefined ? { works: stdout.trim() } : { problem };
}

async function check() {
  const {
    crossEntropy,
    dataset,
    defineNetwork,
    fit: train,
    float32,
    Generator,
    linear,
    lstm,
  } = await import('../dist/index.js');
  const network = defineNetwork({ x: float32('batch', 'time', 28) }, ({ x }) => {
    const { output } = lstm('lstm', x, { hiddenSize: 64 });
    return { logits: linear('fc', output.at(-1), 10) };
  });
  const data = new Generator(0).uniform(64 * 28 * 28, 0, 1);
  const samples = dataset({
    inputs: { x: { dtype: 'float32', shape: [64, 28, 28], data } },
    targets: { dtype: 'int32', shape: [64], data: Int32Array.from({ length: 64 }, (_, i) => i % 10) },
  });
  const step = (backend) => train(network, samples, { loss: crossEntropy, seed: 1, backend });
  const { backend, history, parameters } = await step('tensorflow');
  if (backend.name !== 'tensorflow') throw new Error(backend.notice);
  const other = await step('auto');
  const differences = [...other.parameters].flatMap(([name, { data: values }]) =>
    Array.from(values, (value, i) => Math.abs(value - parameters.get(name).data[i])),
  );
  const difference = Math.max(...differences);
  const apart = `${difference.toExponential(0)} from the one on ${other.backend.name}`;
  if (!(difference < 1e-5)) throw new Error(`a training step differs by ${apart}`);
  console.log(`a training step has loss ${history[0].loss.toFixed(4)} and differs by at most ${apart}`);
}

async function setUp() {
  if (Number(process.versions.node.split('.')[0]) >= 23) {
    throw new Error(
      `${tfjsNode} 4.22 breaks on Node.js 23 and newer (tensorflow/tfjs#8609); this is ${process.version}`,
    );
  }
  const project = process.cwd();
  const folder = join(findModules(project), tfjsNode);
  install(project, folder);
  let { works, problem } = tryTraining(project);
  if (works === undefined) {
    say(`not yet working: ${problem}`);
    const failure = runOwnInstaller(project);
    if (failure === undefined) ({ works, problem } = tryTraining(project));
    else problem = failure;
  }
  if (works === undefined) {
    say(`that did not do: ${problem}`);
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      throw new Error(
        `building from the wheel ${wheel.requirement} is for Linux on x64; this is ${process.platform} ${process.arch}`,
      );
    }
    takeFromWheel(join(folder, 'deps'));
    buildAddon(folder);
    ({ works, problem } = tryTraining(project));
  }
  if (works === undefined) throw new Error(problem);
  say(`the backend tensorflow works: ${works}`);
  say('train on it with --backend tensorflow');
}

if (process.argv[2] === '--check') {
  await check();
} else {
  // The program that runs gets Ctrl-C too; this lets us remove temporary files before we go.
  process.on('SIGINT', () => {});
  try {
    await setUp();
  } catch (error) {
    console.error(`setup:tensorflow: failed: ${error.message}`);
    console.error('setup:tensorflow: training goes on with simd, which needs nothing installed');
    process.exitCode = 1;
  }
}
