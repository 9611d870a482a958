import { describe, expect, it } from 'vitest';
import { Generator } from '../../src/builder/random.js';
import { epochOrder } from '../../src/builder/train/batches.js';
import { failureOf } from '../data/failure.js';
import { loadFixture } from '../fixtures.js';

const draws = (generator: Generator, count: number) =>
  Array.from({ length: count }, () => generator.random32());

describe('Generator', () => {
  it('is the MT19937 of the C++ standard: its 10000th draw of seed 5489', () => {
    expect(draws(new Generator(5489), 10_000).at(-1)).toBe(4123659995);
  });

  it('takes the low 32 bits of a seed, as manual_seed does', () => {
    const ofFive = draws(new Generator(5), 4);
    expect(draws(new Generator(2 ** 32 + 5), 4)).toEqual(ofFive);
    expect(draws(new Generator(5n), 4)).toEqual(ofFive);
    expect(draws(new Generator(-1), 4)).toEqual(draws(new Generator(2n ** 64n - 1n), 4));
    expect(draws(new Generator(6), 4)).not.toEqual(ofFive);
  });

  it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %d as a seed', (seed) => {
    expect(failureOf(() => new Generator(seed))).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: `Seed ${seed} is not an integer; give one, such as 1.`,
    });
  });

  it('goes on from a state as if it had never stopped, also in the middle of its words', () => {
    const generator = new Generator(3);
    draws(generator, 1000);
    const { state } = generator;
    expect(state.position).toBe(1000 - 624);
    const rest = draws(generator, 700);
    expect(draws(Generator.fromState(state), 700)).toEqual(rest);
    expect(draws(Generator.fromState(state), 700)).toEqual(rest);
  });

  it.each([
    [{ words: new Uint32Array(623), position: 0 }],
    [{ words: new Uint32Array(624), position: 625 }],
    [{ words: new Uint32Array(624), position: -1 }],
    [{ words: new Uint32Array(624), position: 0.5 }],
  ])('refuses a state that is none', (state) => {
    expect(failureOf(() => Generator.fromState(state)).code).toBe('E_INVALID_FILE');
  });

  it('draws uniforms in float32 within the bounds', () => {
    const uniform = new Generator(1).uniform(10_000, -0.125, 0.125);
    expect(uniform.every((value) => value >= -0.125 && value < 0.125)).toBe(true);
    const mean = uniform.reduce((sum, value) => sum + value, 0) / uniform.length;
    expect(Math.abs(mean)).toBeLessThan(0.003); // four standard errors
  });

  it('orders 0 to n - 1, each once', () => {
    const order = new Generator(1).randperm(1000);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(new Generator(1).randperm(0)).toHaveLength(0);
  });
});

describe("PyTorch's normal_", () => {
  const fixture = loadFixture<{ seed: number }>('init/normal');
  const expected = (name: string) => fixture.tensors.get(name)!.data;
  const sizes = [...fixture.tensors.keys()]
    .filter((name) => /^normal\.\d+$/.test(name))
    .map((name) => Number(name.slice('normal.'.length)));

  it.each(sizes)(
    'draws the same %d entries, bit for bit, and leaves the generator where it should',
    (size) => {
      const generator = new Generator(fixture.case.seed);
      expect(generator.normal(size, 0, 1)).toEqual(expected(`normal.${size}`));
      expect(generator.uniform(4, 0, 1)).toEqual(expected(`after.${size}`));
    },
  );

  it('keeps the second half of a small pair for the next draw', () => {
    const generator = new Generator(fixture.case.seed);
    const both = Float32Array.of(...generator.normal(3, 0, 1), ...generator.normal(4, 0, 1));
    expect(both).toEqual(expected('normal.3+4'));
    expect(generator.uniform(4, 0, 1)).toEqual(expected('after.3+4'));
  });

  it('scales by mean and standard deviation in one rounding', () => {
    // torch.manual_seed(2); torch.empty(17).normal_(0.1, 0.02), bits of every entry
    const bits = new Int32Array(new Generator(2).normal(17, 0.1, 0.02).buffer);
    expect([...bits]).toEqual([
      1034038070, 1035601009, 1034555615, 1038245542, 1036912255, 1036698166, 1039690996, 1039210386,
      1034654975, 1035493443, 1037177865, 1042218196, 1037209038, 1039836014, 1037678142, 1040862207,
      1034846687,
    ]);
  });
});

describe('epochOrder', () => {
  it('draws a base seed and the seed of the order when shuffling, the base seed alone when not', () => {
    const shuffling = new Generator(1);
    const order = epochOrder(shuffling, 100, true);
    const plain = new Generator(1);
    expect([...epochOrder(plain, 5, false)]).toEqual([0, 1, 2, 3, 4]);
    expect([...new Generator(plain.random63()).randperm(100)]).toEqual([...order]);
    expect(plain.state).toEqual(shuffling.state);
  });
});
