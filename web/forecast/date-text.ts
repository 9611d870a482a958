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

/** As a row of a table has it, to be read again: `2020-03-04`, or `2020-03-04T18:30:00Z` where it is not midnight. */
export function cellText(time: number): string {
  return new Date(time).toISOString().replace('T00:00:00.000Z', '').replace('.000Z', 'Z');
}

/** `2020-03-04`, or `2020-03-04 18:30 UTC` where it is not midnight. */
export function isoText(time: number): string {
  const [date = '', clock = ''] = new Date(time).toISOString().split('T');
  const shown = clock.replace(/:00\.000Z$|\.000Z$|Z$/, '');
  return shown === '00:00' ? date : `${date} ${shown} UTC`;
}
