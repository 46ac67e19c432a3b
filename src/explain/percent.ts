import type { Message } from '../model/envoy.ts';

const denominators: Record<string, number> = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 };

/** A share from 0 to 1 of `type.v3.FractionalPercent`; more than all is all. */
export function share(percentage: Message | undefined): number {
  if (!percentage) return 0;
  return Math.min(
    1,
    Number(percentage['numerator'] ?? 0) / (denominators[percentage['denominator'] ?? 'HUNDRED'] ?? 100),
  );
}

/** A share for people: `25 %`. */
export function percent(part: number): string {
  return `${Number((part * 100).toFixed(4))} %`;
}
