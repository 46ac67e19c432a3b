import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, type JsonObject, objects } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import { at, findingOf } from './finding.ts';
import { texts } from './policy-sources.ts';
import { selectedProxies } from './selected-proxies.ts';
import type { CompiledMesh, Rule } from './types.ts';

/**
 * Paths and methods of AuthorizationPolicies that no request has: a `*` between other letters is a letter (istiod's
 * `matcher.StringMatcher` reads one at either end only), a path begins with `/` and has no query, methods are compared by
 * case.
 */
export const impossibleOperation: Rule = {
  name: 'impossible-operation',
  codes: [codes.impossibleOperation],
  find: (mesh) =>
    mesh.registry.resources('AuthorizationPolicy').flatMap((policy) => {
      const selected = selectedProxies(policy, mesh.registry) ?? [];
      return selected.length === 0 ? [] : ofPolicy(mesh, policy, selected);
    }),
};

interface Key {
  key: 'paths' | 'methods' | 'notPaths' | 'notMethods';
  whyNever: (entry: string) => Why | undefined;
}

interface Why {
  message: string;
  fix: string;
}

const keys: readonly Key[] = [
  { key: 'paths', whyNever: whyNoPath },
  { key: 'methods', whyNever: whyNoMethod },
  { key: 'notPaths', whyNever: whyNoPath },
  { key: 'notMethods', whyNever: whyNoMethod },
];

function ofPolicy(mesh: CompiledMesh, policy: Resource, selected: Proxy[]): Finding[] {
  const rules = objects(policy.spec['rules']).map((rule) =>
    objects(rule['to']).map(({ operation }) => (isObject(operation) ? operation : {})),
  );
  const { action = 'ALLOW' } = policy.spec;
  const nobody = action === 'ALLOW' && rules.every((of) => of.length > 0 && of.every(isDead));
  return rules.flatMap((of, rule) =>
    of.flatMap((operation, to) =>
      keys.flatMap(({ key, whyNever }) =>
        texts(operation[key]).flatMap((entry, index) => {
          const why = whyNever(entry);
          if (!why) return [];
          const excludes = key.startsWith('not');
          return [
            findingOf(mesh, {
              code: codes.impossibleOperation,
              kind: 'authz',
              severity: nobody && !excludes ? 'error' : 'warning',
              at: at(policy, 'spec', 'rules', rule, 'to', to, 'operation', key, index),
              proxies: selected.filter((it) => mesh.proxies.includes(it)),
              message: `names ${entry}, ${why.message}`,
              effect: effectOf(String(action), excludes, nobody),
              fix: why.fix,
            }),
          ];
        }),
      ),
    ),
  );
}

function effectOf(action: string, excludes: boolean, nobody: boolean): string {
  if (excludes) return 'the entry excludes no request.';
  if (nobody) return 'every request gets 403 (RBAC: access denied), because none meets the policy.';
  return `the entry ${action === 'DENY' ? 'denies' : 'matches'} no request.`;
}

/** An operation with a list of which no entry can be met. */
function isDead(operation: JsonObject): boolean {
  return keys.some(({ key, whyNever }) => {
    const entries = texts(operation[key]);
    return !key.startsWith('not') && entries.length > 0 && entries.every((entry) => whyNever(entry) !== undefined);
  });
}

/** Why no request has the path; undefined where one may. `{*}` and `{**}` make a template, where stars stand for segments. */
function whyNoPath(entry: string): Why | undefined {
  if (/\{\*{1,2}\}/.test(entry)) return undefined;
  if (entry.replace(/^\*|\*$/g, '').includes('*'))
    return {
      message: 'in which the * between other letters is a letter and no wildcard',
      fix: `write ${entry.replace(/(?<=\/)\*(?=\/|$)/g, '{*}')}, or a prefix that ends with *.`,
    };
  if (entry.includes('?') || entry.includes('#'))
    return { message: 'and paths are compared without their query', fix: 'leave out the query.' };
  if (!entry.startsWith('/') && !entry.startsWith('*'))
    return { message: 'and a path begins with /', fix: `write /${entry}.` };
  return undefined;
}

const standard = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE'];

/** A method of HTTP in other letters than its own; others may be anybody's. */
function whyNoMethod(entry: string): Why | undefined {
  const upper = entry.toUpperCase();
  if (entry === upper || !standard.includes(upper)) return undefined;
  return { message: `and methods are compared by case: ${upper}`, fix: `write ${upper}.` };
}
