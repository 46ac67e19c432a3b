/** Names like `wanted` (at most a third of its letters differ, or one contains the other), nearest first, at most three. */
export function nearNames(wanted: string, names: Iterable<string>): string[] {
  const scored: [string, number][] = [];
  for (const name of names) {
    const contained = wanted !== '' && (name.includes(wanted) || wanted.includes(name));
    const distance = contained ? 0 : editDistance(wanted.toLowerCase(), name.toLowerCase());
    if (distance <= Math.max(2, Math.floor(wanted.length / 3))) scored.push([name, distance]);
  }
  return scored
    .sort((a, b) => a[1] - b[1] || a[0].localeCompare(b[0]))
    .slice(0, 3)
    .map(([name]) => name);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + change));
    }
    row = next;
  }
  return row[b.length]!;
}
