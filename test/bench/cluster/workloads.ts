import type { ObjectMeta, Pod, PodSpec } from '../../../src/core/model/types.js';
import { containerOf, range, volumesOf, type Business } from './business.js';
import { managed } from './managed-fields.js';
import { superNodeLabel, superNodeToleration } from './virtual.js';

/** Where a fresh uid is written into each request; it is found by its text, so it stands nowhere else. */
export const UID = '00000000-0000-4000-8000-000000000000';

/** Namespaces of the workloads; all of them are open to injection. */
export const namespaces = ['shop', 'payments', 'search', 'media', 'identity'] as const;

/** An AdmissionReview as the API server sends it when a ReplicaSet makes a pod. */
export interface Review {
  readonly apiVersion: 'admission.k8s.io/v1';
  readonly kind: 'AdmissionReview';
  readonly request: { readonly uid: string; readonly object: Pod } & Readonly<
    Record<string, unknown>
  >;
}

const APPS = [
  ['checkout', 'cart', 'catalog', 'search-api', 'recommender', 'inventory', 'pricing'],
  ['invoices', 'ledger', 'notifier', 'thumbnails', 'transcoder', 'sessions', 'accounts'],
  ['gateway', 'reviews', 'shipping', 'tax-rates', 'wishlist', 'vouchers'],
].flat();

/** Bytes that one more variable adds to a review, about: the variable and its entry in the managed fields. */
const BYTES_PER_SETTING = 200;

/**
 * Makes one review for each of several Deployments, which differ in names, labels, namespaces, images and variables.
 * The same arguments give the same reviews.
 *
 * @param kilobytes the size of each, of 1024 bytes; more of everything makes a bigger one. The smallest is about 8.
 * @param count number of Deployments.
 */
export function reviewsOf(kilobytes: number, count: number): readonly Review[] {
  const key = `${kilobytes}/${count}`;
  const known = made.get(key) ?? range(count).map((index) => reviewOf(kilobytes, index));
  made.set(key, known);
  return known;
}

/** Between two measurements there is no time to make them again. */
const made = new Map<string, readonly Review[]>();

function reviewOf(kilobytes: number, index: number): Review {
  let settings = 0;
  for (;;) {
    const review = envelope(podOf({ kilobytes, index, settings }));
    const missing = kilobytes * 1024 - JSON.stringify(review).length;
    if (missing <= 0) return review;
    settings += Math.ceil(missing / BYTES_PER_SETTING / 2);
  }
}

interface Shape {
  readonly kilobytes: number;
  readonly index: number;
  /** Variables, shared among the containers. */
  readonly settings: number;
}

function podOf(shape: Shape): Pod {
  const app = nameOf(shape.index);
  const labels = labelsOf(app, shape.index);
  const annotations = annotationsOf(shape);
  const spec = specOf(shape, app);
  const owner = { ...ownerOf(app, shape.index), controller: true, blockOwnerDeletion: true };
  const generateName = `${owner.name}-`;
  const owned = {
    metadata: { annotations, generateName, labels, ownerReferences: [{ uid: owner.uid }] },
    // The volume of the token is added by admission, which owns nothing.
    spec: { ...spec, volumes: spec.volumes?.slice(0, -1) },
  };
  const metadata: ObjectMeta = {
    generateName,
    namespace: namespaceOf(shape.index),
    labels,
    annotations,
    ownerReferences: [owner],
    managedFields: [managed('kube-controller-manager', owned)],
  };
  return { kind: 'Pod', apiVersion: 'v1', metadata, spec, status: {} };
}

/** Names go on with a number when there are more workloads than names. */
function nameOf(index: number): string {
  const app = APPS[index % APPS.length] ?? 'app';
  return index < APPS.length ? app : `${app}-${Math.floor(index / APPS.length)}`;
}

const namespaceOf = (index: number): string => namespaces[index % namespaces.length] ?? 'default';

const hash = (index: number): string => (0x6d4cf56 + index * 0x1f3d5b).toString(36);

const ownerOf = (app: string, index: number) => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  name: `${app}-${hash(index)}`,
  uid: `b3f5c4a2-6d52-4f0e-9b1c-${index.toString(16).padStart(12, '0')}`,
});

const labelsOf = (app: string, index: number): Record<string, string> => ({
  app,
  'app.kubernetes.io/name': app,
  'app.kubernetes.io/part-of': namespaceOf(index),
  'app.kubernetes.io/version': versionOf(index),
  'app.kubernetes.io/managed-by': 'Helm',
  'pod-template-hash': hash(index),
  team: `team-${index % 7}`,
});

const versionOf = (index: number): string => `v2.${index}.${(index * 7) % 10}`;

const annotationsOf = ({ kilobytes, index }: Shape): Record<string, string> => ({
  'checksum/config': `9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15${index.toString(16).padStart(8, '0')}`,
  'kubectl.kubernetes.io/restartedAt': '2026-07-11T09:03:11Z',
  ...Object.fromEntries(
    range(Math.floor(kilobytes / 12) * 5).map((flag) => [
      `example.com/feature-flag-${flag}`,
      JSON.stringify({ enabled: true, rollout: 25, owner: `team-${flag}`, ticket: `SHOP-${flag}` }),
    ]),
  ),
});

function specOf({ kilobytes, index, settings }: Shape, app: string): PodSpec {
  const containers = 1 + Math.floor(kilobytes / 12);
  const business: Business = {
    app,
    version: versionOf(index),
    mounts: 1 + Math.floor(kilobytes / 12),
  };
  const share = (container: number): number => Math.ceil((settings - container) / containers);
  return {
    volumes: [...volumesOf(business)],
    containers: range(containers).map((container) =>
      containerOf(business, container, share(container)),
    ),
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: app,
    serviceAccount: app,
    securityContext: {
      runAsUser: 1000,
      runAsGroup: 1000,
      runAsNonRoot: true,
      fsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    imagePullSecrets: [{ name: 'registry-credentials' }],
    nodeSelector: superNodeLabel,
    affinity: antiAffinityOf(app),
    schedulerName: 'default-scheduler',
    tolerations: [
      superNodeToleration,
      ...['not-ready', 'unreachable'].map((state) => ({
        key: `node.kubernetes.io/${state}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      })),
    ],
    priority: 0,
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { app } },
      },
    ],
  };
}

const antiAffinityOf = (app: string): NonNullable<PodSpec['affinity']> => ({
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        podAffinityTerm: {
          labelSelector: { matchLabels: { app } },
          topologyKey: 'kubernetes.io/hostname',
        },
      },
    ],
  },
});

const envelope = (object: Pod): Review => ({
  kind: 'AdmissionReview',
  apiVersion: 'admission.k8s.io/v1',
  request: {
    uid: UID,
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource: 'pods' },
    requestKind: { group: '', version: 'v1', kind: 'Pod' },
    requestResource: { group: '', version: 'v1', resource: 'pods' },
    namespace: object.metadata?.namespace ?? '',
    operation: 'CREATE',
    userInfo: {
      username: 'system:serviceaccount:kube-system:replicaset-controller',
      uid: '0a4b5d1e-8a0b-4f9a-9a3e-8f4a1b4b7a11',
      groups: [
        'system:serviceaccounts',
        'system:serviceaccounts:kube-system',
        'system:authenticated',
      ],
      extra: {
        'authentication.kubernetes.io/credential-id': ['JTI=7ee52be0-9045-4653-aa5e-0da57b8dccdc'],
      },
    },
    object,
    oldObject: null,
    dryRun: false,
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
  },
});
