import type { Message } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import { numberAt, textAt } from '../config-value.ts';

const responseCodes: Record<number, string> = {
  301: 'MOVED_PERMANENTLY',
  302: 'FOUND',
  303: 'SEE_OTHER',
  307: 'TEMPORARY_REDIRECT',
  308: 'PERMANENT_REDIRECT',
};

const prefixMark = '%PREFIX()%';

/** What a redirect needs to know of its surroundings. */
export interface RedirectContext {
  /** Port that the request came to. */
  port: number;
  isTls: boolean;
  /** Whether routes of the Gateway API mark a prefix redirect inside `uri`, as before `prefixRewrite` was a field. */
  prefixInUri: boolean;
}

/**
 * Envoy's redirect action (istiod's `ApplyRedirect`); undefined for a code that Envoy does not have, which leaves the
 * route without an action.
 */
export function redirectAction(redirect: JsonObject, context: RedirectContext): Message | undefined {
  const out: Message = derive({}, redirect);
  const set = (field: string, value: unknown, key: string): void => {
    out[field] = value;
    deriveField(out, field, [redirect, key]);
  };
  if (textAt(redirect, 'authority') !== '') set('host_redirect', textAt(redirect, 'authority'), 'authority');

  const uri = textAt(redirect, 'uri');
  if (textAt(redirect, 'prefixRewrite') !== '')
    set('prefix_rewrite', textAt(redirect, 'prefixRewrite'), 'prefixRewrite');
  else if (context.prefixInUri && uri.startsWith(prefixMark))
    set('prefix_rewrite', uri.slice(prefixMark.length), 'uri');
  else {
    // Set also where it is empty: Envoy then keeps the path.
    out['path_redirect'] = uri;
    if (uri !== '') deriveField(out, 'path_redirect', [redirect, 'uri']);
  }

  const scheme = textAt(redirect, 'scheme');
  if (scheme !== '') set('scheme_redirect', scheme, 'scheme');
  applyPort(redirect, context, scheme, set);

  const code = numberAt(redirect, 'redirectCode') ?? 0;
  const name = responseCodes[code === 0 ? 301 : code];
  if (name === undefined) return undefined;
  out['response_code'] = name;
  deriveField(out, 'response_code', code === 0 ? redirect : [redirect, 'redirectCode']);
  return out;
}

/** The port is left out where it is the scheme's own. */
function applyPort(
  redirect: JsonObject,
  context: RedirectContext,
  scheme: string,
  set: (field: string, value: unknown, key: string) => void,
): void {
  const fixed = numberAt(redirect, 'port');
  const derived = redirect['derivePort'];
  const port = fixed ?? (derived === 'FROM_REQUEST_PORT' ? context.port : 0);
  if (port === 0) return;
  const effective = scheme !== '' ? scheme : context.isTls ? 'https' : 'http';
  if ((port === 80 && effective === 'http') || (port === 443 && effective === 'https')) return;
  set('port_redirect', port, fixed !== undefined ? 'port' : 'derivePort');
}
