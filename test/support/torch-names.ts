/** What PyTorch calls each op. Names with a dot are those that the scripts of the fixtures call, which {@link unused} holds them to. */
import { readdirSync, readFileSync } from 'node:fs';
import type { OpName } from '../../src/builder/ops/index.js';
import { cellOf, type RecurrentName, recurrentNames } from '../../src/builder/recurrent/cells.js';

const ops: Readonly<Record<Exclude<OpName, RecurrentName>, readonly string[]>> = {
  activation: [],
  add: ['torch.add'],
  argmax: ['x.argmax'],
  at: ['x.select', 'x[:, i]'],
  avgPool: ['nn.AvgPool1d', 'nn.AvgPool2d'],
  batchNorm: ['nn.BatchNorm1d', 'nn.BatchNorm2d'],
  concat: ['torch.cat'],
  constant: ['torch.tensor'],
  conv: ['nn.Conv1d', 'nn.Conv2d'],
  convTranspose: ['nn.ConvTranspose1d', 'nn.ConvTranspose2d'],
  crf: [],
  div: ['torch.div'],
  dropout: ['nn.Dropout'],
  embedding: ['nn.Embedding'],
  flip: ['torch.flip'],
  instanceNorm: ['nn.InstanceNorm1d', 'nn.InstanceNorm2d', 'nn.GroupNorm'],
  layerNorm: ['nn.LayerNorm'],
  linear: ['nn.Linear'],
  logSoftmax: ['torch.log_softmax'],
  matmul: ['torch.matmul', 'torch.bmm'],
  max: ['x.max'],
  maxPool: ['nn.MaxPool1d', 'nn.MaxPool2d'],
  mean: ['x.mean'],
  mul: ['torch.mul'],
  pad: ['functional.pad'],
  parameter: ['nn.Parameter'],
  prelu: ['nn.PReLU'],
  relu: ['torch.relu'],
  repeat: ['x.repeat', 'x.expand'],
  reshape: ['x.reshape', 'x.view', 'x.squeeze', 'x.unsqueeze'],
  sigmoid: ['torch.sigmoid'],
  size: ['x.shape'],
  slice: ['x[:, a:b]'],
  softmax: ['torch.softmax'],
  stepCount: [],
  sub: ['torch.sub'],
  sum: ['x.sum'],
  tanh: ['torch.tanh'],
  transpose: ['x.transpose', 'x.permute'],
  where: ['torch.where'],
};

export const torchNames: Readonly<Record<OpName, readonly string[]>> = {
  ...ops,
  ...(Object.fromEntries(recurrentNames.map((name) => [name, [`nn.${cellOf(name).torch}`]])) as Record<
    RecurrentName,
    string[]
  >),
};

/** Names that no script calls, so that nothing compares the op with them. */
export function unused(): string[] {
  const folder = new URL('../../fixtures/', import.meta.url);
  const scripts = readdirSync(folder).filter((file) => file.endsWith('.py'));
  const text = scripts.map((file) => readFileSync(new URL(file, folder), 'utf8')).join('\n');
  return Object.values(torchNames)
    .flat()
    .filter((name) => /^\w+\.\w+$/.test(name) && !text.includes(name.replace(/^x/, '')));
}
