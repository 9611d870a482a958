// What lies behind the job in a mailbox (`threads.ts`). The host (`engine.ts`) and its threads (`thread-source.ts`) count on the same places.

/** Which job the host waits for: it does when its own is done. */
export const awaitedOffset: usize = 16;
/** How many jobs are done stands on a cache line of its own; behind it, whether the thread broke down, which its program writes. */
export const doneOffset: usize = 64;
export const failedOffset: usize = 68;

/** This thread's own mailbox, 0 of the host's: each thread has the kernels as a module of its own. */
export let ownMailbox: usize = 0;

export function setOwnMailbox(mailbox: usize): void {
  ownMailbox = mailbox;
}
