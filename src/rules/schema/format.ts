import { isIp4, isIp6 } from './cel/ip.ts';

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;
const leadingZeros = /(^|\.)0+(?=\d)/g;

const formats: Readonly<Record<string, (text: string) => boolean>> = {
  byte: (text) => base64.test(text),
  ipv4: (text) => isIp4(text.replace(leadingZeros, '$1')) || (isIp6(text) && text.includes('.')),
  ipv6: isIp6,
};

/** Whether a text has a format (kube-openapi, `strfmt`); of formats that no mesh definition uses, all have it. */
export function hasFormat(name: string, text: string): boolean {
  return !Object.hasOwn(formats, name) || (formats[name]?.(text) ?? true);
}
