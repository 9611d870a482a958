/** If, where the sizes alone say which branch is taken, as after torch.squeeze(x, dim). */
import { LstmOnnxError } from '../../../errors.js';
import type { Handler } from '../node-reader.js';
import { fixed, numberOf } from '../size.js';

const If: Handler = (node) => {
  const condition = node.input(0);
  const taken = condition.kind === 'sizes' ? numberOf(condition.items[0] ?? fixed(0)) : undefined;
  if (taken === undefined) {
    throw node.refusal(
      'which branch it takes depends on the inputs or on a size that varies; read are conditions on fixed sizes',
    );
  }
  const name = taken === 0 ? 'else_branch' : 'then_branch';
  const branch = node.attribute(name, 'graph');
  if (!branch) throw new LstmOnnxError('E_INVALID_FILE', `it has no ${name}.`);
  return node.to.readBranch(branch.value);
};

export const branchHandlers = { If } satisfies Record<string, Handler>;
