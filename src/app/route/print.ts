import { plain } from '../../report/plain.ts';
import { asJson, asYaml } from '../../report/serialized.ts';
import type { RouteReport } from '../run-route.ts';
import { routeText } from './text.ts';

/** Prints a report of `route`. Text from clusters reaches a terminal without control characters. */
export function printRoute(report: RouteReport, format: 'text' | 'json' | 'yaml'): string {
  if (format === 'text') return plain(routeText(report), true);
  return format === 'json' ? asJson(report) : asYaml(report);
}
