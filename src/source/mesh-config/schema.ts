/** The part of JSON Schema that the project file's schema uses; `validate` knows these words and no others. */
export interface Schema {
  type: 'object' | 'array' | 'string' | 'boolean';
  description?: string;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  /** False: no other keys; a schema: what other keys must hold. */
  additionalProperties?: false | Schema;
  items?: Schema;
  enum?: readonly string[];
  const?: string;
  pattern?: string;
  format?: 'date';
  minItems?: number;
}

/** Value of the project file's `version`. */
const meshConfigVersion = 'mesh-config/v1';

const text = (description: string): Schema => ({ type: 'string', description, pattern: '\\S' });
const list = (description: string, items: Schema): Schema => ({ type: 'array', description, items });
const object = (description: string, properties: Record<string, Schema>, required: readonly string[] = []): Schema => ({
  type: 'object',
  description,
  properties,
  required,
  additionalProperties: false,
});

const release = object(
  'A release rendered with helm template.',
  {
    chart: text('Directory of the chart, from the root of the repository.'),
    release: text("Name of the release. Default: the name of the chart's directory."),
    namespace: text('Namespace of the release. Default: the default namespace.'),
    values: list('Values files, from the root of the repository; later ones win.', text('A values file.')),
  },
  ['chart'],
);

const ownership = object('Which live objects Git answers for. What it does not answer for is never called unmanaged.', {
  namespaces: list(
    'Namespaces, * as a wildcard, ! before a name excludes it. Default: all.',
    text('A namespace or pattern.'),
  ),
  selector: text("Label selector as of kubectl's -l. Default: all."),
  kinds: list(
    'Kinds, or API groups as networking.istio.io/*; ! excludes. Default: all of Istio and the Gateway API.',
    text('A kind or group/kind.'),
  ),
});

const ignore = object(
  'Differences that are meant.',
  {
    resource: text('Kind and namespace/name, * as a wildcard: VirtualService shop/*.'),
    field: text('Path, * for any index or key: spec.http[*].route[*].weight; it covers what is below. Default: all.'),
    codes: list('Codes of findings. Default: all.', text('A code: MESH0001.')),
    reason: text('Say why it is meant; reports show it.'),
    expires: { type: 'string', format: 'date', description: 'Last day on which the rule counts: 2030-12-31.' },
  },
  ['resource', 'reason'],
);

/** The schema of `.mesh.yaml`; docs/schema/mesh-config.schema.json is its printed form. */
export const meshConfigSchema: Schema = object(
  'Settings of kubectl mesh for one repository.',
  {
    version: { type: 'string', const: meshConfigVersion, description: 'Version of this format.' },
    paths: list('Directories and files to read. Default: the whole repository.', text('From the root.')),
    namespace: text('Namespace of objects that name none. Default: default.'),
    kustomize: list(
      'Kustomize directories to render. Default: those that no other one builds upon; [] renders none.',
      text('From the root.'),
    ),
    remoteBases: {
      type: 'boolean',
      description: 'Whether Kustomize may fetch bases from the network. Default: false.',
    },
    helm: list('Helm releases to render.', release),
    ownership,
    ignore: list('Differences that are meant.', ignore),
    severities: {
      type: 'object',
      description: 'Severity of findings by code: MESH0001: warning.',
      additionalProperties: { type: 'string', enum: ['error', 'warning', 'info', 'off'] },
    },
    failOn: {
      type: 'string',
      enum: ['error', 'warning', 'info', 'never'],
      description: 'Least severity that gives exit code 1. Default: warning.',
    },
  },
  ['version'],
);
