import type { Application } from '../../explain/index.ts';
import { objects } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';

const known = new WeakMap<Resource, Map<number, Application | undefined>>();

/**
 * What is in doubt of the application at a port of a pod, by the ports that its containers declare: a port that none
 * declares where they declare others, and one whose name says that HTTP is not what it speaks (Istio's prefixes of port
 * names). Undefined where nothing is in doubt: a declaration is not needed to listen.
 */
export function inDoubt(pod: Resource | undefined, port: number): Application | undefined {
  if (!pod) return undefined;
  let ports = known.get(pod);
  if (!ports) {
    ports = new Map();
    known.set(pod, ports);
  }
  if (!ports.has(port)) ports.set(port, doubtOf(pod, port));
  return ports.get(port);
}

function doubtOf(pod: Resource, port: number): Application | undefined {
  const { containers, initContainers } = pod.spec as { containers?: unknown; initContainers?: unknown };
  const all = [...objects(containers), ...objects(initContainers)].filter((it) => it['name'] !== 'istio-proxy');
  const declared = all.flatMap((it) => objects(it['ports']));
  const own = declared.find((it) => it['containerPort'] === port);
  const { namespace, name } = pod.metadata;
  if (own) {
    const other = /^(tcp|mongo|mysql|redis)(?:-|$)/.exec(String(own['name'] ?? ''))?.[1];
    if (other === undefined) return undefined;
    return {
      speaks: 'unknown',
      doubt: `whether ${namespace}/${name} speaks HTTP at port ${port}, which is named ${own['name']}`,
    };
  }
  if (declared.length === 0) return undefined;
  const others = declared.map((it) => it['containerPort']).join(', ');
  return {
    speaks: 'unknown',
    doubt: `whether anything listens at port ${port} of ${namespace}/${name}, whose containers declare ${others}`,
  };
}
