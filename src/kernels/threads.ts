// Jobs for a pool of threads over shared memory. Each thread has a mailbox; the host posts a job, the thread claims it and
// counts it done. A job that the thread has not begun the host may claim instead. A thread that waits sleeps.
import { runCalls } from './calls';
import { convolution, convolutionBack, convolutionWeightGradient } from './convolution';
import { ConvolutionJob } from './convolution-job';
import { layerBackward, layerInputGradient } from './layer-backward';
import { layerForward } from './layer-forward';
import { LayerBackwardJob, LayerJob } from './layer-job';
import { awaitedOffset, doneOffset, setOwnMailbox } from './mailbox';
import { MatmulJob, matmul } from './matmul';

// FOR_TRAINING, FOR_CONVOLUTIONS, FOR_FEW_ROWS (teams, and what x gives computed first) and FOR_WIDE are 1 or 0: scripts/build-kernels.js says which, and the compiler leaves out what is never called.

/** One thread's mailbox: how many jobs were posted, and claimed, and the last of them; what follows is in mailbox.ts. */
@unmanaged
class Mailbox {
  posted: i32;
  kind: i32;
  job: usize;
  claimed: i32;
}

/** How often a thread looks for a job before it goes to sleep: under a millisecond, the pauses within a step. */
const spins: i32 = 2000000;
/** How often the host looks before it does: threads that began together end together, unless one has no processor. */
const hostSpins: i32 = 200000;

function waitWhile(at: usize, value: i32): i32 {
  for (let i = 0; i < spins; i++) {
    const now = atomic.load<i32>(at);
    if (now != value) return now;
  }
  while (atomic.load<i32>(at) == value) atomic.wait<i32>(at, value, -1);
  return atomic.load<i32>(at);
}

/** What a thread may be told to do. */
export const enum JobKind {
  layerForward = 1,
  layerBackward,
  layerInputGradient,
  matmul,
  convolution,
  convolutionBack,
  convolutionWeightGradient,
  calls,
}

/** A job that the binary does not have, such as a way back where it only runs models, ends the thread. */
export function runJob(kind: i32, job: usize): void {
  if (kind == JobKind.layerForward) layerForward(changetype<LayerJob>(job));
  else if (kind == JobKind.matmul) matmul(changetype<MatmulJob>(job));
  else if (FOR_TRAINING && kind == JobKind.calls) runCalls(job);
  else if (FOR_CONVOLUTIONS && kind == JobKind.convolution) convolution(changetype<ConvolutionJob>(job));
  else if (FOR_CONVOLUTIONS && kind == JobKind.convolutionBack) convolutionBack(changetype<ConvolutionJob>(job));
  else if (FOR_TRAINING && kind == JobKind.convolutionWeightGradient) convolutionWeightGradient(changetype<ConvolutionJob>(job));
  else if (FOR_TRAINING && kind == JobKind.layerBackward) layerBackward(changetype<LayerBackwardJob>(job));
  else if (FOR_TRAINING && kind == JobKind.layerInputGradient) layerInputGradient(changetype<LayerBackwardJob>(job));
  else unreachable();
}

/** Whether it is the caller who may run this job, and nobody else. */
@inline
function claims(mailbox: usize, posted: i32): bool {
  return atomic.cmpxchg<i32>(mailbox + offsetof<Mailbox>('claimed'), posted - 1, posted) == posted - 1;
}

/** A thread's life: jobs from its mailbox, one after the other, for ever. */
export function work(mailbox: usize): void {
  const box = changetype<Mailbox>(mailbox);
  setOwnMailbox(mailbox);
  let seen = 0;
  while (true) {
    seen = waitWhile(mailbox, seen);
    if (!claims(mailbox, seen)) continue;
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

/** Takes back what was posted last where the thread has not begun it; that counts as done. */
export function takeBack(mailbox: usize): bool {
  const posted = atomic.load<i32>(mailbox);
  if (!claims(mailbox, posted)) {
    if (FOR_FEW_ROWS) atomic.store<i32>(mailbox + awaitedOffset, posted);
    return false;
  }
  atomic.store<i32>(mailbox + doneOffset, posted);
  return true;
}

/**
 * Looks for a while whether a thread has done what was posted last. The host sleeps when it has not: waiting in here on
 * Node's main thread would keep the other threads from waking.
 */
export function isDone(mailbox: usize): bool {
  const posted = atomic.load<i32>(mailbox);
  for (let i = 0; i < hostSpins; i++) {
    if (atomic.load<i32>(mailbox + doneOffset) == posted) return true;
  }
  return false;
}
