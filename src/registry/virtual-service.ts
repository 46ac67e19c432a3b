import { isObject, type Json, type JsonObject } from '../model/json.ts';
import { standsFor } from '../model/provenance.ts';
import type { Resource } from '../model/resource.ts';
import { copyPlaced } from './copy.ts';
import { mergeDelegate } from './delegate.ts';
import { defaultExportTo, exportToSet } from './export-to.ts';
import { objects, strings } from './objects.ts';
import { creationTime } from './order.ts';
import { resolveShortNames } from './short-names.ts';
import type { ExportTo, VirtualService } from './types.ts';

export interface VirtualServiceContext {
  domainSuffix: string;
  /** MeshConfig.defaultVirtualServiceExportTo. */
  defaultExportTo: readonly unknown[];
  /** It may name namespaces. */
  defaultExportsToNamespaces: boolean;
}

/** Annotation of a VirtualService made from another API: `gateway` (Gateway API) or `ingress`. */
const semanticsAnnotation = 'internal.istio.io/route-semantics';

/**
 * All VirtualServices as istiod uses them (model.mergeVirtualServices), in istiod's order: short names resolved and
 * delegates put in the place of the routes that name them. Delegates (without hosts) stand for nothing themselves.
 */
export function virtualServices(resources: readonly Resource[], context: VirtualServiceContext): VirtualService[] {
  const delegates = new Map<string, VirtualService>();
  const roots: VirtualService[] = [];
  for (const resource of resources) {
    const item = toVirtualService(resource, context);
    if (item.hosts.length > 0) roots.push(item);
    else delegates.set(`${item.namespace}/${item.name}`, item);
  }
  for (const root of roots) if (root.routeSemantics === undefined) mergeDelegates(root, delegates);
  return roots;
}

function toVirtualService(resource: Resource, context: VirtualServiceContext): VirtualService {
  const { name, namespace, annotations } = resource.metadata;
  const semantics = annotations[semanticsAnnotation];
  const spec = copyPlaced(resource.spec);
  // The Gateway API knows no short names.
  if (semantics !== 'gateway') resolveShortNames(spec, namespace, context.domainSuffix);
  const gateways = strings(spec['gateways']);
  return {
    resource,
    name,
    namespace,
    hosts: strings(spec['hosts']),
    gateways: gateways.length > 0 ? gateways : ['mesh'],
    exportTo: visibility(resource, context),
    creationTimestamp: creationTime(resource),
    spec,
    shortHosts: strings(resource.spec['hosts']),
    ...(semantics === 'gateway' || semantics === 'ingress' ? { routeSemantics: semantics } : {}),
  };
}

function visibility(resource: Resource, context: VirtualServiceContext): ExportTo {
  const { namespace } = resource.metadata;
  const declared = exportToSet(strings(resource.spec['exportTo']), namespace);
  return declared ?? defaultExportTo(context.defaultExportTo, namespace, context.defaultExportsToNamespaces);
}

function mergeDelegates(root: VirtualService, delegates: ReadonlyMap<string, VirtualService>): void {
  const routes = objects(root.spec['http']);
  if (!routes.some((route) => isObject(route['delegate']))) return;
  const merged = routes.flatMap((route): JsonObject[] => {
    const reference = route['delegate'];
    if (!isObject(reference)) return [route as JsonObject];
    const delegate = delegates.get(`${reference['namespace'] || root.namespace}/${reference['name']}`);
    // A missing or invisible delegate loses this one route only.
    if (!delegate || !(delegate.exportTo.has('*') || delegate.exportTo.has(root.namespace))) return [];
    return mergeDelegate(route as JsonObject, copyPlaced(delegate.spec['http']));
  });
  root.spec['http'] = standsFor(merged as Json[], root.spec['http'] as object);
}
