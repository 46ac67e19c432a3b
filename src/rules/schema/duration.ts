const whole = /^[-+]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
const part = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g;
const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const longest = 2n ** 63n;

/** Whether a text is a duration of Go (`time.ParseDuration`). */
export function isDuration(text: string): boolean {
  return durationOf(text) !== undefined;
}

/** The length of a duration; 0 for what is none. */
export function nanoseconds(text: string): number {
  return Number(durationOf(text) ?? 0);
}

/** The nanoseconds of a duration of Go, which CEL's `duration()` reads; undefined for what is none. */
export function durationOf(text: string): bigint | undefined {
  if (!whole.test(text)) return undefined;
  let sum = 0n;
  for (const [, count = '', fraction = '', unit = ''] of text.matchAll(part)) {
    const scale = units[unit] ?? 0n;
    sum += BigInt(count || '0') * scale + (BigInt(fraction || '0') * scale) / 10n ** BigInt(fraction.length);
  }
  const negative = text.startsWith('-');
  if (negative ? sum > longest : sum >= longest) return undefined;
  return negative ? -sum : sum;
}
