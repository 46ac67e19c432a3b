import type { Message } from '../../model/envoy.ts';

/** What a connection manager makes of a path before it routes: another path, or an answer. */
export type Normalized = { path: string } | { status: number; location?: string; details: string };

/**
 * Normalizes a path as the connection manager's settings say, in Envoy's order: escaped slashes, dot segments
 * (`normalize_path`, RFC 3986 as Chromium does it), repeated slashes (ConnectionManagerUtility::maybeNormalizePath).
 */
export function normalizePath(path: string, manager: Message): Normalized {
  if (path === '') return { path };
  if (path.includes('#')) return { status: 400, details: 'path_with_fragment' };
  const query = path.indexOf('?');
  let only = query < 0 ? path : path.slice(0, query);
  const rest = query < 0 ? '' : path.slice(query);
  const slashes = manager['path_with_escaped_slashes_action'];
  if (/%(2f|5c)/i.test(only)) {
    if (slashes === 'REJECT_REQUEST') return { status: 400, details: 'path_normalization_failed' };
    if (slashes === 'UNESCAPE_AND_REDIRECT' || slashes === 'UNESCAPE_AND_FORWARD')
      only = only.replace(/%2f/gi, '/').replace(/%5c/gi, '\\');
    if (slashes === 'UNESCAPE_AND_REDIRECT') {
      const finished = finish(only, manager);
      if (finished === undefined) return { status: 400, details: 'path_normalization_failed' };
      return { status: 307, location: finished + rest, details: 'path_normalization_failed' };
    }
  }
  const finished = finish(only, manager);
  return finished === undefined ? { status: 400, details: 'path_normalization_failed' } : { path: finished + rest };
}

function finish(path: string, manager: Message): string | undefined {
  const canonical = manager['normalize_path'] === true ? canonicalPath(path) : path;
  return canonical !== undefined && manager['merge_slashes'] === true ? mergeSlashes(canonical) : canonical;
}

/** PathUtil::mergeSlashes: a slash at each end stays, so that `//` is not changed. */
function mergeSlashes(path: string): string {
  if (!path.includes('//')) return path;
  const segments = path.split('/').filter((it) => it !== '');
  return `${path.startsWith('/') ? '/' : ''}${segments.join('/')}${path.endsWith('/') ? '/' : ''}`;
}

/**
 * Chromium's CanonicalizePath, which Envoy uses: dot segments are resolved, backslashes are slashes, escapes of unreserved
 * letters are written out, letters that a URL must not have are escaped. Undefined for a path with a NUL.
 */
function canonicalPath(path: string): string | undefined {
  if (!path.startsWith('/')) return undefined;
  if (/^(?:\/(?!\.)[A-Za-z0-9\-._~!$&'()*+,;=:@]*)*$/.test(path)) return path;
  if (/%00/.test(path)) return undefined;
  const segments: string[] = [];
  const parts = path.slice(1).split(/[/\\]/);
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    const dots = part.replace(/%2e/gi, '.');
    if (dots === '.' || dots === '..') {
      if (dots === '..') segments.pop();
      if (last) segments.push('');
    } else segments.push(canonicalSegment(part));
  }
  return `/${segments.join('/')}`;
}

function canonicalSegment(segment: string): string {
  return segment
    .replace(/%([0-9A-Fa-f]{2})/g, (escape, digits: string) => {
      const letter = String.fromCharCode(Number.parseInt(digits, 16));
      return /[A-Za-z0-9\-._~]/.test(letter) ? letter : escape;
    })
    .replace(/[ "<>^`{|}\u0000-\u001f\u007f]|[^\u0000-\u007f]+/gu, (letters) => encodeURIComponent(letters));
}
