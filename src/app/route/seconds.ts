const units: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** Seconds of a duration as Envoy or Istio writes it (`5s`, `0.250s`, `1500ms`, `1m30s`); undefined for what is none. */
export function seconds(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/.test(value)) return undefined;
  const parts = value.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g);
  const sum = [...parts].reduce((total, [, number, unit = '']) => total + Number(number) * (units[unit] ?? 0), 0);
  return Math.round(sum * 1e6) / 1e6;
}
