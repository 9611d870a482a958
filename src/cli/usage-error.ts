/** A command line that names no command or options that are not there. */
export class UsageError extends Error {}
