import type { KubernetesObject } from '../core/model/types.js';
import { valueOr } from '../survey/answer.js';
import { given } from './given.js';
import { finding, findingFor, findingIf, type Finding } from './finding.js';
import { labelsOf, nameOf, namespaceOf, numberAt, textAt, timeAt, titleOf } from '../survey/raw.js';
import { OWN_NAME, OWN_NAME_LABEL } from '../survey/names.js';
import { NO_LISTING } from '../survey/reader.js';
import { isInstalled, type Seen } from './seen.js';

/** Clocks of machines that are kept by NTP differ by less. */
const CLOCKS_DIFFER = 30_000;

/** What runs the injector: its replicas, their leader, other releases, clocks. */
export function findInstallation(seen: Seen): readonly Finding[] {
  const { objects, names, ahead = 0 } = seen;
  const own = isInstalled(seen)
    ? [
        ...given(objects.deployment, ofDeployment, () => [
          finding('deployment_missing', `${names.namespace}/${names.fullName}`),
        ]),
        ...given(
          objects.lease,
          (lease) => ofLease(lease, seen),
          () => [finding('leader_missing')],
        ),
      ]
    : [finding('not_installed', `${names.namespace}/${names.fullName}`)];
  return [
    ...own,
    ...ofOthers(seen),
    ...findingIf(Math.abs(ahead) > CLOCKS_DIFFER, 'clock_differs', skewText(ahead)),
  ];
}

const skewText = (ahead: number): string =>
  `it is ${Math.round(Math.abs(ahead) / 1000)} seconds ${ahead > 0 ? 'ahead' : 'behind'}`;

function ofDeployment(deployment: KubernetesObject): readonly Finding[] {
  const wanted = numberAt(deployment, 'spec', 'replicas') ?? 1;
  const ready = numberAt(deployment, 'status', 'readyReplicas') ?? 0;
  const detail = `${ready} of ${wanted}`;
  return [
    finding(readinessCode(ready, wanted), detail),
    ...findingIf(wanted === 1, 'single_replica'),
  ];
}

function readinessCode(ready: number, wanted: number): Finding['code'] {
  if (ready === 0) return 'no_replica_ready';
  return ready < wanted ? 'replicas_not_ready' : 'replicas_ready';
}

/** What client-go takes where a Lease does not say how long it holds. */
const LEASE_SECONDS = 15;

function ofLease(lease: KubernetesObject, { now }: Seen): readonly Finding[] {
  const holder = textAt(lease, 'spec', 'holderIdentity');
  const renewed = timeAt(lease, 'spec', 'renewTime');
  if (holder === '' || renewed === undefined) return [finding('leader_missing')];
  const seconds = numberAt(lease, 'spec', 'leaseDurationSeconds') ?? LEASE_SECONDS;
  const age = Math.max(0, Math.round((now - renewed) / 1000));
  const detail = `${holder}, renewed ${age} seconds ago`;
  return [finding(age > seconds ? 'leader_lost' : 'leader_present', detail)];
}

/** Deployments and webhook configurations that bear the program's label and are not of this release. */
function ofOthers({ objects, names }: Seen): readonly Finding[] {
  const deployments = valueOr(objects.deployments, NO_LISTING).items.filter(
    (one) => namespaceOf(one) !== names.namespace || nameOf(one) !== names.fullName,
  );
  const webhooks = valueOr(objects.webhooks, NO_LISTING).items.filter(
    (one) => labelsOf(one)[OWN_NAME_LABEL] === OWN_NAME && nameOf(one) !== names.webhook,
  );
  const items = [...deployments, ...webhooks].map((object) => ({
    name: `${object.kind ?? ''} ${titleOf(object)}`,
    detail: `release ${labelsOf(object)['app.kubernetes.io/instance'] ?? 'without a name'}`,
  }));
  return [...given(objects.deployments, () => []), ...findingFor('second_release', items)];
}
