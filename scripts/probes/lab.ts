import { idOf } from '../../src/app/route/mesh.ts';
import type { Application } from '../../src/explain/index.ts';
import { objects } from '../../src/model/json.ts';
import type { Resource } from '../../src/model/resource.ts';

/** What the recordings' applications are: no configuration says it, and it is known before any request. */
export interface Lab {
  application(pod: string, port: number): Application | undefined;
  /** Whether an application is the echo server, whose status a request asks for; others answer with what they like. */
  echoes(pod: string): boolean;
}

/**
 * Each container of a pod but the proxy is an echo server. It listens on the ports that the container declares, speaks
 * HTTP/1.1 without TLS, and only bytes on a port whose name says so. The pod of istiod stands for the real one.
 */
export function labOf(pods: readonly Resource[]): Lab {
  const byId = new Map(pods.map((pod) => [idOf(pod), pod]));
  const echoes = (id: string): boolean => byId.get(id)?.metadata.labels['app'] !== 'istiod';
  return {
    echoes,
    application(id, port) {
      const pod = byId.get(id);
      if (!pod || !echoes(id)) return undefined;
      const declared = objects((pod.spec as { containers?: unknown }).containers)
        .filter((it) => it['name'] !== 'istio-proxy')
        .flatMap((it) => objects(it['ports']))
        .find((it) => it['containerPort'] === port);
      if (!declared) return { speaks: 'nothing' };
      const bytes = /^(tcp|mongo|mysql|redis)/.test(String(declared['name'] ?? ''));
      return { speaks: bytes ? 'bytes' : 'http', tls: false, http2: false };
    },
  };
}

/** The status that a request asks the echo server for. */
export function statusAsked(path: string, headers: Record<string, string> = {}): number {
  const asked = /[?&]status=(\d+)/.exec(path)?.[1] ?? headers['x-want-status'];
  return asked === undefined ? 200 : Number(asked);
}
