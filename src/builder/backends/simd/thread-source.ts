/**
 * A thread's life, as JavaScript source: it works on the jobs of its mailbox for ever. Should it break down, it says so
 * and counts its job done, since whoever waits for it would wait for ever.
 */
export const workUntilItBreaks = `
  try {
    work(mailbox);
  } catch {
    const words = new Int32Array(memory.buffer, mailbox, 18);
    words[17] = 1;
    Atomics.store(words, 16, Atomics.load(words, 0));
    Atomics.notify(words, 16);
  }
`;
