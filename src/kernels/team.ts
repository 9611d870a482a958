// A team: threads that go through the steps of a layer together. Each computes some of the hidden units of all rows, where there are
// too few rows to give each thread some. Before a step that reads what all of them gave, they meet.
//
// The host posts the jobs and begins its own, the leader's; it does not know whether the other threads have a processor. At the first
// meeting the leader waits for a moment only. At a later one it waits until all have come, since it needs what they computed. When it has
// waited too long, it sends all others away, and computes all units of the steps that are left: the host then leaves the
// team alone for some passes (`more-teams.ts`). Whichever thread computes a unit, its bits are the same.
import { LayerJob } from './layer-job';
import { awaitedOffset, failedOffset, ownMailbox } from './mailbox';

/** Where a team meets, on a line of the cache; the seats follow, a line each. */
@unmanaged
class Table {
  /** How often all have met. */
  met: i32;
  /** Whether the leader goes on alone. */
  alone: i32;
}

/** What a thread of a team has of its own. The host writes all but the last three, field by field. */
@unmanaged
export class Seat {
  table: usize;
  /** The thread's number, 0 for the leader's, and how many there are. */
  member: i32;
  members: i32;
  /** The hidden units that the thread computes: bytes to the first, and how many. */
  unitsAt: usize;
  units: i32;
  /** How often the leader may look for late members in a pass, after the first meeting, and how often it has. */
  patience: i32;
  looked: i32;
  /** How often the thread came to the table, and its mailbox. */
  came: i32;
  mailbox: usize;
}

/** Where it is counted how often a leader went on alone, so that the host may give threads a rest; 0 where there are no teams. */
export const latePasses: usize = FOR_FEW_ROWS ? memory.data(4) : 0;

const lineBytes: usize = 64;
/** How often the leader looks for a member at the first meeting: for some 100 microseconds, as waking a thread takes. */
const firstPatience: i32 = 200000;
/** How often a member looks before it sleeps, a moment at a time: the leader wakes it only to begin, or to send it away. */
const memberPatience: i32 = 200000;
const nap: i64 = 100000;
/** How often one looks before it looks whether the other has broken down. */
const rarely: i32 = 65535;

@inline
export function isTeam(job: LayerJob): bool {
  return FOR_FEW_ROWS && job.seat != 0;
}

/** Bytes to the first hidden unit that the thread computes. */
@inline
export function ownAt(job: LayerJob): usize {
  return isTeam(job) ? changetype<Seat>(job.seat).unitsAt : 0;
}

/** How many hidden units the thread computes. */
@inline
export function ownUnits(job: LayerJob): i32 {
  return isTeam(job) ? changetype<Seat>(job.seat).units : job.hidden;
}

/** How many of a row of `count` numbers are this thread's: all without a team. `count` may be less than the padded units. */
@inline
export function own(job: LayerJob, count: i32): i32 {
  return isTeam(job) ? min(ownUnits(job), count - <i32>(ownAt(job) >> 2)) : count;
}

/** Whether this thread does the work that only one may do. */
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
  if (seat.units < hidden) waits(seat, hidden);
  return true;
}

/** The leader waits for all, and lets them go on, or goes on alone. */
function waits(seat: Seat, hidden: i32): void {
  const table = seat.table, met = ++seat.came, isFirst = met == 1;
  const most = isFirst ? firstPatience : seat.patience;
  let looked = seat.looked;
  for (let member = 1; member < seat.members; member++) {
    const other = table + <usize>(member + 1) * lineBytes;
    while (atomic.load<i32>(other + offsetof<Seat>('came')) < met && !(isFirst && looked >= most)) {
      if ((++looked & rarely) == 0 && !isFirst) checkAlive(table, changetype<Seat>(other));
    }
  }
  seat.looked = isFirst ? 0 : looked;
  if (looked >= most) {
    seat.unitsAt = 0;
    seat.units = hidden;
    atomic.add<i32>(latePasses, 1);
    sendAway(table);
  } else {
    atomic.store<i32>(table, met);
    if (isFirst) atomic.notify(table);
  }
}

function sendAway(table: usize): void {
  atomic.store<i32>(table + offsetof<Table>('alone'), 1);
  atomic.notify(table);
}

/** A member that broke down does not come again: the leader's thread breaks down, too. */
function checkAlive(table: usize, member: Seat): void {
  if (!atomic.load<i32>(member.mailbox + failedOffset)) return;
  sendAway(table);
  unreachable();
}

/** A member waits until the leader has seen all. */
function comes(seat: Seat): bool {
  const table = seat.table, met = seat.came + 1;
  seat.mailbox = ownMailbox;
  atomic.store<i32>(changetype<usize>(seat) + offsetof<Seat>('came'), met);
  for (let looked = 0; atomic.load<i32>(table) < met; looked++) {
    if (atomic.load<i32>(table + offsetof<Table>('alone'))) return false;
    if (looked <= memberPatience) continue;
    if (isAwaited()) return atomic.load<i32>(table) >= met;
    atomic.wait<i32>(table, met - 1, nap);
  }
  return true;
}

/** Whether the host waits for this thread's job to be done, which it does when its own is: the leader comes no more. */
function isAwaited(): bool {
  return ownMailbox != 0 && atomic.load<i32>(ownMailbox + awaitedOffset) == atomic.load<i32>(ownMailbox);
}
