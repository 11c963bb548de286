import { ApiError } from '../cluster/api.js';
import { isStatus } from '../cluster/lease-calls.js';
import { pathOf, PODS } from '../cluster/resources.js';
import type { Late } from '../core/late/late.js';
import { INJECTED_LABEL, RECORD_ANNOTATION } from '../core/model/annotations.js';
import { metaOf } from '../core/model/pod.js';
import { valueAt, type Pod } from '../core/model/types.js';
import { decodeRecord, type InjectionRecord } from '../core/record/record.js';
import { identityOf } from '../core/status/observed.js';
import { patchedPod, patchPod, type DutyOptions } from './duty.js';
import { takenBack } from './late-back.js';

type Client = DutyOptions['client'];

/** Why a container is added: the pod ran before, its record promised it, or the one before it ended. */
export type Why = 'existing' | 'promised' | 'restarted';

/** A container that was added. */
export interface Added {
  readonly name: string;
  /** The DaemonSet, as "namespace/name". */
  readonly daemonSet: string;
  readonly why: Why;
}

/** @param key "namespace/name". @returns undefined where there is no such pod any more. */
export async function readPod(
  client: Client,
  key: string,
  signal: AbortSignal,
): Promise<Pod | undefined> {
  const [namespace = '', name = ''] = key.split('/');
  try {
    return await client.request({ method: 'GET', path: pathOf(PODS, { namespace, name }), signal });
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

export interface LateWrite {
  /** As it was read. */
  readonly pod: Pod;
  readonly late: Pick<Late, 'record' | 'containers'>;
  readonly signal: AbortSignal;
}

/** What came of it: the pod has it, the pod is gone, or the API server does not take it. */
export type LateWritten =
  { readonly isThere: boolean; readonly added: readonly Added[] } | { readonly rejected: unknown };

const GONE: LateWritten = { isThere: false, added: [] };

/**
 * Writes the record, and then adds the containers that it names: in this order, so that whoever comes after knows them for
 * the injector's, whatever happens in between. What the API server refuses for good is taken out of the record again, whoever
 * wrote it down, unless somebody else has changed the pod meanwhile: then the next one does that who tries.
 *
 * @throws ApiError where it may go better the next time; with status 409 where the pod was changed since it was read.
 */
export async function writeLate(
  client: Client,
  { pod, late: { record, containers }, signal }: LateWrite,
): Promise<LateWritten> {
  const after = record === undefined ? pod : await writeRecord(client, { pod, record, signal });
  if (after === undefined) return GONE;
  if (containers.length === 0) return { isThere: true, added: [] };
  try {
    const isThere = await patchPod(client, {
      pod: identityOf(pod),
      subresource: 'ephemeralcontainers',
      patch: { metadata: uidOf(pod), spec: { ephemeralContainers: containers } },
      type: 'strategic-merge',
      signal,
    });
    return isThere ? { isThere, added: addedTo(pod, { record, containers }) } : GONE;
  } catch (error) {
    if (!isFinal(error)) throw error;
    await takeBack(client, { pod: after, metadata: takenBack(pod, record), signal });
    return { rejected: error };
  }
}

/** With the version that was read: others write into the record as well. */
const writeRecord = (
  client: Client,
  { pod, record, signal }: { pod: Pod; record: string; signal: AbortSignal },
): Promise<Pod | undefined> =>
  patchedPod(client, {
    pod: identityOf(pod),
    patch: {
      metadata: {
        ...uidOf(pod),
        resourceVersion: identityOf(pod).resourceVersion,
        labels: { [INJECTED_LABEL]: 'true' },
        annotations: { [RECORD_ANNOTATION]: record },
      },
    },
    signal,
  });

/** @param metadata what is changed; undefined for nothing. */
async function takeBack(
  client: Client,
  { pod, metadata, signal }: { pod: Pod; metadata: object | undefined; signal: AbortSignal },
): Promise<void> {
  if (metadata === undefined) return;
  const { resourceVersion } = identityOf(pod);
  const patch = { metadata: { ...uidOf(pod), resourceVersion, ...metadata } };
  try {
    await patchPod(client, { pod: identityOf(pod), patch, signal });
  } catch (error) {
    if (!isStatus(error, 409)) throw error;
  }
}

const uidOf = (pod: Pod): object => {
  const { uid } = metaOf(pod);
  return uid === undefined ? {} : { uid };
};

/** What is refused now will be refused again, but for what is on its way or too much at the moment. */
const isFinal = (error: unknown): boolean =>
  error instanceof ApiError &&
  error.status >= 400 &&
  error.status < 500 &&
  ![401, 404, 408, 409, 429].includes(error.status);

function addedTo(pod: Pod, { record, containers }: LateWrite['late']): readonly Added[] {
  const before = recordOf(valueAt(metaOf(pod).annotations, RECORD_ANNOTATION));
  const after = recordOf(record) ?? before;
  return containers.map(({ name }) => {
    const recorded = after?.daemonSets.find((one) => one.containers.some(isCalled(name)));
    const daemonSet = recorded ? `${recorded.namespace}/${recorded.name}` : '';
    const restarts = recorded?.containers.find(isCalled(name))?.restarts ?? 0;
    const isPromised = before?.daemonSets.some(
      (one) => `${one.namespace}/${one.name}` === daemonSet,
    );
    return {
      name,
      daemonSet,
      why: restarts > 0 ? 'restarted' : isPromised ? 'promised' : 'existing',
    };
  });
}

const isCalled =
  (name: string) =>
  ({ injectedAs }: { readonly injectedAs: string }): boolean =>
    injectedAs === name;

const recordOf = (text: string | undefined): InjectionRecord | undefined =>
  text === undefined ? undefined : decodeRecord(text);
