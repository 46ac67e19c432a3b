import pLimit from 'p-limit';
import { isProblem } from '../../model/cluster-state.ts';
import { isObject, type JsonObject, objects } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { toResource } from '../../source/object.ts';
import { getObject } from './api-client.ts';
import type { Connection } from './connection.ts';
import { kindName, kinds } from './kinds.ts';
import { type NotRead, notRead } from './resources.ts';

const hides = 'which fields this very cluster takes: those that its release of Istio takes are assumed';

/**
 * Reads the definitions (CRDs) of the kinds of the mesh, each by its name: a cluster may have hundreds of others, and they
 * are large. Texts for people are left out.
 *
 * @param absent kinds that the server is known not to serve
 * @returns those that there are, or why none may be read
 */
export async function readDefinitions(
  connection: Connection,
  absent: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<Resource[] | NotRead> {
  const names = kinds.filter(({ config }) => config).map(kindName);
  const limit = pLimit(8);
  const wanted = { verb: 'get', resource: 'customresourcedefinitions', group: 'apiextensions.k8s.io', hides };
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const answers = await Promise.all(
    names
      .filter((name) => !absent.has(name))
      .map((name) => limit(() => getObject(connection, `${path}/${name}`, wanted, signal))),
  );
  const forbidden = answers.find((answer) => isProblem(answer) && answer.code === 'forbidden');
  if (forbidden && isProblem(forbidden)) {
    const { skipped } = notRead('customresourcedefinitions.apiextensions.k8s.io', forbidden, '', false);
    return { skipped: { ...skipped, replaced: true } };
  }
  return answers.flatMap((answer) =>
    isProblem(answer) || answer.status !== 200 ? [] : [toResource(slim(answer.value), 'api')],
  );
}

/** What a definition demands, without what explains it. */
function slim({ apiVersion, kind, metadata, spec }: JsonObject): JsonObject {
  const { name = '', creationTimestamp } = isObject(metadata) ? (metadata as JsonObject) : {};
  const { group, names, scope, versions } = isObject(spec) ? (spec as JsonObject) : {};
  return {
    apiVersion: apiVersion ?? 'apiextensions.k8s.io/v1',
    kind: kind ?? 'CustomResourceDefinition',
    metadata: { name, ...(creationTimestamp === undefined ? {} : { creationTimestamp }) },
    spec: {
      group,
      names,
      scope,
      versions: objects(versions).map(({ name: version, served, deprecated, schema }) => ({
        name: version,
        served,
        ...(deprecated === undefined ? {} : { deprecated }),
        schema: withoutTexts(schema),
      })),
    },
  } as JsonObject;
}

/** A field may be called `description` too: that one is a mapping. */
function withoutTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTexts);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      key === 'description' && typeof item === 'string' ? [] : [[key, withoutTexts(item)]],
    ),
  );
}
