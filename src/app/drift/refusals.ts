import { codes } from '../../model/codes.ts';
import type { Finding } from '../../model/finding.ts';
import { type Resource, resourceKey } from '../../model/resource.ts';
import type { Registry } from '../../registry/types.ts';
import { onePerFault } from '../../rules/one-per-fault.ts';
import { refusedByIstiod } from '../../rules/refused/index.ts';
import { schemaValidation } from '../../rules/schema-validation.ts';
import type { CompiledMesh } from '../../rules/types.ts';

const refusals: readonly string[] = [codes.unknownField, codes.invalidField, codes.unknownKind, codes.refusedByIstiod];

/**
 * The findings of an object that is in Git only, with what the API server or istiod's webhook refuses in it, if anything:
 * then applying it again does not help.
 *
 * @param git the object
 */
export function withRefusals(findings: readonly Finding[], git: Resource, registry: Registry): Finding[] {
  const alone: CompiledMesh = {
    registry,
    proxies: [],
    objects: [git],
    config: () => {
      throw new Error(`no proxy is asked for ${resourceKey(git)}`);
    },
    written: (resource) => resource,
    accepted: () => undefined,
  };
  const found = onePerFault([schemaValidation, refusedByIstiod].flatMap((rule) => rule.find(alone))).filter(
    ({ code }) => refusals.includes(code),
  );
  if (found.length === 0) return [...findings];
  return findings.map((finding) => ({
    ...finding,
    severity: finding.severity === 'warning' ? 'error' : finding.severity,
    fix: `correct it first: it is refused, or parts of it dropped; then ${finding.fix}`,
    related: [
      ...finding.related,
      ...found.map(({ code, message, location }) => ({
        message: `${message} (${code})`,
        ...(location ? { location } : {}),
      })),
    ],
  }));
}
