import type { Message } from '../../model/envoy.ts';
import { objects } from '../../model/json.ts';
import { stringMatch } from '../match/string-match.ts';
import type { HttpRequest } from '../request.ts';

/** Whether the CORS filter answers a preflight itself (cors_filter.cc): always 200. */
export function answersPreflight(policy: Message, request: HttpRequest): boolean {
  if (String(policy['@type'] ?? '').endsWith('.Cors')) return false;
  const enabled = policy['filter_enabled']?.['default_value'];
  if (enabled && Number(enabled['numerator'] ?? 0) === 0) return false;
  const origin = request.headers.get('origin')?.[0];
  if (!origin || request.method !== 'OPTIONS' || !request.headers.get('access-control-request-method')?.[0])
    return false;
  const allowed = objects(policy['allow_origin_string_match']).some(
    (it) => it['exact'] === '*' || stringMatch(it).test(origin),
  );
  return allowed || policy['forward_not_matching_preflights'] === false;
}
