/** The two forms of the page: what weights do not tell, and what the ONNX model is to have. */
import { type ChainActivation, chainActivations, type Pool } from 'lstm-onnx/web';
import { element } from '../shared/element.js';
import type { Architecture, OnnxOptions, WeightModules } from './messages.js';

const [oldestOpset, newestOpset, usualOpset] = [14, 22, 17];
const pools: readonly Pool[] = ['last', 'all', 'hidden', 'mean', 'max'];
/** Values of the select for the head that name no layer; layers have names without a space. */
const [byItself, none] = ['', ' none'];

const input = (id: string): HTMLInputElement => element(id, HTMLInputElement);
const select = (id: string): HTMLSelectElement => element(id, HTMLSelectElement);
const place = (id: string): HTMLElement => element(id, HTMLElement);

/** Fills what does not depend on the file. */
export function prepareOptions(): void {
  const opsets = Array.from({ length: newestOpset - oldestOpset + 1 }, (_, i) => String(oldestOpset + i));
  select('opset').replaceChildren(...opsets.map((opset) => new Option(opset)));
  select('opset').value = String(usualOpset);
  select('activation').append(...chainActivations.map((name) => new Option(name)));
}

/** Forgets what was chosen for an earlier file. */
export function resetArchitecture(): void {
  element('architecture', HTMLFormElement).reset();
  select('head').replaceChildren();
  select('embedding').replaceChildren();
  place('architecture').hidden = true;
}

/** Offers the modules of the weights; what is chosen stays. */
export function offerArchitecture(modules: WeightModules | undefined): void {
  place('architecture').hidden = modules === undefined;
  if (!modules) return;
  const { recurrent, matrices } = modules;
  place('lstm-field').hidden = recurrent.length < 2;
  place('lstm-hint').textContent = `In this file: ${recurrent.join(', ')}.`;
  offer(select('head'), [
    new Option('the only one that fits', byItself),
    ...matrices.map((name) => new Option(name)),
    new Option('none', none),
  ]);
  offer(select('embedding'), [
    new Option('by its name, if there is one', byItself),
    ...matrices.map((name) => new Option(name)),
  ]);
}

function offer(list: HTMLSelectElement, options: readonly HTMLOptionElement[]): void {
  const { value } = list;
  list.replaceChildren(...options);
  list.value = options.some((option) => option.value === value) ? value : byItself;
}

export function readArchitecture(): Architecture {
  const pool = pools.find((name) => name === select('pool').value);
  const recurrent = listed(input('lstm').value);
  const activation: ChainActivation | undefined = chainActivations.find(
    (name) => name === select('activation').value,
  );
  const chain = listed(input('head-chain').value);
  const head = select('head').value;
  const embedding = select('embedding').value;
  return {
    ...(pool ? { pool } : {}),
    ...(recurrent.length > 0 ? { lstm: recurrent } : {}),
    ...(activation ? { activation } : {}),
    ...(chain.length > 0 ? { head: chain } : head === byItself ? {} : { head: head === none ? false : head }),
    ...(embedding === byItself ? {} : { embedding }),
    ...(select('nonlinearity').value === 'relu' ? { nonlinearity: 'relu' as const } : {}),
    timeFirst: input('time-first').checked,
  };
}

export function readOnnxOptions(): OnnxOptions {
  return {
    opset: Number(select('opset').value),
    states: input('states').checked,
    lengths: input('lengths').checked,
    softmax: input('softmax').checked,
    labels: listed(input('labels').value),
  };
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
