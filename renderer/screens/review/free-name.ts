/** A name that is not taken: the wanted one, else with the first free number behind it. Pure. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const names = new Set(taken);
  if (!names.has(wanted)) return wanted;
  let n = 2;
  while (names.has(`${wanted} (${n})`)) n += 1;
  return `${wanted} (${n})`;
}
