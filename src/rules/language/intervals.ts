/** Inclusive ranges of code points, sorted and apart. */
export type Ranges = readonly (readonly [from: number, to: number])[];

/**
 * The characters that paths and header values are made of here: printable, no space; `?` and `#` end a path and are never
 * part of it.
 */
export const universe: Ranges = [
  [0x21, 0x22],
  [0x24, 0x3e],
  [0x40, 0x7e],
  [0x80, 0xffff],
];

/** The universe of header and parameter values, where every printable character may stand. */
export const printable: Ranges = [
  [0x20, 0x7e],
  [0x80, 0xffff],
];

/** What is in `all` and not in `ranges`. */
export function complement(ranges: Ranges, all: Ranges): Ranges {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  return all.flatMap(([from, to]) => {
    const left: [number, number][] = [];
    let start = from;
    for (const [first, last] of sorted) {
      if (last < start || first > to) continue;
      if (first > start) left.push([start, first - 1]);
      start = Math.max(start, last + 1);
    }
    if (start <= to) left.push([start, to]);
    return left;
  });
}

function contains(ranges: Ranges, point: number): boolean {
  return ranges.some(([from, to]) => point >= from && point <= to);
}

/** One character of each class that no range of `sets` tells apart, taken from `all`. */
export function representatives(sets: Iterable<Ranges>, all: Ranges): number[] {
  const starts = new Set<number>(all.map(([from]) => from));
  for (const ranges of sets)
    for (const [from, to] of ranges) {
      starts.add(from);
      starts.add(to + 1);
    }
  return [...starts].filter((point) => contains(all, point)).sort(readableFirst);
}

/** Witnesses are for people: letters before signs. */
function readableFirst(a: number, b: number): number {
  const rank = (point: number): number => (point === 0x2f ? 1 : point >= 0x61 && point <= 0x7a ? 0 : 2);
  return rank(a) - rank(b) || a - b;
}
