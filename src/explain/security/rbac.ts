import type { Message } from '../../model/envoy.ts';
import { type JsonObject, objects } from '../../model/json.ts';
import { headerMatch } from '../match/header-match.ts';
import { metadataMatch } from '../match/metadata-match.ts';
import { fullMatch } from '../match/regex.ts';
import { stringMatch } from '../match/string-match.ts';
import { templateRegex } from '../match/uri-template.ts';
import { type HttpRequest, pathOnly } from '../request.ts';
import { all, any, not, Unpredictable, type Verdict } from '../unpredictable.ts';
import { inRange } from './ip-range.ts';

/** What a policy may look at: the connection, and of HTTP the request. */
export interface Subject {
  request?: HttpRequest;
  destinationIp?: string;
  destinationPort: number;
  /** Of the TLS handshake. */
  sni?: string;
  /** The peer's identity from its certificate, `spiffe://...`; undefined for plain text. */
  principal?: string;
  /** Address of the peer, as the connection has it. */
  directRemoteIp?: string;
  /** Address of the client, by x-forwarded-for where it is trusted. */
  remoteIp?: string;
  metadata: Record<string, JsonObject>;
}

/** What the rules of one RBAC filter say. */
export interface RbacResult {
  /** Undefined where rules allow or only log. */
  denied?: true;
  /** Name of the policy that matched: `ns[shop]-policy[allow]-rule[0]`. */
  policy?: string;
  unpredictable?: Unpredictable;
}

/** Judges `config.rbac.v3.RBAC` (Envoy's RoleBasedAccessControlEngineImpl): policies by name, the first that matches. */
export function judgeRules(rules: Message, subject: Subject): RbacResult {
  const action = rules['action'] ?? 'ALLOW';
  let open: Unpredictable | undefined;
  let matched: string | undefined;
  for (const name of Object.keys(rules['policies'] ?? {}).sort()) {
    const verdict = judgePolicy(rules['policies'][name], subject);
    if (verdict === true) {
      matched = name;
      break;
    }
    if (verdict !== false) open ??= verdict;
  }
  if (action === 'LOG') return matched === undefined ? {} : { policy: matched };
  if (action === 'DENY') {
    if (matched !== undefined) return { denied: true, policy: matched };
    return open ? { unpredictable: open } : {};
  }
  if (matched !== undefined) return { policy: matched };
  return open ? { unpredictable: open } : { denied: true };
}

/** Whether a policy matches: any permission and any principal. */
function judgePolicy(policy: Message, subject: Subject): Verdict {
  return all([
    any(objects(policy['permissions']).map((it) => permission(it, subject))),
    any(objects(policy['principals']).map((it) => principal(it, subject))),
  ]);
}

function permission(rule: Message, subject: Subject): Verdict {
  if (rule['any'] !== undefined) return rule['any'] === true;
  if (rule['and_rules']) return all(objects(rule['and_rules']['rules']).map((it) => permission(it, subject)));
  if (rule['or_rules']) return any(objects(rule['or_rules']['rules']).map((it) => permission(it, subject)));
  if (rule['not_rule']) return not(permission(rule['not_rule'], subject));
  if (rule['destination_ip']) return inRange(subject.destinationIp, rule['destination_ip']);
  if (rule['destination_port'] !== undefined) return subject.destinationPort === Number(rule['destination_port']);
  if (rule['destination_port_range']) {
    const { start = 0, end = 0 } = rule['destination_port_range'];
    return subject.destinationPort >= start && subject.destinationPort < end;
  }
  if (rule['requested_server_name']) return stringMatch(rule['requested_server_name']).test(subject.sni ?? '');
  const template = rule['uri_template']?.['typed_config']?.['path_template'];
  if (typeof template === 'string')
    return subject.request !== undefined && fullMatch(templateRegex(template))(pathOnly(subject.request.path));
  return shared(rule, subject);
}

function principal(id: Message, subject: Subject): Verdict {
  if (id['any'] !== undefined) return id['any'] === true;
  if (id['and_ids']) return all(objects(id['and_ids']['ids']).map((it) => principal(it, subject)));
  if (id['or_ids']) return any(objects(id['or_ids']['ids']).map((it) => principal(it, subject)));
  if (id['not_id']) return not(principal(id['not_id'], subject));
  if (id['authenticated']) {
    const name = id['authenticated']['principal_name'];
    if (subject.principal === undefined) return false;
    return name ? stringMatch(name).test(subject.principal) : true;
  }
  if (id['filter_state']) {
    const isPeer = id['filter_state']['key'] === 'io.istio.peer_principal';
    if (!isPeer) return new Unpredictable(`filter state ${id['filter_state']['key']} decides`);
    return (
      subject.principal !== undefined && stringMatch(id['filter_state']['string_match'] ?? {}).test(subject.principal)
    );
  }
  if (id['direct_remote_ip']) return inRange(subject.directRemoteIp, id['direct_remote_ip']);
  if (id['source_ip']) return inRange(subject.directRemoteIp, id['source_ip']);
  if (id['remote_ip']) return inRange(subject.remoteIp, id['remote_ip']);
  return shared(id, subject);
}

/** What permissions and principals have in common. On a TCP connection there are no headers, so none match. */
function shared(rule: Message, { request, metadata }: Subject): Verdict {
  if (rule['header']) return request !== undefined && headerMatch(rule['header']).test(request);
  if (rule['url_path'])
    return request !== undefined && stringMatch(rule['url_path']['path'] ?? {}).test(pathOnly(request.path));
  if (rule['metadata']) return metadataMatch(rule['metadata']).test({ metadata });
  if (rule['sourced_metadata'])
    return metadataMatch(rule['sourced_metadata']['metadata_matcher'] ?? {}).test({ metadata });
  return new Unpredictable(`a rule of kind ${Object.keys(rule).join(', ')} decides`);
}
