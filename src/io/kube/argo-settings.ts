import { isProblem, type Problem } from '../../model/cluster-state.ts';
import { isObject, type JsonObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { toResource } from '../../source/object.ts';
import { getObject } from './api-client.ts';
import { applications } from './applications.ts';
import type { Connection } from './connection.ts';
import { type NotRead, notRead } from './resources.ts';

const hides = 'which differences Argo CD is told to leave in all Applications (argocd-cm)';
/** More namespaces with Applications than this are teams' own: Argo CD runs in none of them. */
const most = 5;

/**
 * Reads what `argocd-cm` says of differences, by its name, in the namespaces that have Applications: Argo CD runs in one
 * of them. Nothing is asked for where there are no Applications. Of the ConfigMap, which may hold how people log in,
 * nothing else is kept. Where it may not be read, that is a note and no gap: what it would leave is told as drift.
 */
export async function readArgoSettings(
  connection: Connection,
  resources: readonly Resource[],
  signal?: AbortSignal,
): Promise<Resource[] | NotRead> {
  const found = resources.filter(({ group, kind }) => `${kind.toLowerCase()}s.${group}` === applications);
  const namespaces = [...new Set(found.map(({ metadata }) => metadata.namespace))].sort(byName).slice(0, most);
  const wanted = { verb: 'get', resource: 'configmaps', group: '', hides };
  const answers = await Promise.all(
    namespaces.map((namespace) =>
      getObject(connection, `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps/argocd-cm`, wanted, signal),
    ),
  );
  const read = answers.flatMap((answer) =>
    isProblem(answer) || answer.status !== 200 ? [] : [toResource(slim(answer.value), 'api')],
  );
  const refused = answers.find((answer): answer is Problem => isProblem(answer) && answer.code !== 'not-found');
  if (read.length > 0 || refused === undefined) return read;
  const { skipped } = notRead('configmaps argocd-cm', refused, hides, false);
  return { skipped: { ...skipped, replaced: true } };
}

/** Its usual namespace first, as only so many are asked. */
function byName(a: string, b: string): number {
  return Number(b === 'argocd') - Number(a === 'argocd') || (a < b ? -1 : 1);
}

function slim({ metadata, data }: JsonObject): JsonObject {
  const { name = '', namespace = '' } = isObject(metadata) ? (metadata as JsonObject) : {};
  const settings = Object.entries(isObject(data) ? (data as JsonObject) : {}).filter(([key]) =>
    /^resource\.customizations(\.ignoreDifferences\..+)?$/.test(key),
  );
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: Object.fromEntries(settings) };
}
