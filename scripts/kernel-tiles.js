/**
 * Writes the register tiles of the kernels, the inner loops of every matrix product: AssemblyScript has no macros, and a tile is
 * one line of code written for each row and vector. `src/kernels/product-tiles.ts` and `outer-tiles.ts` choose among them.
 *
 * A tile of 6 rows and 8 columns is twelve accumulators of 128 bits, which is what sixteen vector registers hold. One of 16
 * columns is twelve of 256 bits, for engines that join vectors in pairs: the two of a pair are called l and r, and lie side by side.
 */

/** @returns the text of `src/kernels/tiles.ts`, which is no file: scripts/build-kernels.js hands it to the compiler */
export function tilesText() {
  const parts = [
    `import { madd } from './vector';
`,
    ...[1, 2].flatMap((panels) => [6, 4].map((rows) => productTile(rows, panels))),
    ...[1, 2].flatMap((pairs) => [6, 4].map((rows) => outerTile(rows, pairs))),
  ];
  return parts.join('\n');
}

const count = (length) => Array.from({ length }, (_, i) => i);
const lines = (depth, list) => list.map((line) => `${'  '.repeat(depth)}${line}\n`).join('');

/** The pairs of accumulators of a row: `l0`, `r0` for the first eight columns, `l0b`, `r0b` for the next. */
const accumulators = (row, pairs) =>
  count(pairs).map((pair) => ['l', 'r'].map((side) => `${side}${row}${pair === 0 ? '' : 'b'}`));

function zeros(rows, pairs) {
  return count(rows).map((row) => {
    const all = accumulators(row, pairs).flat();
    return `let ${all.map((name) => `${name} = f32x4.splat(0)`).join(', ')};`;
  });
}

/** x of a row times the vectors of B. */
function step(row, pairs) {
  return accumulators(row, pairs).flatMap(([l, r], pair) => [
    `${l} = madd(x, left${pair || ''}, ${l});`,
    `${r} = madd(x, right${pair || ''}, ${r});`,
  ]);
}

function vectors(pointer, pairs) {
  return count(pairs).map((pair) => {
    const at = pointer(pair);
    return `const left${pair || ''} = v128.load(${at[0]}), right${pair || ''} = v128.load(${at[1]});`;
  });
}

/** Loads or stores of the accumulators of all rows. */
function rowsOf(rows, pairs, line, first = 'let row = c;') {
  return count(rows).flatMap((row) => [
    row === 0 ? first : 'row += strideC;',
    ...accumulators(row, pairs).flatMap((names, pair) =>
      names.map((name, i) => line(name, pair * 32 + i * 16)),
    ),
  ]);
}

const offset = (bytes) => (bytes === 0 ? '' : `, ${bytes}`);
const stored = (name, bytes) => `v128.store(row, ${name}${offset(bytes)});`;
const loaded = (name, bytes) => `let ${name} = v128.load(row${offset(bytes)});`;

function productTile(rows, panels) {
  const wide = panels === 2;
  const columns = 8 * panels;
  const pointer = (panel) => (panel === 0 ? ['panel', 'panel, 16'] : ['next', 'next, 16']);
  return `/** ${rows} rows of a product, ${columns} columns at a time, of so many panels of eight. */
export function product${rows}x${columns}(depth: i32, a: usize, strideA: usize, panels: usize, stridePanels: usize, c: usize, strideC: usize, width: i32): void {
  const panelBytes = <usize>depth * 32;
  const end = c + <usize>width * 4;
  while (c < end) {
${lines(
  2,
  count(rows).map((row) => (row === 0 ? 'let a0 = a;' : `let a${row} = a${row - 1} + strideA;`)),
)}${lines(2, zeros(rows, panels))}    let panel = panels;
    const panelEnd = panel + panelBytes;
${wide ? '    let next = panels + stridePanels;\n' : ''}    while (panel < panelEnd) {
${lines(3, vectors(pointer, panels))}${lines(
  3,
  count(rows).flatMap((row) => [
    `${row === 0 ? 'let ' : ''}x = v128.load32_splat(a${row});`,
    ...step(row, panels),
  ]),
)}${lines(
  3,
  count(rows).map((row) => `a${row} += 4;`),
)}      panel += 32;
${wide ? '      next += 32;\n' : ''}    }
    panels = ${wide ? 'panels + 2 * stridePanels' : 'FOR_FEW_ROWS ? panels + stridePanels : panelEnd'};
${lines(2, rowsOf(rows, panels, stored))}    c += ${columns * 4};
  }
}
`;
}

function outerTile(rows, pairs) {
  const columns = 8 * pairs;
  const pointer = (pair) => [`from${offset(pair * 32)}`, `from, ${pair * 32 + 16}`];
  return `/** ${rows} rows to which a sum of outer products is added, ${columns} columns at a time. */
export function outer${rows}x${columns}(depth: i32, a: usize, b: usize, strideB: usize, c: usize, strideC: usize, width: i32): void {
  const end = c + <usize>width * 4;
  const bytes = <usize>depth * strideB;
  while (c < end) {
${lines(2, rowsOf(rows, pairs, loaded))}${lines(
  2,
  count(rows).map((row) => (row === 0 ? 'let a0 = a, from = b;' : `let a${row} = a + ${4 * row};`)),
)}    const fromEnd = b + bytes;
    while (from < fromEnd) {
${lines(3, vectors(pointer, pairs))}${lines(
  3,
  count(rows).flatMap((row) => [
    `${row === 0 ? 'let ' : ''}x = v128.load32_splat(a${row});`,
    ...step(row, pairs),
  ]),
)}${lines(
  3,
  count(rows).map((row) => `a${row} += 24;`),
)}      from += strideB;
    }
${lines(2, rowsOf(rows, pairs, stored, 'row = c;'))}    c += ${columns * 4};
    b += ${columns * 4};
  }
}
`;
}
