/** What feeds each module of a draft: the value before it where that fits, else another, with a word that it is a guess. */
import type { Shape } from '../../builder/shape.js';
import type { DType } from '../../builder/tensor.js';
import { counted } from '../../counted.js';
import { type Flow, featuresOf, fitTogether, type Layout } from './flows.js';
import type { Recorder, Written } from './recorder.js';

interface Wanted {
  /** Features or channels. */
  readonly size: number;
  readonly fits: (flow: Flow) => boolean;
  /** Of an input of its own, where nothing fits. */
  readonly input: { readonly shape: Shape; readonly layout: Layout; readonly isFrames?: boolean };
  /** Whether it may read two values side by side. */
  readonly joins?: true;
  /** Whether it may read the last states of all layers and directions. */
  readonly states?: boolean;
}

interface Found {
  readonly flow: Flow;
  readonly open: string | undefined;
}

export class Sources {
  readonly flows: Flow[] = [];
  readonly #recorder: Recorder;
  /** Tensors of their own that no line has named yet, by their last dimension. */
  readonly #parameters = new Map<string, number>();

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  add(flow: Flow): Flow {
    this.flows.push(flow);
    return flow;
  }

  addParameter(name: string, size: number): void {
    this.#parameters.set(name, size);
  }

  input(name: string, dtype: DType, shape: Shape): Written {
    return this.#recorder.input(name, dtype, shape);
  }

  /** What a module reads; the line says what of it is a guess. */
  find(wanted: Wanted): Found {
    const { flow, open } = this.#find(wanted);
    flow.isRead = true;
    const fitting = [...this.#parameters].filter(([, size]) => size === wanted.size).map(([name]) => name);
    for (const name of fitting) this.#parameters.delete(name);
    const beside =
      fitting.length > 0 ? `${fitting.join(' and ')} may scale, shift or weigh what it reads` : undefined;
    return { flow, open: openOf(open, beside) };
  }

  #find({ size, fits, input, joins, states }: Wanted): Found {
    const all = this.flows.filter(({ isReplaced }) => !isReplaced);
    const current = all.at(-1);
    if (current && fits(current)) return { flow: current, open: undefined };
    const earlier = all.findLast(fits);
    if (earlier) return { flow: earlier, open: `reading ${earlier.name} is a guess` };
    const found =
      (joins && (this.#join(all, size) ?? this.#beside(current, size))) ??
      (states ? this.#states(current, size) : undefined);
    if (found) return found;
    const { shape, ...rest } = input;
    const value = this.input('x', 'float32', shape);
    const flow = this.add({ value, ...rest, name: value.code, isInput: true });
    const open = current
      ? `nothing before it has ${counted(size, 'feature')}, as it reads, so that ${value.code} is an input of its own`
      : undefined;
    return { flow, open };
  }

  /** The last two values that together have so many features. */
  #join(all: readonly Flow[], size: number): Found | undefined {
    for (const second of all.toReversed()) {
      const before = all.slice(0, all.indexOf(second));
      const first = before.findLast(
        (each) => featuresOf(each) + featuresOf(second) === size && fitTogether(each, second),
      );
      if (!first) continue;
      const value = this.#recorder.call('concat', [first.value, second.value]);
      for (const flow of [first, second]) flow.isRead = true;
      const open = `${first.name} and ${second.name} side by side are a guess`;
      return { flow: this.#keep('joined', value, second.steps ?? first.steps, open), open: undefined };
    }
    return undefined;
  }

  /** An embedding beside features that are an input. */
  #beside(current: Flow | undefined, size: number): Found | undefined {
    if (!current || current.words === undefined || current.isRead || featuresOf(current) >= size) {
      return undefined;
    }
    const shape = current.value.made.shape.with(-1, size - featuresOf(current));
    const x = this.input('x', 'float32', shape);
    current.isRead = true;
    const open = `${x.code} and ${current.name} side by side are a guess`;
    const value = this.#recorder.call('concat', [x, current.value]);
    return { flow: this.#keep('joined', value, undefined, open), open: undefined };
  }

  #states(current: Flow | undefined, size: number): Found | undefined {
    if (!current?.steps) return undefined;
    const { h } = current.steps.ports.made;
    const [layers, , units] = h.shape;
    if (Number(layers) * Number(units) !== size) return undefined;
    current.isRead = true;
    const code = `${current.steps.ports.code}.h`;
    const turned = this.#recorder.call('transpose', { code, made: h }, [1, 0, 2]);
    const value = this.#recorder.call('reshape', turned, ['batch', size]);
    const open = 'the last states of all layers and directions side by side are a guess';
    const kept = this.#recorder.keep('states', value, open);
    return { flow: this.add({ value: kept, layout: 'row', name: kept.code }), open: undefined };
  }

  /** What a head reads of a recurrent layer's output; other values as they are. @param rows of the head */
  pooled(flow: Flow, rows: number): Flow {
    if (!flow.steps) return flow;
    const isLanguageModel = this.flows.some(({ words }) => words === rows);
    const takesAll = flow.steps.layer.bidirectional || isLanguageModel;
    const value = takesAll ? flow.value : this.#recorder.call('at', flow.value, -1, 1);
    const open = takesAll
      ? 'every step is a guess: or the last step, the mean or maximum over time, the last states h, attention'
      : 'the last step is a guess: or every step, the mean or maximum over time, attention';
    const kept = this.#recorder.keep('pooled', value, open);
    return this.add({
      value: kept,
      layout: takesAll ? 'series' : 'row',
      name: kept.code,
      isRead: true,
    });
  }

  #keep(name: string, value: Written, steps: Flow['steps'], open: string): Flow {
    const kept = this.#recorder.keep(name, value, open);
    const layout = value.made.shape.length === 2 ? 'row' : 'series';
    return this.add({ value: kept, layout, name: kept.code, steps });
  }
}

/** What is open of one line; undefined if nothing is. */
export function openOf(...opens: readonly (string | undefined)[]): string | undefined {
  const all = opens.filter((open) => open !== undefined);
  return all.length > 0 ? all.join('; ') : undefined;
}
