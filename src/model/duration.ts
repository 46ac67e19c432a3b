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

/**
 * Nanoseconds of a duration as Go reads it (`time.ParseDuration`), and with it Istio's API and CEL: `1.5s`, `1m30s`,
 * `500ms`. Undefined for what is no duration, or is longer than Go can hold (some 292 years).
 */
export function durationNanos(value: unknown): bigint | undefined {
  if (typeof value !== 'string' || !whole.test(value)) return undefined;
  let sum = 0n;
  for (const [, count = '', fraction = '', unit = ''] of value.matchAll(part)) {
    const scale = units[unit] ?? 0n;
    sum += BigInt(count || '0') * scale + (BigInt(fraction || '0') * scale) / 10n ** BigInt(fraction.length);
  }
  const negative = value.startsWith('-');
  if (negative ? sum > longest : sum >= longest) return undefined;
  return negative ? -sum : sum;
}
