// Jobs for a pool of threads over shared memory. Each thread has a mailbox; the host posts a job, the thread counts it
// done. A thread that waits sleeps.
import { lstmBackward, lstmInputGradient } from './lstm-backward';
import { lstmForward } from './lstm-forward';
import { LstmJob } from './lstm-job';
import { MatmulJob, matmul } from './matmul';

/** One thread's mailbox. The two counters lie on cache lines of their own. */
@unmanaged
class Mailbox {
  posted: i32;
  kind: i32;
  job: usize;
  // padding to the next cache line
  a: i32; b: i32; c: i32; d: i32; e: i32; f: i32; g: i32; h: i32; i: i32; j: i32; k: i32; l: i32; m: i32;
  done: i32;
}

const doneOffset: usize = 64;

/** How often a counter is looked at before the thread goes to sleep: under a millisecond, the pauses within a step. */
const spins: i32 = 2000000;

function waitWhile(at: usize, value: i32): i32 {
  for (let i = 0; i < spins; i++) {
    const now = atomic.load<i32>(at);
    if (now != value) return now;
  }
  while (atomic.load<i32>(at) == value) atomic.wait<i32>(at, value, -1);
  return atomic.load<i32>(at);
}

/** What a job of this kind is. */
export function runJob(kind: i32, job: usize): void {
  if (kind == 1) lstmForward(changetype<LstmJob>(job));
  else if (kind == 2) lstmBackward(changetype<LstmJob>(job));
  else if (kind == 3) lstmInputGradient(changetype<LstmJob>(job));
  else if (kind == 4) matmul(changetype<MatmulJob>(job));
}

/** A thread's life: jobs from its mailbox, one after the other, for ever. */
export function work(mailbox: usize): void {
  const box = changetype<Mailbox>(mailbox);
  let seen = 0;
  while (true) {
    seen = waitWhile(mailbox, seen);
    runJob(box.kind, box.job);
    atomic.store<i32>(mailbox + doneOffset, seen);
    atomic.notify(mailbox + doneOffset, 1);
  }
}

/** Gives a thread a job. */
export function post(mailbox: usize, kind: i32, job: usize): void {
  const box = changetype<Mailbox>(mailbox);
  box.kind = kind;
  box.job = job;
  atomic.add<i32>(mailbox, 1);
  atomic.notify(mailbox, 1);
}

/**
 * Looks for a while whether a thread has done what was posted last. The host sleeps when it has not: waiting in here on
 * Node's main thread would keep the other threads from waking.
 */
export function isDone(mailbox: usize): bool {
  const posted = atomic.load<i32>(mailbox);
  for (let i = 0; i < spins; i++) {
    if (atomic.load<i32>(mailbox + doneOffset) == posted) return true;
  }
  return false;
}
