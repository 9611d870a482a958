// Each thread has a mailbox, where the host posts its jobs.

/** How many jobs were posted, and claimed, and the last of them; and the last one that the host waited for. */
@unmanaged
export class Mailbox {
  posted: i32;
  kind: i32;
  job: usize;
  claimed: i32;
  awaited: i32;
}

/** How many jobs are done stands on a cache line of its own; behind it, whether the thread broke down, which its program writes. */
export const doneOffset: usize = 64;
export const failedOffset: usize = 68;

/** This thread's own mailbox, 0 of the host's: each thread has the kernels as a module of its own. */
export let ownMailbox: usize = 0;

export function setOwnMailbox(mailbox: usize): void {
  ownMailbox = mailbox;
}
