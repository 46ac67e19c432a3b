import type { Message } from '../../model/envoy.ts';
import { deriveField, inherit, type Source } from '../../model/provenance.ts';
import type { LocalityGroup } from './locality-group.ts';

const networkLabel = 'topology.istio.io/network';

/**
 * Splits each locality by how far its endpoints' labels agree with the proxy's, in the order of `failoverPriority`
 * (istiod's `applyFailoverPriorities`). An entry `label=value` compares with that value instead of the proxy's own.
 *
 * @param groups what the localities were made of, index by index like `endpoints`
 * @param ranksRemoteNetworks whether a first label for the network sets remote networks apart (from 1.32 on)
 */
export function applyFailoverLabels(
  groups: readonly LocalityGroup[],
  endpoints: readonly Message[],
  proxyLabels: Readonly<Record<string, string>>,
  priorities: readonly string[],
  source: object,
  ranksRemoteNetworks: boolean,
): Message[] {
  if (Object.keys(proxyLabels).length === 0 || groups.length === 0) return [...endpoints];
  const wanted = priorities.map((entry) => {
    const [label = '', value, ...more] = entry.split('=');
    return { label, value: value !== undefined && more.length === 0 ? value : proxyLabels[label] };
  });
  const remoteFirst = ranksRemoteNetworks && priorities[0] === networkLabel;
  const split = groups.flatMap((group, index) => splitGroup(group, endpoints[index] as Message, wanted, remoteFirst));
  const order = [...new Set(split.map((part) => part.rank))].sort((a, b) => a - b);
  return split.map(({ message, rank }) => {
    const priority = order.indexOf(rank);
    if (priority > 0) message['priority'] = priority;
    const origin: Source = [source, 'failoverPriority'];
    return deriveField(message, 'priority', origin);
  });
}

function splitGroup(
  group: LocalityGroup,
  message: Message,
  wanted: readonly { label: string; value: string | undefined }[],
  remoteFirst: boolean,
): { message: Message; rank: number }[] {
  const byRank = new Map<number, Message[]>();
  const entries: unknown = message['lb_endpoints'] ?? [];
  if (!Array.isArray(entries)) return [{ message, rank: 0 }];
  for (const [index, entry] of entries.entries()) {
    const rank = rankOf(group.endpoints[index]?.labels ?? {}, wanted, remoteFirst);
    byRank.set(rank, [...(byRank.get(rank) ?? []), entry]);
  }
  return [...byRank.keys()]
    .sort((a, b) => a - b)
    .map((rank) => {
      const members = byRank.get(rank) as Message[];
      const part: Message = inherit({ ...message }, message);
      delete part['priority'];
      part['lb_endpoints'] = members;
      part['load_balancing_weight'] = members.reduce(
        (sum, entry) => sum + Number(entry['load_balancing_weight'] ?? 0),
        0,
      );
      return { message: part, rank };
    });
}

/**
 * 0 where all labels agree, else the more the earlier the first disagreement. A disagreement of the network, where it
 * stands first, only adds: the other labels still count within the remote network.
 */
function rankOf(
  labels: Readonly<Record<string, string>>,
  wanted: readonly { label: string; value: string | undefined }[],
  remoteFirst: boolean,
): number {
  let remote = 0;
  for (const [index, { label, value }] of wanted.entries()) {
    if ((value ?? '') === (labels[label] ?? '')) continue;
    if (index > 0 || !remoteFirst) return wanted.length - index + remote;
    remote = wanted.length;
  }
  return remote;
}
