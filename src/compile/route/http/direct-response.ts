import type { Message } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import { numberAt, objectAt } from '../config-value.ts';

/** Envoy's direct response (istiod's `ApplyDirectResponse`). */
export function directResponseAction(response: JsonObject): Message {
  const out: Message = derive({ status: numberAt(response, 'status') ?? 0 }, response);
  deriveField(out, 'status', [response, 'status']);
  const body = objectAt(response, 'body');
  if (body && typeof body['string'] === 'string')
    out['body'] = derive({ inline_string: body['string'] }, [body, 'string']);
  else if (body && typeof body['bytes'] === 'string')
    out['body'] = derive({ inline_bytes: body['bytes'] }, [body, 'bytes']);
  return out;
}
