import { selectorLabels } from '../compile/policy-attachment.ts';
import { peerPolicy } from '../compile/security/peer-authentication.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { at, findingOf } from './finding.ts';
import { idlePolicy } from './idle-policy.ts';
import { selectedProxies } from './selected-proxies.ts';
import type { CompiledMesh, Rule } from './types.ts';

const idle = {
  code: codes.peerAuthenticationIdle,
  kind: 'mtls',
  unenforced: 'nobody enforces it: plain text from anywhere gets through.',
} as const;

/** PeerAuthentications without effect: an exception for a port that no workload listens on, a policy for no sidecar. */
export const peerAuthentication: Rule = {
  name: 'peer-authentication',
  codes: [codes.portOfService, codes.peerAuthenticationIdle],
  find(mesh) {
    return mesh.registry.resources('PeerAuthentication').flatMap((policy) => {
      const selected = selectedProxies(policy, mesh.registry);
      return [...idlePorts(mesh, policy), ...(selected ? idlePolicy(mesh, policy, selected, idle) : [])];
    });
  },
};

/** `portLevelMtls` is keyed by the port of the workload, not of the Service. */
function idlePorts(mesh: CompiledMesh, policy: Resource): Finding[] {
  const { registry } = mesh;
  const settings = policy.spec['portLevelMtls'];
  const selected = selectedProxies(policy, registry) ?? [];
  if (!isObject(settings) || selected.length === 0 || Object.keys(selectorLabels(policy)).length === 0) return [];
  const targets = selected.flatMap((proxy) => registry.serviceTargets(proxy));
  const declared = selected.flatMap((proxy) => proxy.podPorts.map(({ containerPort }) => containerPort));
  const ports = new Set([...targets.map(({ targetPort }) => targetPort), ...declared]);
  return Object.entries(settings).flatMap(([key, setting]) => {
    const mode = isObject(setting) ? setting['mode'] : undefined;
    const without = peerPolicy(registry, policy.metadata.namespace, selected[0]?.labels ?? {}).mode;
    if (ports.has(Number(key)) || mode === undefined || mode === 'UNSET' || mode === without) return [];
    const meant = targets.find(({ port }) => port.port === Number(key));
    return [
      findingOf(mesh, {
        code: codes.portOfService,
        kind: 'mtls',
        // Whoever writes the Service's port means a port that exists, and it stays as it was; any other changes nothing.
        severity: meant ? 'warning' : 'info',
        at: at(policy, 'spec', 'portLevelMtls', key),
        proxies: selected.filter((proxy) => mesh.proxies.includes(proxy)),
        message: `sets ${mode} for port ${key}, on which no selected workload listens`,
        effect: meant
          ? `${key} is the Service's port; port ${meant.targetPort} of the workload stays ${without}.`
          : `the exception is without effect; the workload's ports stay ${without}.`,
        fix: meant ? `write ${meant.targetPort}, the workload's port.` : "write the workload's port.",
      }),
    ];
  });
}
