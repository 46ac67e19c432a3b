import type { FieldDifference } from '../../compare/object/difference.ts';
import { codes } from '../../model/codes.ts';
import type { Finding } from '../../model/finding.ts';
import { formatPath, type Path } from '../../model/json.ts';
import type { Proxy } from '../../model/proxy.ts';
import { type Resource, resourceKey, resourceName } from '../../model/resource.ts';
import type { Whereabouts } from '../../source/whereabouts.ts';
import type { Conventions } from './conventions/index.ts';
import { leftAlone } from './conventions/left-alone.ts';
import { type Effect, type EffectOracle, evidenceOf } from './effect.ts';
import { effectOfField, shown } from './effects-wording.ts';
import { controllerOf } from './managers.ts';
import type { ObjectDrift } from './objects.ts';
import { applied, asWritten, withField } from './overlay.ts';

/** Who says what a change of an object does. */
export type Effects = Pick<EffectOracle, 'change'>;

/** Beyond so many differing fields of one object each field is given the effect of the whole object. */
const mostFieldsAlone = 20;

/**
 * Findings of one object in which Git and the API server disagree; none where the difference is one of spelling.
 *
 * @param conventions what the tool that applies Git leaves as it is
 */
export async function gitDriftFindings(
  drift: ObjectDrift,
  oracle: Effects,
  places: ReadonlyMap<string, Whereabouts> = new Map(),
  conventions?: Conventions,
): Promise<Finding[]> {
  if (drift.kind === 'not-applied')
    return [leftAlone(await notApplied(drift.git, drift.twin, oracle), conventions?.ofObject(drift.git, 'git'))];
  if (drift.kind === 'changed') return changed(drift.git, drift.live, drift.differences, oracle, conventions);
  const found = await unmanaged(drift.live, drift.twin, oracle, places.get(resourceKey(drift.live)));
  return [leftAlone(found, conventions?.ofObject(drift.live, 'live'))];
}

async function notApplied(git: Resource, twin: Resource | undefined, oracle: Effects): Promise<Finding> {
  const effect = await oracle.change(undefined, applied(git, undefined));
  const name = resourceName(git);
  const shared = finding(effect, { resource: name, location: git.locate([]), expected: 'present', live: 'absent' });
  if (!twin) {
    return {
      ...shared,
      code: codes.notApplied,
      severity: effect.proxies.length > 0 || effect.unknown ? 'error' : 'warning',
      message: `${name} is in Git and not in the cluster`,
      effect: effectIn(
        effect,
        'nothing of what it says is in force.',
        'none: no proxy would change if it were applied.',
      ),
      fix: `apply ${git.locate([])?.file ?? 'it'}, or remove it from Git.`,
    };
  }
  return {
    ...shared,
    code: codes.wrongNamespace,
    field: 'metadata.namespace',
    location: git.locate(['metadata', 'namespace']),
    // What the live object does is told with that object, which Git does not hold.
    proxies: [],
    expected: git.metadata.namespace,
    live: `absent (${resourceName(twin)} has the same spec)`,
    message: `${name} is in Git in namespace ${git.metadata.namespace}; the cluster has the same object in ${twin.metadata.namespace}`,
    effect: `applying Git would leave ${resourceName(twin)} unmanaged and create a second object.`,
    fix: `write namespace ${twin.metadata.namespace} in ${git.locate([])?.file ?? 'Git'}.`,
    related: [{ message: `${resourceName(twin)} is live and not in Git`, resource: resourceName(twin) }],
  };
}

async function unmanaged(
  live: Resource,
  twin: Resource | undefined,
  oracle: Effects,
  place: Whereabouts | undefined,
): Promise<Finding> {
  const effect = await oracle.change(live, undefined);
  const name = resourceName(live);
  return {
    ...finding(effect, { resource: name, location: undefined, expected: 'absent', live: 'present' }),
    code: codes.unmanaged,
    severity: 'warning',
    message: `${name} is in the cluster and not in Git${wordsOf(place)}`,
    effect: effectIn(
      effect,
      'what it says is in force, and no review of Git shows it.',
      'none: no proxy holds anything of it.',
    ),
    fix: twin ? `move ${resourceName(twin)} of Git to namespace ${live.metadata.namespace}.` : fixOf(place),
    related: twin
      ? [{ message: `Git has it as ${resourceName(twin)}`, location: twin.locate([]), resource: resourceName(twin) }]
      : [],
  };
}

