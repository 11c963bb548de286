import { randomUUID } from 'node:crypto';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Request } from '../src/core/engine.js';
import type { Pod } from '../src/core/model/types.js';
import type { Operation } from '../src/core/patch/operation.js';

/** An AdmissionReview as the API server sends it for the creation of a pod. */
export interface AdmissionReview {
  readonly apiVersion: 'admission.k8s.io/v1';
  readonly kind: 'AdmissionReview';
  readonly request: Readonly<Record<string, unknown>>;
}

/** The part of the answer that the demo shows. */
export interface Response {
  readonly patch: readonly Operation[];
  readonly warnings: readonly string[];
  readonly auditAnnotations: {
    readonly decision: 'inject' | 'skip';
    readonly reason: string;
    readonly skipped?: string;
  };
}

/** The pod as its controller creates it: a StatefulSet's has a volume for each claim. */
export function reviewOf({ pod, namespace, claimVolumes = [] }: Request): AdmissionReview {
  const volumes = claimVolumes.map((name) => ({
    name,
    persistentVolumeClaim: { claimName: `${name}-0` },
  }));
  const object: Pod =
    volumes.length === 0
      ? pod
      : { ...pod, spec: { ...pod.spec, volumes: [...(pod.spec?.volumes ?? []), ...volumes] } };
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: randomUUID(),
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      namespace,
      operation: 'CREATE',
      userInfo: { username: 'system:serviceaccount:kube-system:replicaset-controller' },
      object,
      oldObject: null,
      dryRun: false,
      options: { apiVersion: 'meta.k8s.io/v1', kind: 'CreateOptions' },
    },
  };
}

/** Sends a review over TLS, trusting the server's own CA and nothing else, as the API server does. */
export async function sendReview(
  review: AdmissionReview,
  { port, ca }: { port: number; ca: string },
): Promise<Response> {
  const reply = await new Promise<string>((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const call = httpsRequest({
      host: 'localhost',
      port,
      ca,
      path: '/mutate',
      method: 'POST',
      headers,
    });
    call.once('error', reject);
    call.once('response', (response) => {
      text(response).then(resolve, reject);
    });
    call.end(JSON.stringify(review));
  });
  const { response } = JSON.parse(reply) as {
    response: Partial<Omit<Response, 'patch'>> &
      Pick<Response, 'auditAnnotations'> & { patch?: string };
  };
  const patch = Buffer.from(response.patch ?? '', 'base64').toString() || '[]';
  return {
    patch: JSON.parse(patch) as Operation[],
    warnings: response.warnings ?? [],
    auditAnnotations: response.auditAnnotations,
  };
}
