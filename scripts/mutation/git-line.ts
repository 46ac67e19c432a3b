import { isObject, type Path } from '../../src/model/json.ts';
import { type Resource, resourceKey } from '../../src/model/resource.ts';
import { readManifest } from '../../src/source/manifest.ts';

/** One scalar of a Git file written otherwise, found and changed as text: without help of the program's own positions. */
export interface LineMutation {
  file: string;
  line: number;
  what: string;
  /** The object that the line belongs to, and the field, found by comparing the parsed files before and after. */
  before: Resource;
  after: Resource;
  path: Path;
}

/** `key: scalar` or `- scalar`, with the scalar apart. */
const scalarLine = /^(\s*(?:- +)*(?:"[^"]+"|[\w./~-]+): +|\s*(?:- +)+)([^\s#{}[\]|>&*!][^#]*?)(\s*(?:#.*)?)$/;

const partners: Record<string, string> = {
  STRICT: 'PERMISSIVE',
  PERMISSIVE: 'STRICT',
  ISTIO_MUTUAL: 'DISABLE',
  DISABLE: 'ISTIO_MUTUAL',
  SIMPLE: 'DISABLE',
  MUTUAL: 'SIMPLE',
  ROUND_ROBIN: 'RANDOM',
  RANDOM: 'ROUND_ROBIN',
  LEAST_REQUEST: 'RANDOM',
  ALLOW: 'DENY',
  DENY: 'ALLOW',
  STATIC: 'DNS',
  DNS: 'STATIC',
  REGISTRY_ONLY: 'ALLOW_ANY',
  ALLOW_ANY: 'REGISTRY_ONLY',
};

/** Another value of the same kind, or undefined where only few words are allowed. */
function another(scalar: string): string | undefined {
  const [, quote = '', text = ''] = /^(["']?)(.*)\1$/.exec(scalar) ?? [];
  if (partners[text]) return partners[text];
  if (text === 'true' || text === 'false') return quote + (text === 'true' ? 'false' : 'true') + quote;
  if (/^\d+$/.test(text)) return `${quote}${Number(text) + 1}${quote}`;
  const duration = /^(\d+)(ms|s|m|h)$/.exec(text);
  if (duration) return `${quote}${Number(duration[1]) + 1}${duration[2]}${quote}`;
  if (/^[A-Z][A-Za-z0-9_]*$/.test(text) || text.includes(': ')) return undefined;
  return `${quote}${text}x${quote}`;
}

/**
 * Changes the scalar of a line.
 *
 * @returns undefined where the line holds none that can be changed, or more than one field of one object's `spec` changes
 */
export function mutateLine(file: string, text: string, line: number): LineMutation | undefined {
  const lines = text.split('\n');
  const [, head, scalar, tail] = scalarLine.exec(lines[line - 1] ?? '') ?? [];
  if (head === undefined || scalar === undefined) return undefined;
  const changed = another(scalar);
  if (changed === undefined) return undefined;
  const parsed = (content: string) => readManifest(file, content, { namespace: 'default' }).resources;
  const before = parsed(text);
  const after = parsed(lines.with(line - 1, `${head}${changed}${tail ?? ''}`).join('\n'));
  if (before.length !== after.length) return undefined;
  for (const [index, old] of before.entries()) {
    const now = after[index];
    if (!now || resourceKey(now) !== resourceKey(old)) return undefined;
    const path = changedAt(old.object, now.object, []);
    if (!path) continue;
    return path[0] === 'spec'
      ? { file, line, what: `${scalar} became ${changed}`, before: old, after: now, path }
      : undefined;
  }
  return undefined;
}

/** The way to the one scalar that differs. */
function changedAt(a: unknown, b: unknown, path: Path): Path | undefined {
  if (Array.isArray(a) ? Array.isArray(b) : isObject(a) && isObject(b)) {
    for (const key of Object.keys(a as object)) {
      const step = Array.isArray(a) ? Number(key) : key;
      const found = changedAt((a as never)[key], (b as never)[key], [...path, step]);
      if (found) return found;
    }
    return undefined;
  }
  return a === b ? undefined : path;
}