async function changed(
  git: Resource,
  live: Resource,
  differences: readonly FieldDifference[],
  oracle: Effects,
  conventions: Conventions | undefined,
): Promise<Finding[]> {
  const whole = await oracle.change(live, asWritten(git, live));
  const effectOf = async (difference: FieldDifference): Promise<Effect> => {
    if (whole.proxies.length === 0) return whole;
    if (differences.length === 1 || differences.length > mostFieldsAlone) return whole;
    return oracle.change(live, withField(live, difference), whole.proxies);
  };
  const found: Finding[] = [];
  for (const difference of differences) {
    const effect = await effectOf(difference);
    if (difference.weak && effect.proxies.length === 0) continue;
    found.push(leftAlone(fieldFinding(git, live, difference, effect), conventions?.ofField(git, live, difference)));
  }
  // Fields that do nothing alone may do something together (a list reordered and shortened): then the object as a whole is named.
  if (found.length === 0 && whole.proxies.length > 0) {
    const first = differences[0];
    const left = conventions && differences.map((it) => conventions.ofField(git, live, it));
    if (first) return [leftAlone(fieldFinding(git, live, first, whole), left?.every((it) => it) ? left[0] : undefined)];
  }
  return found;
}

function fieldFinding(git: Resource, live: Resource, difference: FieldDifference, effect: Effect): Finding {
  const name = resourceName(git);
  const path = difference.kind === 'extra' ? difference.livePath : difference.path;
  const field = formatPath(path);
  // Which of its fields a thing has is what differs.
  const subject = difference.kind === 'switched' ? formatPath(path.slice(0, -1)) : field;
  const owner = controllerOf(live, difference.livePath);
  const file = git.locate([])?.file ?? 'Git';
  const stray = path[0] === 'metadata' && difference.expected === undefined;
  const item = (value: unknown): unknown => value ?? (difference.kind === 'changed' ? null : 'absent');
  return {
    ...finding(effect, {
      resource: name,
      location: git.locate(placeToEdit(difference)),
      expected: item(difference.expected),
      live: item(difference.live),
    }),
    code: owner ? codes.controllerOwned : codes.fieldDrift,
    severity: owner ? 'info' : effect.proxies.length > 0 ? 'error' : 'warning',
    field,
    message: owner
      ? `${name} ${subject} is ${shown(difference.live)}, in Git ${shown(difference.expected)}: field manager ${owner} owns it`
      : `${name} ${subject} is ${shown(item(difference.live))} in the cluster and ${shown(item(difference.expected))} in Git`,
    effect: effectIn(effect, effectOfField(difference, git), 'none yet: no proxy holds anything else because of it.'),
    fix: owner
      ? `none; wait until ${owner} is done.`
      : stray
        ? 'remove it from the live object, for applying Git may leave it there, or commit it if it was meant.'
        : `apply ${file}, or commit the live value if the change was meant.`,
  };
}

function effectIn(effect: Effect, some: string, none: string): string {
  if (effect.unknown) return 'not known: the run was stopped before it was computed.';
  return effect.proxies.length > 0 ? some : none;
}

/** Where a person would put it right: the list that has an item too many, the first item that stands elsewhere. */
function placeToEdit({ kind, path, expected, live }: FieldDifference): Path {
  if (kind === 'extra') return path.slice(0, -1);
  if (kind !== 'reordered' || !Array.isArray(expected) || !Array.isArray(live)) return path;
  const first = expected.findIndex((item, index) => item !== live[index]);
  return [...path, Math.max(0, first)];
}

function finding(
  effect: Effect,
  what: Pick<Finding, 'resource' | 'location' | 'expected' | 'live'>,
): Omit<Finding, 'code' | 'message' | 'effect' | 'fix'> {
  const ids = effect.proxies.map((proxy: Proxy) => proxy.id).sort();
  return {
    kind: 'drift',
    severity: 'error',
    field: '',
    ...what,
    proxies: ids,
    layer: 'git-api',
    related: [],
    evidence: evidenceOf(effect.proxies[0], effect.differences),
  };
}

/** Whether Git ever had an unmanaged object: one that was dropped wants deleting, one that never was there committing. */
function wordsOf(place: Whereabouts | undefined): string {
  if (place?.kind === 'dropped')
    return `: commit ${place.commit.slice(0, 12)} of ${place.date.slice(0, 10)} removed it`;
  if (place?.kind === 'elsewhere')
    return `'s paths that were read, but at ${place.location.file}:${place.location.line}`;
  return '';
}

function fixOf(place: Whereabouts | undefined): string {
  if (place?.kind === 'dropped') return 'delete it from the cluster, as Git did, or bring it back.';
  if (place?.kind === 'elsewhere') return `add ${place.location.file} to the paths that are compared.`;
  return 'commit it, or delete it from the cluster.';
}
