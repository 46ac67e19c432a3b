import { isCidr, isIpAddress } from './addresses.ts';
import type { Place } from './place.ts';

/** `CheckEmptyValues`. */
export function wantFilled(list: Place): void {
  for (const item of list.items) if (item.text === '') item.refuse('is empty', 'write a value, or drop it.');
}

/** `ValidateIPs`. */
export function wantAddresses(list: Place): void {
  for (const item of list.items)
    if (item.text !== '' && !(item.text.includes('/') ? isCidr(item.text) : isIpAddress(item.text)))
      item.refuse(
        `is ${JSON.stringify(item.text)}, which is no IP address or block of them`,
        'write such as 10.0.0.0/8.',
      );
}

/** `ValidatePorts`. */
export function wantPorts(list: Place): void {
  for (const item of list.items)
    if (item.text !== '' && (!/^\d+$/.test(item.text) || Number(item.text) > 65535))
      item.refuse(`is ${JSON.stringify(item.text)}, which is no port`, 'write a number up to 65535.');
}

/** `CheckServiceAccount`. */
export function wantAccounts(list: Place): void {
  if (list.items.length > 16) list.refuse('has more than 16 accounts', 'spread them over several rules.');
  for (const item of list.items)
    if (item.text.length > 320 || !/^[^/*]+(?:\/[^/*]+)?$/.test(item.text))
      item.refuse(
        `is ${JSON.stringify(item.text)}, which is no service account`,
        'write NAME or NAMESPACE/NAME, without *.',
      );
}

/** `CheckWildcardValues`, `CheckTrustDomainValues`. */
export function wantTrustDomains(list: Place, isField: boolean): void {
  for (const item of list.items)
    if (item.text === '' || !/^\*?[^*]*$|^[^*]*\*$/.test(item.text) || (isField && item.text.includes('/')))
      item.refuse(
        `is ${JSON.stringify(item.text)}, which is no trust domain`,
        'write * at one end at most, and no slash.',
      );
}

/** `CheckValidPathTemplate`. */
export function wantPaths(list: Place): void {
  for (const item of list.items) {
    const fault = templateFault(item.text);
    if (fault)
      item.refuse(`is ${JSON.stringify(item.text)}: ${fault}`, 'write {*} for one part, or {**} as the last one.');
  }
}

function templateFault(path: string): string | undefined {
  const isTemplate = path.includes('{*}') || path.includes('{**}');
  let ended = false;
  // The look behind keeps a long run of slashes inside from being tried from each of them.
  for (const part of path.replace(/^\/+|(?<!\/)\/+$/g, '').split('/')) {
    const isOperator = part === '{*}' || part === '{**}';
    if (isOperator && ended) return '{**} is not its last operator';
    ended ||= part === '{**}';
    if (isOperator) continue;
    if (/[{}]/.test(part)) return `${part} has braces that stand for nothing`;
    if (isTemplate && !/^[a-zA-Z0-9\-._~%!$&'()+,;:@=]+$/.test(part))
      return `${JSON.stringify(part)} cannot be part of a path`;
  }
  return undefined;
}

/** Whether the key of a condition has the form `a[b]` (`validateMapKey`). */
export function isAttributeWithKey(key: string): boolean {
  const open = key.indexOf('[');
  return key.endsWith(']') && open > 0 && open < key.length - 2;
}
