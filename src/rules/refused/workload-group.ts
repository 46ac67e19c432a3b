import { wantPort } from './addresses.ts';
import { wantLabels } from './labels.ts';
import type { Place } from './place.ts';
import type { Judge } from './types.ts';
import { wantNoneNegative } from './values.ts';

/** `ValidateWorkloadGroup`. */
export const workloadGroup: Judge = ({ spec }) => {
  if (!spec.has('template')) spec.refuse('has no template', 'write one, if only {}.');
  wantLabels(spec.at('metadata').at('labels'));
  const probe = spec.at('probe');
  if (probe.isSet) wantProbe(probe);
};

/** `validateReadinessProbe`. */
function wantProbe(probe: Place): void {
  wantNoneNegative(probe, 'periodSeconds', 'initialDelaySeconds', 'timeoutSeconds');
  wantNoneNegative(probe, 'successThreshold', 'failureThreshold');
  const [http, tcp, exec] = [probe.at('httpGet'), probe.at('tcpSocket'), probe.at('exec')];
  if (http.isSet) wantHttpProbe(http);
  else if (tcp.isSet) wantPort(tcp.at('port'));
  else if (exec.isSet) {
    if (exec.at('command').items.length === 0) exec.refuse('has no command', 'write it.');
  } else probe.refuse('asks neither by httpGet nor by tcpSocket nor by exec', 'write one of them.');
}

function wantHttpProbe(http: Place): void {
  wantPort(http.at('port'));
  const scheme = http.at('scheme');
  if (!['', 'HTTP', 'HTTPS'].includes(scheme.text))
    scheme.refuse(`is ${JSON.stringify(scheme.text)}`, 'write HTTP or HTTPS.');
  for (const header of http.at('httpHeaders').items)
    if (!/^[-A-Za-z0-9]+$/.test(header.at('name').text))
      header.refuse(`has ${JSON.stringify(header.at('name').text)} as its name`, 'write letters, digits and dashes.');
}
