/** Times as people read them, by the clocks of UTC, as they are in the file. */

const day = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});

/** `4 March 2020`, with the time of day where it is not midnight. */
export function dateText(time: number): string {
  const clock = new Date(time).toISOString().slice(11, 16);
  return `${day.format(time)}${clock === '00:00' ? '' : ` ${clock}`}`;
}

/** `2020-03-04`, with the time of day where it is not midnight. */
export function isoText(time: number): string {
  return new Date(time).toISOString().replace('T00:00:00.000Z', '').replace('.000Z', 'Z').replace('T', ' ');
}
