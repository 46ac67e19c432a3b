import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServedCapture, serveCapture } from './api-server/serve-capture.ts';

/** API servers of several clusters, and the kubeconfig with a context of each name. */
export interface ServedClusters {
  kubeconfig: string;
  served: Record<string, ServedCapture>;
  close(): Promise<void>;
}

/** Serves the capture of each cluster by an API server of its own. @param captures by the name of the context */
export async function serveClusters(captures: Record<string, string>): Promise<ServedClusters> {
  const served: Record<string, ServedCapture> = {};
  const merged = { apiVersion: 'v1', kind: 'Config', contexts: [], clusters: [], users: [] } as Record<string, unknown>;
  for (const [name, folder] of Object.entries(captures)) {
    const one = await serveCapture(folder);
    served[name] = one;
    const config = JSON.parse(readFileSync(one.api.kubeconfig(), 'utf8'));
    (merged['contexts'] as object[]).push({ name, context: { cluster: name, user: name } });
    (merged['clusters'] as object[]).push({ ...config.clusters[0], name });
    (merged['users'] as object[]).push({ ...config.users[0], name });
  }
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'mesh-clusters-')), 'config');
  writeFileSync(kubeconfig, JSON.stringify(merged));
  const close = async () => {
    for (const one of Object.values(served)) await one.close();
  };
  return { kubeconfig, served, close };
}

/**
 * A copy of a capture as if its cluster had another id, with an istiod that tells which clusters it reads.
 *
 * @param reads ids of the clusters that istiod reads, its own among them; undefined: it does not tell
 */
export function captureAs(folder: string, id: string, reads?: readonly string[]): string {
  const copy = join(mkdtempSync(join(tmpdir(), 'mesh-capture-')), 'capture');
  cpSync(folder, copy, { recursive: true });
  for (const file of readdirSync(copy, { recursive: true, encoding: 'utf8' }).filter((it) => it.endsWith('.json'))) {
    const text = readFileSync(join(copy, file), 'utf8');
    const changed = text.replaceAll('"Kubernetes"', `"${id}"`).replaceAll(';Kubernetes"', `;${id}"`);
    if (changed !== text) writeFileSync(join(copy, file), changed);
  }
  for (const pod of reads ? readdirSync(join(copy, 'istiod')) : [])
    writeFileSync(join(copy, 'istiod', pod, 'clusterz.json'), JSON.stringify(reads?.map((it) => ({ id: it }))));
  return copy;
}
