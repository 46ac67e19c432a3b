import type { Message } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import { envoyDuration } from '../../duration.ts';
import { any } from '../../http/typed-config.ts';
import { numberAt, objectAt, textAt } from '../config-value.ts';
import { fractionOf, wholePercent } from './percent.ts';

const grpcStatus = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** The fault filter's settings for a route (istiod's `TranslateFault`): a fixed delay, an abort by HTTP or gRPC status. */
export function faultConfig(fault: JsonObject): Message {
  const out: Message = any('envoy.extensions.filters.http.fault.v3.HTTPFault');
  const delay = objectAt(fault, 'delay');
  if (delay && delay['fixedDelay'] !== undefined && delay['fixedDelay'] !== null) {
    const percentage = objectAt(delay, 'percentage');
    const message = derive(
      {
        fixed_delay: envoyDuration(delay['fixedDelay']),
        percentage: percentage ? fractionOf(percentage) : wholePercent(numberAt(delay, 'percent') ?? 0),
      },
      delay,
    );
    deriveField(message, 'fixed_delay', [delay, 'fixedDelay']);
    deriveField(message, 'percentage', percentage ? [percentage, 'value'] : [delay, 'percent']);
    out['delay'] = message;
  }
  const abort = objectAt(fault, 'abort');
  const error = abort && abortError(abort);
  if (abort && error) {
    const message: Message = derive({ ...error.fields }, abort);
    deriveField(message, Object.keys(error.fields)[0] as string, [abort, error.key]);
    const percentage = objectAt(abort, 'percentage');
    if (percentage) {
      message['percentage'] = fractionOf(percentage);
      deriveField(message, 'percentage', [percentage, 'value']);
    }
    out['abort'] = message;
  }
  return derive(out, fault);
}

function abortError(abort: JsonObject): { key: string; fields: Message } | undefined {
  const http = numberAt(abort, 'httpStatus');
  if (http !== undefined) return { key: 'httpStatus', fields: { http_status: http } };
  if (typeof abort['grpcStatus'] === 'string') {
    const code = grpcStatus.indexOf(textAt(abort, 'grpcStatus'));
    return { key: 'grpcStatus', fields: { grpc_status: Math.max(0, code) } };
  }
  return undefined;
}
