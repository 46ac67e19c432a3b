import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import type { Path } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import { matchesLabels } from '../registry/workload-labels.ts';
import { type AnnotationPlace, deprecatedAnnotations, placesOfAnnotation } from './annotations/known.ts';
import { wantedValues } from './annotations/values.ts';
import { at, findingOf } from './finding.ts';
import { nearestName } from './schema/nearest-name.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { type PodSource, podSources } from './workloads.ts';

/**
 * Istio's annotations on pods, workloads, Services and Namespaces that nobody reads (misspelt, on an object where they do
 * not count, written as a label), and values for which the injector refuses the pod.
 */
export const annotation: Rule = {
  name: 'annotation',
  codes: [codes.idleAnnotation, codes.annotationRefused, codes.deprecatedField],
  find(mesh) {
    const { registry } = mesh;
    const sources = podSources(registry);
    const workloads = sources.filter(({ metadata }) => metadata.length > 1);
    return [
      ...sources.flatMap((source) => ofPods(mesh, source)),
      ...workloads.flatMap((source) => ofWorkload(mesh, source)),
      ...(['Service', 'Namespace'] as const).flatMap((kind) =>
        registry
          .resources(kind)
          .flatMap((resource) =>
            Object.keys(resource.metadata.annotations).flatMap((name) =>
              idle(mesh, resource, ['metadata', 'annotations'], name, kind),
            ),
          ),
      ),
    ];
  },
};

function ofPods(mesh: CompiledMesh, source: PodSource): Finding[] {
  const { resource, metadata, labels, annotations } = source;
  const place: Path = [...metadata, 'annotations'];
  return [
    ...Object.keys(annotations).flatMap((name) => idle(mesh, resource, place, name, 'Pod')),
    ...Object.keys(labels).flatMap((name) =>
      isAlsoLabel(name) || !placesOfAnnotation.get(name)?.has('Pod')
        ? []
        : [
            told(
              mesh,
              resource,
              [...metadata, 'labels', name],
              `has ${name} as a label`,
              'write it below annotations.',
            ),
          ],
    ),
    ...Object.entries(annotations).flatMap(([name, value]) => refused(mesh, source, name, value)),
    ...Object.keys(annotations).flatMap((name) => deprecated(mesh, source, name)),
  ];
}

/** Names that Istio reads as labels, too. */
function isAlsoLabel(name: string): boolean {
  return name === 'sidecar.istio.io/inject' || name.startsWith('istio.io/') || name.startsWith('ambient.istio.io/');
}

/** Annotations of pods on the workload itself: they are not handed on to its pods. */
function ofWorkload(mesh: CompiledMesh, { resource, annotations }: PodSource): Finding[] {
  return Object.keys(resource.metadata.annotations).flatMap((name) =>
    name in annotations ? [] : idle(mesh, resource, ['metadata', 'annotations'], name, 'other'),
  );
}

function idle(mesh: CompiledMesh, resource: Resource, path: Path, name: string, place: AnnotationPlace): Finding[] {
  const [prefix = '', key = ''] = name.split('/');
  if (!prefix.includes('istio') || key === '') return [];
  const at = [...path, name];
  const places = placesOfAnnotation.get(name);
  if (places) {
    if (places.has(place) || places.has('Any') || (places.has('other') && place !== 'Service' && place !== 'Namespace'))
      return [];
    const ofPods = places.has('Pod');
    const where = ofPods
      ? 'pods'
      : [...places].map((it) => (it === 'other' ? 'other objects' : `${it}s`)).join(' and ');
    const fix =
      ofPods && place === 'other' ? 'write it below spec.template.metadata.annotations.' : `write it on ${where}.`;
    return [told(mesh, resource, at, `has annotation ${name}, which counts on ${where} only`, fix)];
  }
  const near = nearest(prefix, key);
  if (near === undefined) return [];
  return [told(mesh, resource, at, `has annotation ${name}, which Istio does not know`, `did you mean ${near}?`)];
}

function told(mesh: CompiledMesh, resource: Resource, path: Path, message: string, fix: string): Finding {
  return findingOf(mesh, {
    code: codes.idleAnnotation,
    kind: 'invalid',
    severity: 'warning',
    at: at(resource, ...path),
    proxies: [],
    message,
    effect: 'nobody reads it: what it says is not in force.',
    fix,
  });
}

/** The annotation that may be meant: the name below another prefix, or a name like it below this one. */
function nearest(prefix: string, key: string): string | undefined {
  const all = [...placesOfAnnotation.keys()];
  const prefixes = [...new Set(all.map((it) => it.split('/')[0] ?? ''))];
  const elsewhere = all.filter((it) => it.split('/')[1] === key);
  if (elsewhere.length > 0)
    return nearestName(`${prefix}/${key}`, elsewhere) ?? (prefixes.includes(prefix) ? elsewhere[0] : undefined);
  const own = all.flatMap((it) => (it.startsWith(`${prefix}/`) ? [it.slice(prefix.length + 1)] : []));
  const near = nearestName(key, own);
  return near === undefined ? undefined : `${prefix}/${near}`;
}

/** A value for which the injector refuses each new pod. Of pods without a sidecar it asks nothing. */
function refused(
  mesh: CompiledMesh,
  { resource, metadata, labels }: PodSource,
  name: string,
  value: string,
): Finding[] {
  const wanted = wantedValues.get(name);
  if (!wanted || wanted.is(value) || metadata.length === 1) return [];
  const { namespace } = resource.metadata;
  const isOwn = (it: { namespace: string; labels: Record<string, string> }): boolean =>
    it.namespace === namespace && matchesLabels(labels, it.labels);
  const proxies: Proxy[] = mesh.proxies.filter(isOwn);
  const pods = mesh.registry.resources('Pod').some((pod) => isOwn(pod.metadata));
  if (proxies.length === 0 && pods) return [];
  return [
    findingOf(mesh, {
      code: codes.annotationRefused,
      kind: 'invalid',
      severity: 'error',
      at: at(resource, ...metadata, 'annotations', name),
      proxies,
      message: `has annotation ${name} with a value that the injector does not take: ${JSON.stringify(value)}`,
      effect: 'the injector refuses each new pod of it, so that none starts any more.',
      fix: `write ${wanted.words}.`,
    }),
  ];
}

/** One that goes out of use; who has the label beside the annotation knows. */
function deprecated(mesh: CompiledMesh, { resource, metadata, labels }: PodSource, name: string): Finding[] {
  const instead = deprecatedAnnotations.get(name);
  if (instead === undefined || name in labels) return [];
  return [
    findingOf(mesh, {
      code: codes.deprecatedField,
      kind: 'invalid',
      severity: 'info',
      at: at(resource, ...metadata, 'annotations', name),
      proxies: [],
      message: `has annotation ${name}, which is deprecated`,
      effect: 'none yet; a later version may not have it any more.',
      fix: `write ${instead}.`,
    }),
  ];
}
