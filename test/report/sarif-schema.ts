/**
 * What SARIF 2.1.0 (OASIS, sections 3.13 to 3.58) demands of the objects that the reporter writes: required properties,
 * types, enumerations, and no property that the standard has not got.
 */
const message = object({ text: { type: 'string', minLength: 1 } }, ['text']);
const multiformat = object({ text: { type: 'string' }, markdown: { type: 'string' } }, ['text']);
const artifactLocation = object({
  uri: { type: 'string', pattern: "^[A-Za-z0-9._~!$&'()*+,;=@%/-]*$" },
  uriBaseId: { type: 'string' },
  description: message,
});
const region = object({ startLine: { type: 'integer', minimum: 1 }, startColumn: { type: 'integer', minimum: 1 } });
const physicalLocation = object({ artifactLocation, region }, ['artifactLocation']);
const level = { enum: ['none', 'note', 'warning', 'error'] };
const logicalLocation = object({ fullyQualifiedName: { type: 'string' }, kind: { type: 'string' } });

const rule = object(
  {
    id: { type: 'string' },
    name: { type: 'string' },
    shortDescription: multiformat,
    fullDescription: multiformat,
    help: multiformat,
    helpUri: { type: 'string', pattern: '^https://' },
  },
  ['id'],
);

const suppression = object(
  {
    kind: { enum: ['inSource', 'external'] },
    status: { enum: ['accepted', 'underReview', 'rejected'] },
    justification: { type: 'string' },
    location: object({ physicalLocation }),
  },
  ['kind'],
);

const result = object(
  {
    ruleId: { type: 'string' },
    ruleIndex: { type: 'integer', minimum: 0 },
    level,
    message,
    locations: list(object({ physicalLocation, logicalLocations: list(logicalLocation) })),
    relatedLocations: list(object({ id: { type: 'integer', minimum: 0 }, message, physicalLocation })),
    partialFingerprints: { type: 'object', additionalProperties: { type: 'string' } },
    baselineState: { enum: ['new', 'unchanged', 'updated', 'absent'] },
    suppressions: list(suppression),
    properties: { type: 'object' },
  },
  ['message'],
);

const run = object(
  {
    tool: object(
      {
        driver: object(
          {
            name: { type: 'string' },
            semanticVersion: { type: 'string' },
            informationUri: { type: 'string', pattern: '^https://' },
            rules: list(rule),
          },
          ['name'],
        ),
      },
      ['driver'],
    ),
    automationDetails: object({ id: { type: 'string' } }),
    columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
    originalUriBaseIds: { type: 'object', additionalProperties: artifactLocation },
    invocations: list(
      object(
        {
          executionSuccessful: { type: 'boolean' },
          toolExecutionNotifications: list(object({ level, message }, ['message'])),
        },
        ['executionSuccessful'],
      ),
    ),
    results: list(result),
  },
  ['tool'],
);

export const sarifSchema = object({ $schema: { type: 'string' }, version: { const: '2.1.0' }, runs: list(run) }, [
  'version',
  'runs',
]);

function object(properties: Record<string, object>, required: string[] = []): object {
  return { type: 'object', properties, required, additionalProperties: false };
}

function list(items: object): object {
  return { type: 'array', items };
}
