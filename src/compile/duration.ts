import { durationNanos } from '../model/duration.ts';

/** A duration in proto3 JSON as Envoy prints it (`90s`, `0.500s`), or undefined for what is no duration. */
export function envoyDuration(value: unknown): string | undefined {
  const nanos = durationNanos(value);
  if (nanos === undefined) return undefined;
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = String(size % 1_000_000_000n).padStart(9, '0');
  const shown = fraction.endsWith('000000')
    ? fraction.slice(0, 3)
    : fraction.endsWith('000')
      ? fraction.slice(0, 6)
      : fraction;
  return `${nanos < 0n ? '-' : ''}${size / 1_000_000_000n}${Number(fraction) === 0 ? '' : `.${shown}`}s`;
}
