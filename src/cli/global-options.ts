/** Options that every command takes. */
export interface GlobalOptions {
  /** Results as JSON, one object a line. */
  readonly json: boolean;
  /** Stacks of errors. */
  readonly debug: boolean;
}
