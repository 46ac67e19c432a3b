import { isObject, type JsonObject, objects, type Path } from '../../../model/json.ts';
import type { Diagnostic } from '../../../model/report.ts';
import type { Location, Resource } from '../../../model/resource.ts';
import { resourceName } from '../../../model/resource.ts';
import { wildcard } from '../../../source/mesh-config/pattern.ts';
import { parseYaml } from '../../../source/yaml/parse.ts';
import { type JqPath, parseJqPath } from './jq-path.ts';

/** One entry of `ignoreDifferences`. */
export interface ArgoRule {
  /** `Application argocd/shop`, `ConfigMap argocd/argocd-cm`. */
  from: string;
  location: Location | undefined;
  holds(resource: Resource): boolean;
  /** Of `jsonPointers` and `jqPathExpressions`. */
  paths: JqPath[];
  /** Field managers whose fields are left alone. */
  managers: string[];
}

/** An Application: what it deploys, and what differences it leaves alone. */
export interface ArgoApplication {
  name: string;
  namespace: string;
  location: Location | undefined;
  /** Directories of Git that it deploys. */
  paths: string[];
  rules: ArgoRule[];
}

export interface ArgoSettings {
  applications: ArgoApplication[];
  /** Of `argocd-cm`: for all that Argo CD deploys. */
  system: ArgoRule[];
  diagnostics: Diagnostic[];
}

/** Reads Applications and `argocd-cm` among objects; what of them cannot be evaluated is said. */
export function readArgo(resources: readonly Resource[]): ArgoSettings {
  const settings: ArgoSettings = { applications: [], system: [], diagnostics: [] };
  for (const resource of resources) {
    if (resource.group === 'argoproj.io' && resource.kind === 'Application')
      settings.applications.push(applicationOf(resource, settings.diagnostics));
    if (resource.group === '' && resource.kind === 'ConfigMap' && resource.metadata.name === 'argocd-cm')
      settings.system.push(...customizations(resource, settings.diagnostics));
  }
  return settings;
}

function applicationOf(resource: Resource, diagnostics: Diagnostic[]): ArgoApplication {
  const { spec, metadata } = resource;
  const sources = [...objects([spec['source']]), ...objects(spec['sources'])];
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    location: resource.locate([]),
    paths: sources.flatMap((it) => (typeof it['path'] === 'string' ? [it['path'].replace(/^\.\/|\/$/g, '')] : [])),
    rules: objects(spec['ignoreDifferences']).map((entry, index) =>
      ruleOf(resource, entry, ['spec', 'ignoreDifferences', index], diagnostics),
    ),
  };
}

const perKind = /^resource\.customizations\.ignoreDifferences\.(.+)$/;

/** `resource.customizations.ignoreDifferences.GROUP_KIND` (or `all`), and the older `resource.customizations`. */
function customizations(resource: Resource, diagnostics: Diagnostic[]): ArgoRule[] {
  const data = isObject(resource.object['data']) ? resource.object['data'] : {};
  return Object.entries(data).flatMap(([key, text]) => {
    const value = valueOf(text);
    const name = perKind.exec(key)?.[1];
    if (name !== undefined) return [ruleOf(resource, { ...value, ...kindOf(name, '_') }, ['data', key], diagnostics)];
    if (key !== 'resource.customizations') return [];
    return Object.entries(value).flatMap(([kind, settings]) => {
      const inner = isObject(settings) ? valueOf(settings['ignoreDifferences']) : {};
      return [ruleOf(resource, { ...inner, ...kindOf(kind, '/') }, ['data', key], diagnostics)];
    });
  });
}

function valueOf(text: unknown): JsonObject {
  const value = typeof text === 'string' ? parseYaml(text).documents[0]?.value : text;
  return isObject(value) ? (value as JsonObject) : {};
}

function kindOf(name: string, separator: string): { group: string; kind: string } {
  if (name === 'all') return { group: '*', kind: '*' };
  const at = name.lastIndexOf(separator);
  return { group: at < 0 ? '' : name.slice(0, at), kind: name.slice(at + 1) };
}

function ruleOf(resource: Resource, entry: JsonObject, at: Path, diagnostics: Diagnostic[]): ArgoRule {
  const text = (key: string): string => (typeof entry[key] === 'string' ? (entry[key] as string) : '');
  const [group, kind, name, namespace] = [text('group'), text('kind'), text('name'), text('namespace')];
  const paths: JqPath[] = texts(entry['jsonPointers']).map(pointer);
  for (const expression of texts(entry['jqPathExpressions'])) {
    const path = parseJqPath(expression);
    if (path) paths.push(path);
    else
      diagnostics.push({
        severity: 'info',
        message: `${resourceName(resource)} leaves ${expression} to Argo CD, an expression of jq that is not evaluated here: differences at these places are told as any other`,
        ...(resource.locate(at) ? { location: resource.locate(at) } : {}),
      });
  }
  return {
    from: resourceName(resource),
    location: resource.locate(at),
    holds: (object) =>
      wildcard(group).test(object.group) &&
      wildcard(kind).test(object.kind) &&
      // Argo CD knows wildcards in groups and kinds alone.
      (name === '' || name === object.metadata.name) &&
      (namespace === '' || namespace === object.metadata.namespace),
    paths,
    managers: texts(entry['managedFieldsManagers']),
  };
}

/** A JSON pointer (RFC 6901) as steps. */
export function pointer(text: string): JqPath {
  const steps = text.split('/').slice(1);
  return steps.map((step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    return /^(0|[1-9]\d*)$/.test(name) ? Number(name) : name;
  });
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
