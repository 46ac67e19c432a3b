const unitNanos: Record<string, bigint> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/**
 * Nanoseconds of a duration as Istio's API reads it (jsonpb uses Go's `time.ParseDuration`): `1.5s`, `1m30s`, `500ms`.
 * Undefined for what is no duration.
 */
export function durationNanos(value: unknown): bigint | undefined {
  if (typeof value !== 'string') return undefined;
  const [, sign, rest] = /^([+-]?)(.*)$/.exec(value) ?? [];
  if (rest === undefined || rest === '') return undefined;
  if (rest === '0') return 0n;
  if (!/^((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined;
  let nanos = 0n;
  for (const [, amount, unit] of rest.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const [whole = '', fraction = ''] = (amount as string).split('.');
    const scale = unitNanos[unit as string] as bigint;
    nanos += BigInt(whole || '0') * scale;
    if (fraction !== '') nanos += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  return sign === '-' ? -nanos : nanos;
}

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
