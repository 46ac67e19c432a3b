import type { Message } from '../../model/envoy.ts';
import { type JsonObject, objects } from '../../model/json.ts';
import type { HttpRequest } from '../request.ts';
import { all, Unpredictable } from '../unpredictable.ts';
import { anyOf, permission, principal, type Rule } from './rbac-rule.ts';

/** What a policy may look at: the connection, and of HTTP the request. */
export interface Subject {
  request?: HttpRequest;
  destinationIp?: string;
  destinationPort: number;
  /** TLS was terminated, with or without a certificate of the client. */
  secure?: boolean;
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

/** A policy of an RBAC filter, prepared for many requests. */
interface Policy {
  name: string;
  /** Any permission and any principal. */
  matches: Rule;
}

const prepared = new WeakMap<Message, Policy[]>();

function policiesOf(rules: Message): Policy[] {
  let policies = prepared.get(rules);
  if (!policies) {
    const byName = (rules['policies'] ?? {}) as Record<string, Message>;
    policies = Object.keys(byName)
      .sort()
      .map((name) => ({ name, matches: policy(byName[name] ?? {}) }));
    prepared.set(rules, policies);
  }
  return policies;
}

function policy(message: Message): Rule {
  const permissions = objects(message['permissions']).map(permission);
  const principals = objects(message['principals']).map(principal);
  const condition = message['condition'] ? [new Unpredictable('a CEL condition of the policy decides')] : [];
  return (subject) => {
    const permitted = anyOf(permissions, subject);
    return permitted === false ? false : all([permitted, anyOf(principals, subject), ...condition]);
  };
}

/**
 * Judges `config.rbac.v3.RBAC` (Envoy's RoleBasedAccessControlEngineImpl): policies by name, the first that matches.
 *
 * @param rules the same object each time it is asked, for it is prepared once
 */
export function judgeRules(rules: Message, subject: Subject): RbacResult {
  const action = rules['action'] ?? 'ALLOW';
  let open: Unpredictable | undefined;
  let matched: string | undefined;
  for (const { name, matches } of policiesOf(rules)) {
    const verdict = matches(subject);
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
