/** The page Write without a page: texts, how they are cut, what a network writes, what units stand for. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
// The page's functions are those of the built package, and so has to be the model that they are given.
import { exportOnnx, generate, initParameters, Model, textGeneratorOf } from 'lstm-onnx';
import { describe, expect, it } from 'vitest';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import { roundedToHalf, withHalfWeights } from '../../web/model/half-weights.js';
import { inkOn } from '../../web/shared/ink-on.js';
import { buildNetwork, charactersOf } from '../../web/write/network.js';
import { cutOf, factsOf, sampleSteps, suggestedSettings } from '../../web/write/plan.js';
import { trainingProgram, writingProgram } from '../../web/write/program.js';
import { byVariation, unitMeanings } from '../../web/write/unit-meanings.js';
import { UnitReader, type UnitStates } from '../../web/write/unit-reader.js';
import { knownText, type Writer, write } from '../../web/write/writer.js';
import '../matcher.js';

const repository = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const settings = { hiddenSize: 6, numLayers: 1, epochs: 2, learningRate: 0.005, seed: 1, threads: 1 };
const characters = charactersOf('the quick brown fox\njumps over the lazy dog. ');
const network = buildNetwork(characters.tokens.length, { ...settings, numLayers: 2 });
const parameters = initParameters(network, 3);
const file = exportOnnx(network, parameters, { states: true, vocabularies: { tokens: characters } });

async function openInNode(bytes: Uint8Array): Promise<Writer> {
  // The page's Model differs from that of Node in where files come from alone.
  const model = (await Model.load(bytes, { providers: ['simd'] })) as unknown as Writer['model'];
  return { model, generator: textGeneratorOf(model), bytes: bytes.length };
}

describe('a text that is to be learned', () => {
  const sentence = 'It was a dark and stormy night. ';

  it('has so many characters, emoji counted once', () => {
    expect(factsOf(`${sentence.repeat(20)}🐋`)).toEqual({ length: 641, kinds: 18 });
  });

  it.each([
    ['', /no text yet/],
    [' \n\n', /no text yet/],
    [sentence, /32 characters; 500 is the least/],
    ['a'.repeat(600), /one character over and over/],
    [String.fromCodePoint(...Array.from({ length: 1001 }, (_, i) => 0x4e00 + i)), /1,001 different/],
  ])('is refused where it is %#', (text, message) => {
    expect(() => factsOf(text)).toThrow(message);
  });

  it.each([500, 1000, 5000, 19_999, 20_000, 217_627, 10_000_000])(
    'of %i characters is cut into streams',
    (length) => {
      const cut = cutOf(length);
      const stream = Math.floor(cut.trainLength / cut.batchSize);
      expect(cut.trainLength).toBeLessThan(length);
      expect(cut.stepsAnEpoch).toBe(Math.ceil((stream - 1) / cut.steps));
      // So that states are carried, and the part held back is a text.
      expect(cut.stepsAnEpoch).toBeGreaterThan(1);
      expect((cut.heldEnd - cut.trainLength) / cut.heldStreams).toBeGreaterThan(cut.steps);
      expect(cut.heldEnd).toBeLessThanOrEqual(length);
    },
  );

  it('is suggested a larger network and fewer epochs the longer it is', () => {
    const [short, middle, long] = [1000, 50_000, 217_627].map(suggestedSettings);
    expect(short).toEqual({ hiddenSize: 64, epochs: 60 });
    expect(middle!.hiddenSize).toBeLessThan(long!.hiddenSize);
    expect(middle!.epochs).toBeGreaterThan(long!.epochs);
    expect(suggestedSettings(10_000_000).epochs).toBe(1);
  });

  it('is written from often at first, then twenty times', () => {
    expect([...sampleSteps(2000)].slice(0, 6)).toEqual([10, 20, 40, 80, 100, 200]);
    expect([...sampleSteps(2000)].at(-1)).toBe(1900);
    expect([...sampleSteps(6)]).toEqual([1, 2, 3, 4, 5]);
    expect([...sampleSteps(1)]).toEqual([]);
  });
});

describe('a prompt', () => {
  it('loses the characters that the network has never seen, each named once', () => {
    expect(knownText(characters, 'the éé fox\r\n🐋')).toEqual({ text: 'the  fox\n', unknown: ['é', '🐋'] });
  });
});

describe('a network that writes', () => {
  const options = { prompt: 'the ', length: 40, seed: 5, signal: new AbortController().signal };

  it('writes what generate gives', async () => {
    const writer = await openInNode(file);
    const written: string[] = [];
    for await (const character of write(writer, { ...options, temperature: () => 0.9 }))
      written.push(character);
    await using model = await Model.load(file);
    const [[best] = []] = await generate(model, {
      prompts: [[...'the '].map((character) => characters.tokens.indexOf(character))],
      maxLength: 40,
      sample: { temperature: 0.9, seed: 5 },
    });
    expect(written.join('')).toBe(best!.tokens.map((token) => characters.tokens[token]).join(''));
    await writer.model.release();
  });

  it('draws the next character at the temperature of that moment, and stops at once', async () => {
    const writer = await openInNode(file);
    let temperature = 1;
    const warm: string[] = [];
    for await (const character of write(writer, { ...options, temperature: () => temperature })) {
      warm.push(character);
      // From here on always the likeliest one.
      if (warm.length === 10) temperature = 1e-6;
    }
    expect(warm).toHaveLength(40);
    const prompt = [...`the ${warm.slice(0, 10).join('')}`].map((each) => characters.tokens.indexOf(each));
    const [[greedy] = []] = await generate(writer.model, { prompts: [prompt], maxLength: 30 });
    expect(warm.slice(10).join('')).toBe(greedy!.tokens.map((token) => characters.tokens[token]).join(''));

    const stopping = new AbortController();
    const stopped: string[] = [];
    const { signal } = stopping;
    for await (const character of write(writer, { ...options, signal, temperature: () => 1 })) {
      stopped.push(character);
      if (stopped.length === 3) stopping.abort();
    }
    expect(stopped).toHaveLength(3);
    await writer.model.release();
  });

  it('holds after each character what trace says of its last layer', async () => {
    const writer = await openInNode(file);
    const reader = new UnitReader(writer);
    const text = 'the lazy\nfox';
    for (const character of text) await reader.read(character);
    expect([reader.units, reader.characters.join('')]).toEqual([6, text]);
    const data = Int32Array.from(text, (character) => characters.tokens.indexOf(character));
    const zeros = () => ({ data: new Float32Array(12), dims: [2, 1, 6] });
    const traces = await writer.model.trace({
      tokens: { data, dims: [1, data.length] },
      h0: zeros(),
      c0: zeros(),
    });
    const last = traces.at(-1);
    if (last?.op !== 'lstm') throw new Error('expected an LSTM');
    expect(reader.values.hidden.flatMap((row) => [...row])).toBeCloseToArray(last.hidden, { atol: 1e-6 });
    expect(reader.values.cell.flatMap((row) => [...row])).toBeCloseToArray(last.cell.map(Math.tanh), {
      atol: 1e-6,
    });
    await writer.model.release();
  });

  it('computes with weights of 16 bits as with those numbers in 32', async () => {
    const rounded = roundedToHalf(parameters);
    const [name, { data }] = [...rounded][0]!;
    expect(data).toBeCloseToArray(parameters.get(name)!.data, { rtol: 2 ** -11 });
    const wide = exportOnnx(network, rounded, { states: true, vocabularies: { tokens: characters } });
    const half = encodeModel(withHalfWeights(decodeModel(wide)));
    expect(half.length).toBeLessThan(wide.length);
    const texts = [wide, half].map(async (bytes) => {
      const writer = await openInNode(bytes);
      const written: string[] = [];
      for await (const each of write(writer, { ...options, temperature: () => 1 })) written.push(each);
      await writer.model.release();
      return written.join('');
    });
    const [one, other] = await Promise.all(texts);
    expect(one).toBe(other);
  });
});

describe('what a unit stands for', () => {
  const text = 'He said "it is so" and went.\n'.repeat(8);
  /** Units that count on purpose, each disturbed a little by the others. */
  const states: UnitStates = {
    units: 4,
    characters: [...text],
    values: {
      hidden: [...text].map((character, i) => {
        // From 0 at the line break; the marks are at 9 and 18.
        const place = (i + 1) % 29;
        const quoted = place >= 9 && place < 18 ? 1 : 0;
        return Float32Array.of(0.1 * Math.sin(i), place / 29, -quoted, character === ' ' ? 0.2 : 0);
      }),
      cell: [...text].map(() => new Float32Array(4)),
    },
  };

  it('is found by what it goes along with, either way', () => {
    const found = new Map(unitMeanings(states, 'hidden').map(({ meaning, ...rest }) => [meaning, rest]));
    expect(found.get('inside quotation marks')).toEqual({ unit: 2, correlation: expect.closeTo(-1, 6) });
    expect(found.get('place in the line')?.unit).toBe(1);
    expect(found.get('place in the line')?.correlation).toBeGreaterThan(0.9);
    expect(found.get('spaces')?.unit).toBe(3);
    // There are none in the text.
    expect(found.has('digits')).toBe(false);
  });

  it('is nothing where units are always the same, or the text is short', () => {
    expect(unitMeanings(states, 'cell')).toEqual([]);
    const short = {
      ...states,
      characters: states.characters.slice(0, 50),
      values: { hidden: states.values.hidden.slice(0, 50), cell: [] },
    };
    expect(unitMeanings(short, 'hidden')).toEqual([]);
  });

  it('may be told from how much it varies', () => {
    expect(byVariation(states, 'hidden')).toEqual([2, 1, 3, 0]);
  });
});

