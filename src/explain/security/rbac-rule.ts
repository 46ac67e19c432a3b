import type { Message } from '../../model/envoy.ts';
import { objects } from '../../model/json.ts';
import { headerMatch } from '../match/header-match.ts';
import { metadataMatch } from '../match/metadata-match.ts';
import { fullMatch } from '../match/regex.ts';
import { stringMatch } from '../match/string-match.ts';
import { templateRegex } from '../match/uri-template.ts';
import { pathOnly } from '../request.ts';
import { not, Unpredictable, type Verdict } from '../unpredictable.ts';
import { inRange } from './ip-range.ts';
import type { Subject } from './rbac.ts';

/** A prepared permission or principal. */
export type Rule = (subject: Subject) => Verdict;

/** Whether any rule holds. One that holds decides, whatever the others are. */
export function anyOf(rules: readonly Rule[], subject: Subject): Verdict {
  let open: Verdict = false;
  for (const rule of rules) {
    const verdict = rule(subject);
    if (verdict === true) return true;
    if (verdict !== false) open = verdict;
  }
  return open;
}

/** Whether all rules hold. One that does not hold decides, whatever the others are. */
function allOf(rules: readonly Rule[], subject: Subject): Verdict {
  let open: Verdict = true;
  for (const rule of rules) {
    const verdict = rule(subject);
    if (verdict === false) return false;
    if (verdict !== true) open = verdict;
  }
  return open;
}

/** Prepares `config.rbac.v3.Permission`. */
export function permission(rule: Message): Rule {
  if (rule['any'] !== undefined) return () => rule['any'] === true;
  if (rule['and_rules']) return nested(rule['and_rules']['rules'], permission, allOf);
  if (rule['or_rules']) return nested(rule['or_rules']['rules'], permission, anyOf);
  if (rule['not_rule']) return inverted(permission(rule['not_rule']));
  if (rule['destination_ip']) return ({ destinationIp }) => inRange(destinationIp, rule['destination_ip']);
  const port = rule['destination_port'];
  if (port !== undefined) return ({ destinationPort }) => destinationPort === Number(port);
  if (rule['destination_port_range']) {
    const { start = 0, end = 0 } = rule['destination_port_range'];
    return ({ destinationPort }) => destinationPort >= start && destinationPort < end;
  }
  if (rule['requested_server_name']) {
    const name = stringMatch(rule['requested_server_name']);
    return ({ sni }) => name.test(sni ?? '');
  }
  const template = rule['uri_template']?.['typed_config']?.['path_template'];
  if (typeof template === 'string') {
    const matches = fullMatch(templateRegex(template));
    return ({ request }) => request !== undefined && matches(pathOnly(request.path));
  }
  return shared(rule);
}

/** Prepares `config.rbac.v3.Principal`. */
export function principal(id: Message): Rule {
  if (id['any'] !== undefined) return () => id['any'] === true;
  if (id['and_ids']) return nested(id['and_ids']['ids'], principal, allOf);
  if (id['or_ids']) return nested(id['or_ids']['ids'], principal, anyOf);
  if (id['not_id']) return inverted(principal(id['not_id']));
  if (id['authenticated']) return authenticated(id['authenticated']['principal_name']);
  if (id['filter_state']) {
    const key = id['filter_state']['key'];
    if (key !== 'io.istio.peer_principal') return () => new Unpredictable(`filter state ${key} decides`);
    const name = stringMatch(id['filter_state']['string_match'] ?? {});
    return (subject) => subject.principal !== undefined && name.test(subject.principal);
  }
  const direct = id['direct_remote_ip'] ?? id['source_ip'];
  if (direct) return ({ directRemoteIp }) => inRange(directRemoteIp, direct);
  if (id['remote_ip']) return ({ remoteIp }) => inRange(remoteIp, id['remote_ip']);
  return shared(id);
}

/** Without a certificate of the client the name to compare is empty (AuthenticatedMatcher); without TLS nobody matches. */
function authenticated(name: Message | undefined): Rule {
  const matcher = name && stringMatch(name);
  return ({ secure, principal: own }) =>
    (secure === true || own !== undefined) && (matcher === undefined || matcher.test(own ?? ''));
}

function nested(rules: unknown, prepare: (rule: Message) => Rule, join: typeof anyOf): Rule {
  const prepared = objects(rules).map(prepare);
  return (subject) => join(prepared, subject);
}

function inverted(rule: Rule): Rule {
  return (subject) => not(rule(subject));
}

/** What permissions and principals have in common. On a TCP connection there are no headers, so none match. */
function shared(rule: Message): Rule {
  if (rule['header']) {
    const header = headerMatch(rule['header']);
    return ({ request }) => request !== undefined && header.test(request);
  }
  if (rule['url_path']) {
    const path = stringMatch(rule['url_path']['path'] ?? {});
    return ({ request }) => request !== undefined && path.test(pathOnly(request.path));
  }
  const metadata = rule['metadata'] ?? rule['sourced_metadata']?.['metadata_matcher'];
  if (metadata) {
    const matcher = metadataMatch(metadata);
    return (subject) => matcher.test({ metadata: subject.metadata });
  }
  return () => new Unpredictable(`a rule of kind ${Object.keys(rule).join(', ')} decides`);
}
