/** Checks options against their op's schema, with a message for each that is wrong. */
import en from 'zod/v4/locales/en.js';
import { LstmOnnxError } from '../errors.js';
import type { OpName } from './ops/index.js';
import { type OpOptions, optionSchemas } from './ops/option-schemas.js';

/** Without this, `zod/mini` only says that an option is invalid, not why. */
const english = en().localeError;

/** zod's message without what only says that there is nothing. */
export function issueText(message: string): string {
  return message.replace(/^Invalid input: /, '').replace(/, received undefined$/, ', but it is missing');
}

/**
 * @param name the node's, for messages
 * @throws E_INVALID_OPTION for options that the op does not take
 */
export function checkOptions<K extends OpName>(op: K, options: OpOptions[K], name: string): OpOptions[K] {
  const parsed = optionSchemas[op].safeParse(options, { reportInput: true, error: english });
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, input, message }) => {
    const is =
      input === undefined
        ? ''
        : ` is ${typeof input === 'object' && input !== null ? 'an object' : String(input)}`;
    return path.length === 0 ? issueText(message) : `${path.join('.')}${is}: ${issueText(message)}`;
  });
  throw new LstmOnnxError('E_INVALID_OPTION', `${name} (${op}): ${issues.join('; ')}.`);
}
