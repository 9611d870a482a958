/** How long this process computes for something: what other processes do meanwhile, or a machine that stands still, does not count. */
export function cpuMilliseconds(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
