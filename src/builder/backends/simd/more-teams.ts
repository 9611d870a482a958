/**
 * Teams: threads that go through the steps of a layer together, each for its own hidden units, where there are too few rows to give each
 * thread some; see `team.ts` of the kernels. A page's first program and its kernels go without.
 */
import type { Engine } from './engine.js';
import { layerJobFields, seatFields } from './kernels.js';
import { type LayerLayout, type LayerSizes, LINE_FLOATS, PANEL_COLUMNS } from './layer-layout.js';

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;
/** Meeting takes up to a microsecond. So between two meetings each thread needs a sixteenth of what is worth waking one for. */
const MEETINGS_OF_A_WAKING = 16;
/** How often the leader looks for a late member before it goes on alone: some milliseconds, as long as a time slice. */
const PATIENCE = 4_000_000;

/** How many threads are worth it for a layer without a projection. They share whole panels of units, and meet at every step. */
function teamSize(
  engine: Engine,
  { hidden, panels }: Pick<LayerLayout, 'hidden' | 'panels'>,
  { batch, time }: Pick<LayerSizes, 'batch' | 'time'>,
): number {
  if (!engine.kernels.hasTeams.value || hidden % PANEL_COLUMNS !== 0) return 1;
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
 */
function seatTeam(engine: Engine, team: number, jobs: readonly number[], hidden: number): void {
  const members = jobs.length;
  engine.integers(team, (members + 1) * LINE_FLOATS).fill(0);
  const panels = hidden / PANEL_COLUMNS;
  // The leader has the most, so that others are not late by it.
  const firstUnit = (member: number) => Math.ceil((panels * member) / members) * PANEL_COLUMNS;
  for (const [member, job] of jobs.entries()) {
    const seat = team + (member + 1) * LINE_FLOATS * FLOAT_BYTES;
    const first = firstUnit(member);
    const units = firstUnit(member + 1) - first;
    engine.writeFields(job, layerJobFields, { seat });
    engine.writeFields(seat, seatFields, {
      table: team,
      member,
      members,
      unitsAt: first * FLOAT_BYTES,
      units,
      patience: PATIENCE,
    });
  }
}

export const more: {
  readonly teamSize?: typeof teamSize;
  readonly seatTeam?: typeof seatTeam;
} = { teamSize, seatTeam };
