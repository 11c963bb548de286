import { findMisfit } from '../model/shape.js';
import type { Placement } from '../outcome.js';

/**
 * What the annotation on an injected pod says: what was injected, from which DaemonSet and revision, and what else
 * was changed. It is all that later passes and the status syncer share. docs/record.md describes it for others.
 */
export interface InjectionRecord {
  readonly version: 1;
  readonly daemonSets: readonly RecordedDaemonSet[];
  /** Names of the volumes that were added. */
  readonly volumes: readonly string[];
  /** Keys of annotations that were added, besides the record. */
  readonly annotations?: readonly string[];
  readonly imagePullSecrets?: readonly string[];
  /** Variables of business containers that now hold the pod's address. */
  readonly env?: readonly { readonly container: string; readonly names: readonly string[] }[];
  /** The amounts of `spec.resources` that were added; requests and limits are equal. */
  readonly resources?: { readonly cpu: string; readonly memory: string };
  /** Node affinity was added that keeps the pod on virtual nodes. */
  readonly pinned?: true;
}

export interface RecordedDaemonSet {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  /** The controller-revision-hash, or, offline, a fingerprint of the template. */
  readonly revision: string;
  readonly containers: readonly RecordedContainer[];
  /** When it was added to a pod that ran already, in RFC 3339; absent where it came with the pod. */
  readonly since?: string;
  /** The last change of revision while the pod ran, if there was one. */
  readonly update?: RecordedUpdate;
}

export interface RecordedContainer {
  /** Its name in the DaemonSet. */
  readonly container: string;
  /** Its name in the pod; of an ephemeral container that was started again, the newest. */
  readonly injectedAs: string;
  readonly placement: Placement;
  /** That it runs to its end before the others; said of ephemeral ones only, as the placement says it of all else. */
  readonly init?: true;
  /** How often an ephemeral container was started again; absent for never. */
  readonly restarts?: number;
}

/** A change of revision while the pod ran. One of the two revisions is given. */
export interface RecordedUpdate {
  /** When, in RFC 3339. */
  readonly at: string;
  /** The revision that the pod had before. */
  readonly from?: string;
  /**
   * How many restarts the DaemonSet's containers have together when all of them have got their images: until then, what
   * their status says is about the containers before.
   */
  readonly restarts?: number;
  /** The revision with which it did not become ready, and that was taken back. */
  readonly failed?: string;
}

/** What anybody may have written. */
type Unchecked = Omit<InjectionRecord, 'version' | 'volumes'> & {
  readonly version: number;
  readonly volumes?: readonly string[] | null;
};

const strings = { each: 'string' } as const;
const shape = {
  fields: {
    version: 'number',
    daemonSets: {
      each: {
        fields: {
          namespace: 'string',
          name: 'string',
          uid: 'string',
          revision: 'string',
          since: 'string',
          containers: {
            each: {
              fields: {
                container: 'string',
                injectedAs: 'string',
                placement: 'string',
                restarts: 'number',
              },
              required: ['injectedAs'],
            },
          },
          update: {
            fields: { at: 'string', from: 'string', restarts: 'number', failed: 'string' },
            required: ['at'],
          },
        },
        required: ['containers'],
      },
    },
    volumes: strings,
    annotations: strings,
    imagePullSecrets: strings,
    env: { each: { fields: { container: 'string', names: strings }, required: ['names'] } },
    resources: { fields: { cpu: 'string', memory: 'string' }, required: ['cpu'] },
  },
  required: ['daemonSets'],
} as const;

/** Whether a DaemonSet goes into a pod as ephemeral containers; all of its containers do, or none. */
export const isEphemeral = ({ containers }: Pick<RecordedDaemonSet, 'containers'>): boolean =>
  containers.length > 0 && containers.every(({ placement }) => placement === 'ephemeral');

/** How often a container was started again; what a record has in its place may be anything. */
export const restartsOf = ({ restarts = 0 }: Pick<RecordedContainer, 'restarts'>): number =>
  Number.isSafeInteger(restarts) && restarts > 0 ? restarts : 0;

/** A fixed order of fields, so that equal records are equal texts. */
export const encodeRecord = (record: InjectionRecord): string => JSON.stringify(record);

/** @returns undefined for a text that is no record of a version that this program knows. */
export function decodeRecord(text: string): InjectionRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (findMisfit(value, shape) !== undefined) return undefined;
  const record = value as Unchecked;
  // Each named DaemonSet is planned; naming one twice would make the work as large as the writer likes.
  const named = new Set(record.daemonSets.map(({ namespace, name }) => `${namespace}/${name}`));
  if (named.size < record.daemonSets.length) return undefined;
  return record.version === 1
    ? { ...record, version: 1, volumes: record.volumes ?? [] }
    : undefined;
}
