import type { Message } from '../../../model/envoy.ts';
import { numberAt } from '../config-value.ts';

/** Envoy's fraction for Istio's `Percent { value }`, of which a ten-thousandth of a percent is kept. */
export function fractionOf(percent: object): Message {
  return { numerator: Math.trunc((numberAt(percent, 'value') ?? 0) * 10000), denominator: 'MILLION' };
}

/** Envoy's fraction for a whole number of percent. */
export function wholePercent(percent: number): Message {
  return { numerator: percent, denominator: 'HUNDRED' };
}
