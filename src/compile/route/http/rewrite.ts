import type { Message } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import { deriveField } from '../../../model/provenance.ts';
import type { VirtualService } from '../../../registry/types.ts';
import { objectAt, textAt } from '../config-value.ts';

/** Characters that Go's `regexp.QuoteMeta` escapes. */
const special = /[\\.+*?()|[\]{}^$]/g;

/** Rewrites the path: by regex, or by replacing the matched prefix. */
export function applyRewrite(action: Message, route: Message, rewrite: JsonObject, service: VirtualService): void {
  const regex = objectAt(rewrite, 'uriRegexRewrite');
  const uri = textAt(rewrite, 'uri');
  if (regex) {
    action['regex_rewrite'] = { pattern: { regex: textAt(regex, 'match') }, substitution: textAt(regex, 'rewrite') };
    deriveField(action, 'regex_rewrite', regex);
    deriveField(action['regex_rewrite'], 'pattern', [regex, 'match']);
    deriveField(action['regex_rewrite'], 'substitution', [regex, 'rewrite']);
  } else if (service.routeSemantics === 'gateway' && uri === '/') {
    // A prefix match of path segments: the prefix is cut off, and what is left begins with one slash.
    const prefix = String(route['match']['path_separated_prefix'] ?? '');
    action['regex_rewrite'] = {
      pattern: { regex: `^${prefix.replace(special, '\\$&')}(/?)(.*)` },
      substitution: '/\\2',
    };
    deriveField(action, 'regex_rewrite', [rewrite, 'uri']);
  } else if (uri !== '') {
    action['prefix_rewrite'] = uri;
    deriveField(action, 'prefix_rewrite', [rewrite, 'uri']);
  }
}
