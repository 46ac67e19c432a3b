import { withAdvice } from '../../model/advice.ts';
import type { Severity } from '../../model/finding.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Location } from '../../model/resource.ts';
import { SourceError } from '../diagnostic.ts';
import { locateIn } from '../locate.ts';
import { LineIndex } from '../text.ts';
import { parseYaml } from '../yaml/parse.ts';
import { unknownCodes } from './codes.ts';
import { meshConfigSchema } from './schema.ts';
import { validate } from './validate.ts';

export interface HelmRelease {
  chart: string;
  release?: string;
  namespace?: string;
  values?: string[];
}

export interface OwnershipRules {
  namespaces?: string[];
  selector?: string;
  kinds?: string[];
}

export interface IgnoreRule {
  resource: string;
  field?: string;
  /** Codes of findings; none: all. */
  codes?: string[];
  reason: string;
  expires?: string;
  location?: Location;
}

/** The project file `.mesh.yaml` (docs/schema/mesh-config.schema.json). */
export interface MeshConfigFile {
  paths?: string[];
  namespace?: string;
  kustomize?: string[];
  remoteBases?: boolean;
  helm?: HelmRelease[];
  ownership?: OwnershipRules;
  ignore?: IgnoreRule[];
  severities?: Record<string, Severity | 'off'>;
  failOn?: 'error' | 'warning' | 'info' | 'never';
}

/**
 * Reads the project file.
 *
 * @throws SourceError with file and line for broken YAML and for settings that are unknown or of the wrong type
 */
export function readMeshConfig(file: string, text: string): MeshConfigFile {
  const lines = new LineIndex(text);
  const { documents, errors } = parseYaml(text);
  const place = (location: Location): string => `${location.file}:${location.line}:${location.column}`;
  for (const { message, offset } of errors) {
    const location = { file, ...lines.at(offset) };
    throw new SourceError(`${place(location)}: broken YAML: ${message}`, 'correct the project file', location);
  }
  const [document] = documents;
  const at = locateIn(file, lines, () => document?.place() ?? { at: 0 });
  const value = withOff(document?.value ?? null);
  const violations = [...validate(value, meshConfigSchema), ...unknownCodes(value)].map((violation) => ({
    ...violation,
    location: at(violation.path),
  }));
  for (const { key, second } of document?.duplicates ?? [])
    violations.push({
      path: [],
      message: `${key} stands twice`,
      fix: 'delete one of them',
      location: { file, ...lines.at(second) },
    });
  if (violations.length > 0) {
    const [first] = violations;
    const told = violations.map((it) => ({ ...it, message: `${place(it.location)}: ${it.message}` }));
    if (told.length === 1) throw new SourceError(told[0]?.message ?? '', first?.fix ?? '', first?.location);
    // Each with its own advice, a line each.
    const lines = told.map(({ message, fix }) => withAdvice(message, fix));
    throw new SourceError(lines.join('\n'), '', first?.location);
  }
  const { version: _, ...config } = value as unknown as MeshConfigFile & { version: string };
  return { ...config, ignore: config.ignore?.map((rule, index) => ({ ...rule, location: at(['ignore', index]) })) };
}

/** `off` without quotes is `false` as Kubernetes reads YAML; as a severity it means the word. */
function withOff(value: Json): Json {
  const severities = isObject(value) ? value['severities'] : undefined;
  if (!isObject(value) || !isObject(severities)) return value;
  const worded = Object.entries(severities).map(([code, severity]) => [code, severity === false ? 'off' : severity]);
  return { ...(value as JsonObject), severities: Object.fromEntries(worded) as JsonObject };
}
