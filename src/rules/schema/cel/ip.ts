import ipaddr from 'ipaddr.js';

const part = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const fourParts = new RegExp(`^${part}(?:\\.${part}){3}$`);
const range = /^(.+)\/(0|[1-9]\d{0,2})$/;

/** Whether a text is an IPv4 address as Go reads it: four decimal parts without leading zeros. */
export function isIp4(text: string): boolean {
  return fourParts.test(text);
}

/** Whether a text is an IPv6 address without a zone. */
export function isIp6(text: string): boolean {
  return text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text);
}

/** `isIP` of Kubernetes' CEL: an IPv4 address, or an IPv6 one that has neither a zone nor an IPv4 address in it. */
export function isIp(text: string): boolean {
  return isIp4(text) || (isIp6(text) && !ipaddr.IPv6.parse(text).isIPv4MappedAddress());
}

/** `isCIDR` of Kubernetes' CEL. */
export function isCidr(text: string): boolean {
  const [, address = '', length] = range.exec(text) ?? [];
  return isIp(address) && Number(length) <= (isIp4(address) ? 32 : 128);
}
