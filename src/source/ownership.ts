import type { Resource } from '../model/resource.ts';
import { anyOf } from './mesh-config/pattern.ts';
import type { OwnershipRules } from './mesh-config/read.ts';

/** Whether Git answers for an object, and why, for people. */
export interface Ownership {
  owned: boolean;
  reason: string;
}

/** What Git answers for unless the project file names kinds: the configuration of Istio and of the Gateway API. */
const defaultKinds = [
  'networking.istio.io/*',
  'security.istio.io/*',
  'telemetry.istio.io/*',
  'extensions.istio.io/*',
  'gateway.networking.k8s.io/*',
];
const systemNamespaces = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/**
 * Makes the test for which live objects Git answers. An object that Git answers for and does not hold is unmanaged; for
 * any other, Git says nothing. Without rules, that is every object of Istio and of the Gateway API in every namespace,
 * except those that a program made: objects with a controller, those of Kubernetes' own namespaces, of Istio's
 * installation, and workload entries that istiod registered itself.
 *
 * @param selector the test of `rules.selector`, if there is one
 */
export function ownershipBy(
  rules: OwnershipRules = {},
  selector: (labels: Record<string, string>) => boolean = () => true,
): (resource: Resource) => Ownership {
  const namespaces = anyOf(rules.namespaces);
  const kinds = rules.kinds?.length ? anyOf(qualified(rules.kinds)) : anyOf(defaultKinds);
  return (resource) => {
    const { namespace, labels } = resource.metadata;
    const maker = madeBy(resource);
    if (maker) return { owned: false, reason: `made by ${maker}` };
    if (!kinds(`${resource.group}/${resource.kind}`))
      return { owned: false, reason: `Git does not answer for ${resource.kind}` };
    if (namespace !== '' && !namespaces(namespace))
      return { owned: false, reason: `Git does not answer for namespace ${namespace}` };
    if (!selector(labels)) return { owned: false, reason: `its labels do not match ${rules.selector}` };
    return { owned: true, reason: reasonOf(rules, resource) };
  };
}

/** `VirtualService` means that kind of any group. */
function qualified(kinds: readonly string[]): string[] {
  return kinds.map((kind) => {
    const [, not, name] = /^(!?)(.*)$/.exec(kind) as unknown as [string, string, string];
    return name.includes('/') || name === '*' ? kind : `${not}*/${name}`;
  });
}

/** The program that made a live object, where its metadata say so. */
function madeBy({ group, kind, metadata, spec }: Resource): string | undefined {
  const controller = metadata.ownerReferences?.find((owner) => owner.controller) ?? metadata.ownerReferences?.[0];
  if (controller) return `${controller.kind} ${controller.name}`;
  if (systemNamespaces.has(metadata.namespace)) return 'Kubernetes';
  const { labels, annotations } = metadata;
  if (labels['install.operator.istio.io/owning-resource'] !== undefined) return "Istio's installation";
  if (labels['app.kubernetes.io/part-of'] === 'istio') return "Istio's installation";
  if (kind === 'WorkloadEntry' && annotations['istio.io/autoRegistrationGroup'] !== undefined) return 'istiod';
  const className = spec['controllerName'];
  const isClass = group === 'gateway.networking.k8s.io' && kind === 'GatewayClass';
  if (isClass && typeof className === 'string' && className.startsWith('istio.io/')) return 'istiod';
  return undefined;
}

function reasonOf(rules: OwnershipRules, { kind, metadata }: Resource): string {
  const parts: string[] = [];
  if (rules.namespaces?.length) parts.push(`namespace ${metadata.namespace}`);
  if (rules.kinds?.length) parts.push(kind);
  if (rules.selector) parts.push(`labels ${rules.selector}`);
  return parts.length > 0 ? `Git answers for ${parts.join(', ')}` : 'Git answers for all configuration of the mesh';
}
