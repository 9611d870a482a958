/** The tables of docs/support.md: how many of the networks that tests go through have a feature, an op or an activation. */
import { activationNames, factsOf, hasOwnOp } from '../../src/builder/activations.js';
import { type OpName, ops } from '../../src/builder/ops/index.js';
import { recurrentNames } from '../../src/builder/recurrent/cells.js';
import { table } from '../markdown.js';
import { type Feature, ofNode } from './feature.js';
import { classesByOp } from './keras-classes.js';
import { networkFeatures } from './network-features.js';
import { recurrentFeatures } from './recurrent-features.js';
import { type Column, columns, type Source } from './source.js';
import { torchNames } from './torch-names.js';

const all = Object.keys(columns) as Column[];
/** Of the others a network says which ops it has, so that they are of whole networks. */
const ofOps: readonly Column[] = ['onnx', 'back', 'trains', 'cpu', 'wasm', 'simd'];

const headsOf = (of: readonly Column[]) => of.map((column) => columns[column]);
const namesIn = (names: Iterable<string>) => [...names].map((name) => `\`${name}\``).join(', ') || '-';

export class Tables {
  readonly #sources: readonly Source[];

  constructor(sources: readonly Source[]) {
    this.#sources = sources;
  }

  recurrent(): string {
    return this.#features('recurrent layer', recurrentFeatures);
  }

  networks(): string {
    return this.#features('network', networkFeatures);
  }

  ops(): string {
    const classes = classesByOp(this.#provenIn('keras'));
    const names = (Object.keys(ops) as OpName[]).filter((op) => !recurrentNames.some((cell) => cell === op));
    const rows = names.map((op) => {
      const counts = this.#counts(
        ofNode(op, (node) => node.op === op),
        ofOps,
      );
      return [`\`${op}\``, namesIn(torchNames[op]), namesIn(classes.get(op) ?? []), ...counts];
    });
    return table(['op', 'PyTorch', "Keras' layers", ...headsOf(ofOps)], rows);
  }

  activations(): string {
    const rows = activationNames.map((name) => {
      const { pytorch = {}, keras = {} } = factsOf(name);
      const is = ofNode(
        name,
        ({ op, options }) =>
          (hasOwnOp(name) && op === name) || (op === 'activation' && options.name === name),
      );
      const others = [pytorch, keras].map((names) => namesIn(Object.keys(names)));
      return [`\`${name}\``, ...others, ...this.#counts(is, ['keras', ...ofOps])];
    });
    return table(['activation', '`--head`', "Keras' name", ...headsOf(['keras', ...ofOps])], rows);
  }

  /** Which tests a column counts. */
  proofs(): string {
    const rows = this.#sources.flatMap(({ cases, proofs }) =>
      proofs.map(({ columns: proven, file, title }) => [
        headsOf(proven).join(', '),
        `\`test/${file}\``,
        title.replaceAll('|', '\\|'),
        String(cases.length),
      ]),
    );
    return table(['column', 'test', 'its title', 'networks'], rows);
  }

  #features(head: string, features: readonly Feature[]): string {
    const rows = features.map((feature) => [feature.label, ...this.#counts(feature, all)]);
    return table([head, ...headsOf(all)], rows);
  }

  #counts({ isIn }: Feature, of: readonly Column[]): string[] {
    return of.map((column) => {
      const cases = this.#provenIn(column);
      const names = cases.flatMap(({ name, network }) => (isIn(network) ? [name] : []));
      const isWritten = cases.some(({ written }) => written && isIn(written));
      return String(new Set(names).size || (isWritten ? 'other ops' : 'no'));
    });
  }

  #provenIn(column: Column) {
    const proven = this.#sources.filter(({ proofs }) =>
      proofs.some((proof) => proof.columns.includes(column)),
    );
    return proven.flatMap(({ cases }) => cases);
  }
}
