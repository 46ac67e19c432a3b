const whole =
  /^[-+]?(?:0|(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))*$/;
const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
const units: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 };

/** Whether a text is a duration of Go (`time.ParseDuration`), which CEL's `duration()` reads. */
export function isDuration(text: string): boolean {
  return whole.test(text);
}

/** The length of a duration; of what is none as far as it can be read. */
export function nanoseconds(text: string): number {
  let sum = 0;
  for (const [, count, unit] of text.matchAll(part)) sum += Number(count) * (units[unit ?? ''] ?? 0);
  return text.startsWith('-') ? -sum : sum;
}
