import type { Place } from './place.ts';

const byte = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const four = new RegExp(`^${byte}(?:\\.${byte}){3}$`);

/** Whether a text is an address as Go's `netip.ParseAddr` reads it: no leading zeros, a zone for IPv6 only. */
export function isIpAddress(text: string): boolean {
  if (!text.includes(':')) return four.test(text);
  const percent = text.indexOf('%');
  return isSix(percent < 0 ? text : text.slice(0, percent)) && percent !== text.length - 1;
}

/** Whether a text is a block such as 10.0.0.0/8 (`netip.ParsePrefix`). */
export function isCidr(text: string): boolean {
  const slash = text.lastIndexOf('/');
  const address = text.slice(0, Math.max(slash, 0));
  const bits = text.slice(slash + 1);
  if (slash < 0 || address.includes('%') || !isIpAddress(address) || !/^(?:0|[1-9]\d{0,2})$/.test(bits)) return false;
  return Number(bits) <= (address.includes(':') ? 128 : 32);
}

function isSix(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1)?.at(-1) ?? '';
  const all = groups.flat();
  const words = last.includes('.') ? all.slice(0, -1) : all;
  if (last.includes('.') && !four.test(last)) return false;
  if (!words.every((word) => /^[0-9a-fA-F]{1,4}$/.test(word))) return false;
  const count = words.length + (last.includes('.') ? 2 : 0);
  return halves.length === 2 ? count < 8 : count === 8;
}

/** Refuses a place whose text is neither an address nor, where allowed, a block (`ValidateIPAddress`, `ValidateIPSubnet`). */
export function wantAddress(place: Place, orBlock = false): void {
  const { text } = place;
  if (orBlock && text.includes('/') ? isCidr(text) : isIpAddress(text)) return;
  place.refuse(
    `is ${JSON.stringify(text)}, which is no IP address${orBlock ? ' or block of them' : ''}`,
    orBlock ? 'write an address such as 10.1.2.3, or a block such as 10.1.0.0/16.' : 'write an IP address.',
  );
}

/** Refuses a place that is no number of a port (`ValidatePort`). */
export function wantPort(place: Place): void {
  const { number } = place;
  if (!Number.isInteger(number) || number < 1 || number > 65535)
    place.refuse(place.isSet ? `is ${number}, which is no port` : 'is missing', 'write a number from 1 to 65535.');
}

const unix = 'unix://';

/** The path of a Unix domain socket's address; undefined where the text is none. */
export function socketPath(text: string): string | undefined {
  return text.startsWith(unix) ? text.slice(unix.length) : undefined;
}

/** Refuses the path of a socket that is not absolute (`ValidateUnixAddress`); `@` begins an abstract one. */
export function wantSocket(place: Place, path: string): void {
  if (path.startsWith('@') || (path.startsWith('/') && !path.endsWith('/'))) return;
  place.refuse(`has ${JSON.stringify(path)} as the path of a socket`, 'write unix:// and an absolute path of a file.');
}
