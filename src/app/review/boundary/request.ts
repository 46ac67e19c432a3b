/** A request at the boundary of a matcher: on it, just inside, just outside. */
export interface BoundaryRequest {
  method: string;
  /** With its query. */
  path: string;
  /** `name: value` lines. */
  headers: string[];
  /** Another authority than that of the virtual host's domain. */
  authority?: string;
}

/** What a request has by the things that matchers look at: `path`, `header NAME`, `query NAME`; undefined: it has it not. */
export type Parts = ReadonlyMap<string, string | undefined>;

/** The request of such parts. */
export function requestOf(parts: Parts): BoundaryRequest {
  const headers: string[] = [];
  const query: string[] = [];
  let authority: string | undefined;
  for (const [part, value] of parts) {
    const [kind, name = ''] = part.split(/ (.*)/s);
    if (value === undefined || kind === 'path') continue;
    if (kind === 'query') query.push(value === '' ? name : `${name}=${value}`);
    else if (name === ':authority') authority = value;
    else if (!name.startsWith(':')) headers.push(`${name}: ${value}`);
  }
  return {
    method: parts.get('header :method') ?? 'GET',
    path: `${parts.get('path') ?? '/'}${query.length > 0 ? `?${query.join('&')}` : ''}`,
    headers: headers.sort(),
    ...(authority === undefined ? {} : { authority }),
  };
}
