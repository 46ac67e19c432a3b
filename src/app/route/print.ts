import { dump } from 'js-yaml';
import { plain } from '../../report/plain.ts';
import type { RouteReport } from '../run-route.ts';
import { routeText } from './text.ts';

/** Prints a report of `route`. Text from clusters reaches a terminal without control characters. */
export function printRoute(report: RouteReport, format: 'text' | 'json' | 'yaml'): string {
  if (format === 'text') return plain(routeText(report), true);
  const data = JSON.stringify(report, null, 2);
  return format === 'json' ? `${data}\n` : dump(JSON.parse(data), { lineWidth: 120, noRefs: true });
}
