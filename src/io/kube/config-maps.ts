import type { Problem } from '../../model/cluster-state.ts';
import { isProblem } from '../../model/cluster-state.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { toResource } from '../../source/object.ts';
import { getObject } from './api-client.ts';
import type { Connection } from './connection.ts';
import { listObjects } from './list.ts';
import type { NotRead } from './resources.ts';
import { notRead } from './resources.ts';

const hides = 'the mesh config and the injection template';

/**
 * Reads Istio's own ConfigMaps of the root namespace: `istio[-<revision>]` and `istio-sidecar-injector[-<revision>]`.
 * Others are nobody's business here; where listing is forbidden the two of the default revision are got by name.
 */
export async function readConfigMaps(
  connection: Connection,
  rootNamespace: string,
  signal?: AbortSignal,
): Promise<Resource[] | NotRead> {
  const path = `/api/v1/namespaces/${encodeURIComponent(rootNamespace)}/configmaps`;
  const wanted = { verb: 'list', resource: 'configmaps', group: '', hides };
  let found: JsonObject[] | Problem = await listObjects(connection, path, wanted, signal);
  if (isProblem(found) && found.code === 'forbidden') found = (await getByName(connection, path, signal)) ?? found;
  if (isProblem(found)) return notRead('configmaps', found, hides, false);
  return found.map((object) => toResource(object, 'api')).filter(isIstios);
}

async function getByName(
  connection: Connection,
  path: string,
  signal?: AbortSignal,
): Promise<JsonObject[] | undefined> {
  const wanted = { verb: 'get', resource: 'configmaps', group: '', hides };
  const answers = await Promise.all(
    ['istio', 'istio-sidecar-injector'].map((name) => getObject(connection, `${path}/${name}`, wanted, signal)),
  );
  const found = answers.flatMap((answer) => (isProblem(answer) ? [] : [answer.value]));
  return found.length > 0 ? found : undefined;
}

/** A revision's mesh config may have any suffix; what shares its prefix (CA certificate, leader election) has no `mesh`. */
function isIstios({ metadata, object }: Resource): boolean {
  if (metadata.name.startsWith('istio-sidecar-injector')) return true;
  return /^istio(-|$)/.test(metadata.name) && isObject(object['data']) && 'mesh' in object['data'];
}
