/**
 * Teams: threads that go through the steps of a layer together, each for its own hidden units, where there are too few rows to give each
 * thread some; see `team.ts` of the kernels. A page's first program and its kernels go without.
 */
import type { Engine } from './engine.js';
import { layerJobFields, seatFields } from './kernels.js';
import { type LayerLayout, type LayerSizes, LINE_FLOATS, PANEL_COLUMNS } from './layer-layout.js';

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;
/** Meeting takes up to a microsecond. So between two meetings each thread needs at least a sixteenth of what is worth waking one for. */
const MEETINGS_OF_A_WAKING = 16;
/**
 * How often the leader may look for late members in a pass; when it has looked so often, it goes on alone. That is about as long as the whole
 * pass takes on one thread, but no less than it takes to wake a thread, and no more than some milliseconds, a time slice.
 */
const [LEAST_PATIENCE, MOST_PATIENCE] = [200_000, 4_000_000];
const MULTIPLICATIONS_OF_A_LOOK = 64;
/** After a late member, so many passes are the leader's alone: twice as many each time, since its machine has other work. */
const [LEAST_REST, MOST_REST] = [4, 4096];

/** What an engine's teams have come to. */
interface Lateness {
  /** How many passes were late until now, and whether the last one was a team's. */
  seen: number;
  wasTogether: boolean;
  /** How many passes are without a team after the next late one, and how many are left of these. */
  next: number;
  left: number;
}

const latenesses = new WeakMap<Engine, Lateness>();

/** Called once before each pass. @returns whether it is one of a team, by how the last ones went */
function startPass(engine: Engine): boolean {
  const known = latenesses.get(engine) ?? { seen: 0, wasTogether: false, next: LEAST_REST, left: 0 };
  latenesses.set(engine, known);
  const late = engine.integers(engine.kernels.latePasses.value, 1)[0] ?? 0;
  if (late !== known.seen) {
    known.seen = late;
    known.left = known.next;
    known.next = Math.min(known.next * 2, MOST_REST);
  } else if (known.wasTogether) known.next = Math.max(known.next / 2, LEAST_REST);
  known.wasTogether = known.left === 0;
  if (!known.wasTogether) known.left--;
  return known.wasTogether;
}

/** How many threads are worth it for a layer without a projection. They share whole panels of units, and meet at every step. */
function teamSize(
  engine: Engine,
  { hidden, panels }: Pick<LayerLayout, 'hidden' | 'panels'>,
  { batch, time }: Pick<LayerSizes, 'batch' | 'time'>,
): number {
  if (engine.kernels.latePasses.value === 0 || hidden % PANEL_COLUMNS !== 0) return 1;
  const parts = hidden / PANEL_COLUMNS;
  const ofStep = batch * panels;
  return Math.min(
    engine.sharesOf(parts, ofStep * MEETINGS_OF_A_WAKING),
    engine.sharesOf(parts, ofStep * time),
  );
}

/**
 * Before each pass: nobody has come yet, and each thread has its own units.
 *
 * @param team a line of the cache for where they meet, and one for each
 * @param multiplications of the pass
 * @returns the jobs that run: all, or the leader's alone for a while after a thread was late. The numbers are the same
 */
function seatTeam(
  engine: Engine,
  team: number,
  jobs: readonly number[],
  hidden: number,
  multiplications: number,
): readonly number[] {
  const isWhole = !startPass(engine);
  const members = jobs.length;
  engine.integers(team, (members + 1) * LINE_FLOATS).fill(0);
  const panels = hidden / PANEL_COLUMNS;
  // The leader has the most, so that others are not late by it.
  const firstUnit = (member: number) => Math.ceil((panels * member) / members) * PANEL_COLUMNS;
  const looks = Math.round(multiplications / MULTIPLICATIONS_OF_A_LOOK);
  for (const [member, job] of jobs.entries()) {
    const seat = team + (member + 1) * LINE_FLOATS * FLOAT_BYTES;
    const first = firstUnit(member);
    engine.writeFields(job, layerJobFields, { seat });
    engine.writeFields(seat, seatFields, {
      table: team,
      member,
      members,
      unitsAt: first * FLOAT_BYTES,
      units: isWhole ? hidden : firstUnit(member + 1) - first,
      patience: Math.min(Math.max(looks, LEAST_PATIENCE), MOST_PATIENCE),
    });
  }
  return isWhole ? jobs.slice(0, 1) : jobs;
}

export const more: {
  readonly teamSize?: typeof teamSize;
  readonly seatTeam?: typeof seatTeam;
} = { teamSize, seatTeam };
