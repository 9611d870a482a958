/** What a person is told of a network that was worked out from a state dict. */
import type { StateDict } from '../builder/parameters.js';
import { cellOf } from '../builder/recurrent/cells.js';
import { formatShape } from '../builder/shape.js';
import type { Hint } from '../hints.js';
import type { ArchitectureOptions } from './architecture.js';
import { type Architecture, nonlinearities, type Pool, pools } from './build-architecture.js';
import { isActivation, isModule } from './chain-activations.js';
import type { Matrix } from './choose-matrices.js';
import type { ImportNote } from './imported-model.js';
import { groupModules, listModules, quoteName } from './modules.js';
import { describeRecurrent } from './recurrent-module.js';

const poolNotes: Readonly<Record<Pool, string>> = {
  last: 'last step (pool last)',
  all: 'every step (pool all)',
  hidden: 'last state of each direction (pool hidden)',
  mean: 'mean over the steps (pool mean)',
  max: 'maximum over the steps (pool max)',
};

/** What was assumed for what the options do not say, and what cannot be known. */
export function notesOn(
  { embedding, recurrent, activation, pool, head, tied, batchFirst, nonlinearity }: Architecture,
  options: ArchitectureOptions,
): ImportNote[] {
  const parts = [
    ...(embedding ? ['token ids', describeMatrix(embedding)] : []),
    ...recurrent.chain.map((part) =>
      isActivation(part) ? part.activation : describeRecurrent(part, nonlinearity),
    ),
    ...(activation ? [activation.activation] : []),
    poolNotes[pool],
    ...head.map((part) => (isActivation(part) ? part.activation : describeMatrix(part))),
  ];
  const assumed = unsaid(options, { recurrent, pool, head, nonlinearity });
  const listed = assumed.map(({ text }) => text).join('; ');
  return [
    { text: `assumed the network: ${parts.join(' -> ')}, x ${batchFirst ? 'batch-first' : 'time-first'}` },
    ...(embedding && tied
      ? [
          {
            text:
              `the weights of ${quoteName(embedding.name)} and ${quoteName(tied.name)} have the same numbers and are read as one ` +
              'tensor, which training moves as one; to have two, describe the network by the option network',
            hints: [{ option: 'network' } as const],
          },
        ]
      : []),
    ...(assumed.length > 0
      ? [
          {
            text: `these are assumptions, since a state dict does not say them. Each has an option: ${listed}`,
            hints: assumed.map(({ hint }) => hint),
          },
        ]
      : []),
    {
      text:
        'a state dict does not show what has no parameters: attention by dot product, ' +
        `${options.pool === undefined ? 'mean or maximum over time, ' : ''}residual connections, activations, scaling. If the ` +
        'model has such a thing that is not named above, the exported model gives different numbers: say the whole network ' +
        'by the option network. To find out, record the outputs of the PyTorch model with ' +
        'fixtures/record.py and compare the exported model with them',
      hints: [{ option: 'network' }, { call: 'verifyRecording' }],
    },
  ];
}

/** What no option says and a state dict does not show, each with the option that would. */
function unsaid(
  options: ArchitectureOptions,
  { recurrent, pool, head, nonlinearity }: Pick<Architecture, 'recurrent' | 'pool' | 'head' | 'nonlinearity'>,
): { text: string; hint: Hint }[] {
  const all: { said: boolean; text: string; hint: Hint }[] = [
    { said: options.pool !== undefined, text: poolNotes[pool], hint: { option: 'pool', found: pools } },
    {
      said: options.nonlinearity !== undefined || !hasRnn(recurrent.chain),
      text: `${nonlinearity} in the RNN (option nonlinearity)`,
      hint: { option: 'nonlinearity', found: nonlinearities },
    },
    {
      said: options.activation !== undefined,
      text: `no activation behind the ${cellOf(recurrent.last.kind).torch} (option activation)`,
      hint: { option: 'activation' },
    },
    {
      said: Array.isArray(options.head) || head.length === 0,
      text: "no activation around the head (option head, as in ['fc', 'sigmoid'])",
      hint: { option: 'head', found: head.flatMap((part) => (isModule(part) ? [part.name] : [])) },
    },
    {
      said: options.batchFirst !== undefined,
      text: 'x batch-first (option batchFirst)',
      hint: { option: 'batchFirst' },
    },
  ];
  return all.filter(({ said }) => !said);
}

function hasRnn(chain: Architecture['recurrent']['chain']): boolean {
  return chain.some((part) => !isActivation(part) && part.kind === 'rnn');
}

function describeMatrix({ name, rows, columns }: Matrix): string {
  return `${quoteName(name)} ${formatShape([rows, columns])}`;
}

export function leftOutNotes(leftOut: StateDict): ImportNote[] {
  if (leftOut.size === 0) return [];
  const unused = groupModules(leftOut);
  const listed = [unused.recurrent, unused.matrices, unused.others].flatMap((kind) => [...kind.values()]);
  return [{ text: `left out ${listModules(listed)}` }];
}
