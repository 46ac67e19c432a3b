import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';

/** Fields that neither the compiler nor a rule reads. Steps go into each item of a list. */
const everywhere = ['metadata.managedFields'];

const ofContainers = [
  'command',
  'imagePullPolicy',
  'lifecycle',
  'livenessProbe',
  'readinessProbe',
  'resources',
  'securityContext',
  'startupProbe',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'volumeDevices',
  'volumeMounts',
];

const ofPodSpec = [
  ...ofContainers.flatMap((field) => [`containers.${field}`, `initContainers.${field}`]),
  'affinity',
  'ephemeralContainers',
  'securityContext',
  'tolerations',
  'topologySpreadConstraints',
  'volumes',
];

const ofContainerStatus = [
  'allocatedResources',
  'containerID',
  'image',
  'imageID',
  'lastState',
  'resources',
  'volumeMounts',
];

/** By the name of the kind. Pods are most of what a large mesh has: 60 KB each as read, 10 KB without these. */
const unread: Record<string, readonly string[]> = {
  pods: [
    ...ofPodSpec.map((field) => `spec.${field}`),
    ...ofContainerStatus.flatMap((field) => [
      `status.containerStatuses.${field}`,
      `status.initContainerStatuses.${field}`,
    ]),
    'status.ephemeralContainerStatuses',
  ],
  'replicasets.apps': ['spec', 'status'],
  'deployments.apps': [...ofPodSpec.map((field) => `spec.template.spec.${field}`), 'status'],
  nodes: ['spec', 'status'],
};

/** Texts of this length and more are kept once, however many objects have them. */
const sharedLength = 10;

/**
 * Gives the function that takes out of objects of a kind what nobody reads, and keeps texts once that many of them have
 * (replicas have the same environment and annotations). It changes the object that it is given.
 */
export function dropUnread(kind: string): (object: JsonObject) => void {
  const paths = [...everywhere, ...(unread[kind] ?? [])].map((path) => path.split('.'));
  const texts = new Map<string, string>();
  return (object) => {
    for (const path of paths) drop(object, path, 0);
    share(object, texts);
  };
}

function drop(value: unknown, path: readonly string[], at: number): void {
  if (Array.isArray(value)) for (const item of value) drop(item, path, at);
  if (!isObject(value)) return;
  const step = path[at] as string;
  if (at === path.length - 1) delete value[step];
  else drop(value[step], path, at + 1);
}

function share(value: object, texts: Map<string, string>): void {
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === 'object' && item !== null) share(item, texts);
    if (typeof item !== 'string' || item.length < sharedLength) continue;
    const known = texts.get(item);
    if (known === undefined) texts.set(item, item);
    else (value as Record<string, unknown>)[key] = known;
  }
}
