/** Letters of a path segment in Envoy's `uri_template` matcher (source/extensions/path/uri_template_lib). */
const literal = "a-zA-Z0-9-._~%!$&'()*+,;:@=";

/**
 * The regular expression of a URI template: `*` is one segment, `**` any number of them, `{name}` a segment with a name,
 * `{name=pattern}` a pattern with one.
 */
export function templateRegex(template: string): string {
  let pattern = '';
  let rest = template;
  while (rest !== '') {
    const [variable, name, inner] = /^\{([A-Za-z][A-Za-z0-9_]*)(?:=([^{}]*))?\}/.exec(rest) ?? [];
    if (variable !== undefined) {
      pattern += `(?P<${name}>${inner === undefined ? `[${literal}]+` : templateRegex(inner)})`;
      rest = rest.slice(variable.length);
    } else if (rest.startsWith('**')) {
      pattern += `[${literal}/]*`;
      rest = rest.slice(2);
    } else if (rest.startsWith('*')) {
      pattern += `[${literal}]+`;
      rest = rest.slice(1);
    } else {
      pattern += rest.charAt(0).replace(/[$()+.]/, '\\$&');
      rest = rest.slice(1);
    }
  }
  return pattern;
}
