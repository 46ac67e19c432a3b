import { madeUpAt } from '../../model/age.ts';
import { type JsonObject, objects } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { matchesLabels } from '../../registry/workload-labels.ts';
import { toResource } from '../../source/object.ts';

const tlsMode = 'security.istio.io/tlsMode';
type ProxyType = 'sidecar' | 'router';

/** Pods that are made up, each once. */
export class Pods {
  readonly #pods = new Map<string, { pod: Resource; type: ProxyType | undefined }>();
  readonly #selectors: readonly Record<string, string>[];

  /** @param selectors of the Gateways: a pod that one of them selects is a gateway */
  constructor(selectors: readonly Record<string, string>[]) {
    this.#selectors = selectors;
  }

  /**
   * A workload's pod, with a sidecar unless a Gateway selects it.
   *
   * @param declined whether the workload wants no sidecar: then it is a pod without one
   */
  workload(
    namespace: string,
    name: string,
    labels: Record<string, string>,
    template: JsonObject = {},
    declined = false,
  ): Resource {
    const type = this.#selectors.some((selector) => matchesLabels(selector, labels)) ? 'router' : 'sidecar';
    return this.#add(namespace, name, labels, template, declined && type === 'sidecar' ? undefined : type);
  }

  /** A gateway's pod, where none has the labels. */
  gateway(namespace: string, labels: Record<string, string>): void {
    const known = this.all().some((pod) => matchesLabels(labels, pod.metadata.labels));
    if (!known) this.#add(namespace, `gateway-${Object.values(labels).join('-')}`, labels, {}, 'router');
  }

  all(): Resource[] {
    return [...this.#pods.values()].map(({ pod }) => pod);
  }

  ofType(wanted: ProxyType): Resource[] {
    return [...this.#pods.values()].filter(({ type }) => type === wanted).map(({ pod }) => pod);
  }

  #add(
    namespace: string,
    name: string,
    labels: Record<string, string>,
    template: JsonObject,
    type: ProxyType | undefined,
  ): Resource {
    const id = `${namespace}/${name}`;
    const known = this.#pods.get(id);
    if (known) return known.pod;
    const index = this.#pods.size + 1;
    const podIP = `10.244.${index >> 8}.${index & 255}`;
    const proxy = type === undefined ? [] : [{ name: 'istio-proxy', image: 'proxyv2', args: ['proxy', type] }];
    const pod = toResource(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: podName(name),
          namespace,
          labels: { ...labels, ...(type === undefined ? {} : { [tlsMode]: 'istio' }) },
          creationTimestamp: madeUpAt,
        },
        spec: {
          serviceAccountName: 'default',
          ...template,
          containers: [...objects(template['containers']), ...proxy],
        },
        status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions: [{ type: 'Ready', status: 'True' }] },
      },
      'api',
    );
    this.#pods.set(id, { pod, type });
    return pod;
  }
}

/** Made of the names of subsets and labels, which may hold what no pod's name does. */
function podName(text: string): string {
  return text.replace(/[^A-Za-z0-9.-]/g, '-');
}
