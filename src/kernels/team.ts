// A team: threads that go through the steps of one layer together, each for its own hidden units, where there are too few rows to give
// each thread some. Before a step reads what all of the step before gave, they meet.
//
// The host posts the jobs and begins its own, the leader's, without knowing whether the others have a processor. The leader waits for
// them a moment at the first meeting, and less than a time slice at those after it. When one is late, the leader sends the others away and computes all units of
// the steps that are left: so nobody waits for who has not begun, and a busy machine costs one time slice a job. Which thread computes
// a unit makes no difference to its bits.
import { LayerJob } from './layer-job';

/** What a thread of a team has of its own, on a line of the cache. The host writes it field by field. */
@unmanaged
export class Seat {
  /** Where the team meets: how often all have met, and whether the leader goes on alone. The members' seats follow, a line each. */
  table: usize;
  /** The thread's number, 0 for the leader's, and how many there are. */
  member: i32;
  members: i32;
  /** The hidden units that the thread computes: bytes to the first, and how many. */
  unitsAt: usize;
  units: i32;
  /** How often the thread came to the table. */
  came: i32;
}

const aloneOffset: usize = 4;
const lineBytes: usize = 64;

/** How often the leader looks for a member: some 100 microseconds, as waking a thread takes. */
const patience: i32 = 200000;
/** How often a member looks before it sleeps for a moment at a time: nobody wakes it. */
const memberPatience: i32 = 200000;
const nap: i64 = 100000;

@inline
export function isTeam(job: LayerJob): bool {
  return FOR_TEAMS && job.seat != 0;
}

/** Bytes to the first hidden unit that the thread computes. */
@inline
export function firstOwn(job: LayerJob): usize {
  return isTeam(job) ? changetype<Seat>(job.seat).unitsAt : 0;
}

/** How many hidden units the thread computes. */
@inline
export function ownUnits(job: LayerJob): i32 {
  return isTeam(job) ? changetype<Seat>(job.seat).units : job.hidden;
}

/** How many of so many numbers, one for each unit, are the thread's own: all without a team, whose units may be fewer or padded. */
@inline
export function own(job: LayerJob, count: i32): i32 {
  return isTeam(job) ? min(ownUnits(job), count - <i32>(firstOwn(job) >> 2)) : count;
}

/** Whether the thread does what one does for all. */
@inline
export function leads(job: LayerJob): bool {
  return !isTeam(job) || changetype<Seat>(job.seat).member == 0;
}

/** Waits for all of the team. @returns whether this thread goes on: one that was sent away does not */
@inline
export function meets(job: LayerJob): bool {
  return !isTeam(job) || meetsAt(changetype<Seat>(job.seat), job.hidden);
}

function meetsAt(seat: Seat, hidden: i32): bool {
  if (seat.member > 0) return comes(seat);
  if (seat.units < hidden) gathers(seat, hidden);
  return true;
}

/** The leader waits for all, and lets them go on. */
function gathers(seat: Seat, hidden: i32): void {
  const table = seat.table, met = ++seat.came;
  let looked = 0;
  for (let member = 1; member < seat.members; member++) {
    const came = table + <usize>(member + 1) * lineBytes + offsetof<Seat>('came');
    // Who came once is at work, and what it computes is needed.
    while (atomic.load<i32>(came) < met && (met > 1 || looked < patience)) looked++;
  }
  if (looked < patience) {
    atomic.store<i32>(table, met);
    return;
  }
  seat.unitsAt = 0;
  seat.units = hidden;
  atomic.store<i32>(table + aloneOffset, 1);
}

function comes(seat: Seat): bool {
  const table = seat.table, met = seat.came + 1;
  atomic.store<i32>(changetype<usize>(seat) + offsetof<Seat>('came'), met);
  for (let looked = 0; atomic.load<i32>(table) < met; looked++) {
    if (atomic.load<i32>(table + aloneOffset)) return false;
    if (looked > memberPatience) atomic.wait<i32>(table, met - 1, nap);
  }
  return true;
}
