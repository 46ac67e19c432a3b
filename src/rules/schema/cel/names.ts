const label = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const dns1035 = '[a-z](?:[-a-z0-9]*[a-z0-9])?';
const qualified = '(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

/** Whether a text is a name of a form, no longer than it may be; of a prefix, with `-` at its end. */
function name(form: string, most: number, prefix = false): (text: string) => boolean {
  const whole = new RegExp(`^(?:${form})$`);
  return (text) => text.length <= most && whole.test(prefix ? text.replace(/-$/, 'a') : text);
}

const subdomain = `${label}(?:\\.${label})*`;
const isSubdomain = name(subdomain, 253);
const isQualifiedPart = name(qualified, 63);

/** Named formats of Kubernetes' CEL (`format.dns1123Label()`), as far as they are about names. */
export const nameFormats: Readonly<Record<string, (text: string) => boolean>> = {
  dns1123Label: name(label, 63),
  dns1123Subdomain: isSubdomain,
  dns1035Label: name(dns1035, 63),
  dns1123LabelPrefix: name(label, 63, true),
  dns1123SubdomainPrefix: name(subdomain, 253, true),
  dns1035LabelPrefix: name(dns1035, 63, true),
  labelValue: (text) => text === '' || isQualifiedPart(text),
  qualifiedName: (text) => {
    const parts = text.split('/');
    return (
      parts.length <= 2 && (parts.length === 1 || isSubdomain(parts[0] ?? '')) && isQualifiedPart(parts.at(-1) ?? '')
    );
  },
};
