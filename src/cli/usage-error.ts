/**
 * A command line that is wrong whatever the files hold that it names: no such command or option, or a value that the
 * option never takes. What depends on a file, or on the machine, is an {@link LstmOnnxError}.
 */
export class UsageError extends Error {}