it('puts text on each colour that can be read', () => {
  const luminance = (rgb: readonly number[]) =>
    rgb
      .map((channel) => channel / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i]!, 0);
  for (let grey = 0; grey < 256; grey++) {
    for (const rgb of [
      [grey, grey, grey],
      [grey, 96, 0],
      [8, 64, grey],
    ] as const) {
      const below = luminance(rgb);
      const ink = inkOn(rgb) === 'black' ? 0 : 1;
      expect((Math.max(below, ink) + 0.05) / (Math.min(below, ink) + 0.05)).toBeGreaterThan(4.5);
    }
  }
});

it('has programs that train and write in Node', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lstm-onnx-write-'));
  try {
    const text = 'one two three four five six seven eight nine ten\n'.repeat(20);
    writeFileSync(join(folder, 'numbers.txt'), text);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(repository, join(folder, 'node_modules/lstm-onnx'));
    const write = { prompt: 'one "two"\n', temperature: 0.5, seed: 1, length: 25 };
    writeFileSync(join(folder, 'train.mjs'), trainingProgram('numbers.txt', text.length, settings));
    writeFileSync(join(folder, 'write.mjs'), writingProgram('model.onnx', { ...write, prompt: 'one two\n' }));
    const run = (program: string) =>
      execFileSync(process.execPath, [program], { cwd: folder, stdio: 'pipe' });
    run('train.mjs');
    const written = run('write.mjs').toString();
    expect(written).toMatch(/^one two\n/);
    expect([...written]).toHaveLength(8 + 25);
    await using model = await Model.load(readFileSync(join(folder, 'model.onnx')));
    expect(model.inputs.map(({ name }) => name)).toEqual(['tokens', 'h0', 'c0']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
