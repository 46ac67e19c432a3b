import type { Message } from '../../../model/envoy.ts';
import { conditionsOf } from './conditions.ts';
import { requestIn } from './region.ts';
import type { Parts } from './request.ts';

/** A domain of a virtual host as matches that take the authorities under it: in small letters first, then in any. */
export function underDomain(domain: string): Message[] {
  const plain = domain
    .toLowerCase()
    .replace(/:\*$/, ':80')
    .replace(/[\\^$.+?()[\]{}|]/g, '\\$&');
  const anyCase = plain.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
  return [plain.replace('*', '[a-z0-9]+'), anyCase.replace('*', '[A-Za-z0-9]+')].map((regex) => ({
    prefix: '/',
    headers: [{ name: ':authority', string_match: { safe_regex: { regex } } }],
  }));
}

/**
 * As `requestIn`; where a match looks at the authority, one that stays in the virtual host is looked for first.
 *
 * @param domains matches that take the authorities of the virtual host
 */
export function requestUnder(
  domains: readonly Message[],
  inside: readonly Message[],
  before: readonly Message[],
): Parts | undefined {
  if ([...inside, ...before].some((it) => conditionsOf(it).has('header :authority')))
    for (const domain of domains) {
      const found = requestIn([...inside, domain], before);
      if (found) return found;
    }
  return requestIn(inside, before);
}
