/** What the injector's objects are called. */
export interface Names {
  readonly namespace: string;
  readonly release: string;
  /** Of Deployment, Service, ServiceAccount and Lease. */
  readonly fullName: string;
  readonly webhook: string;
  readonly caSecret: string;
}

const PROGRAM = 'ds-injector';

/** Names as the chart gives them: the objects of release `a` are called `a-ds-injector`. */
export function namesOf({
  namespace,
  release,
  webhook,
}: {
  readonly namespace: string;
  readonly release: string;
  readonly webhook?: string | undefined;
}): Names {
  const fullName = whole(release).slice(0, 50).replace(/-+$/, '');
  return { namespace, release, fullName, webhook: webhook ?? fullName, caSecret: `${fullName}-ca` };
}

/** The name of a Service begins with a letter. */
function whole(release: string): string {
  if (!/^[a-z]/.test(release)) return `${PROGRAM}-${release}`;
  return release.includes(PROGRAM) ? release : `${release}-${PROGRAM}`;
}

/** The label and its value by which the injector's own objects are known, whatever the release. */
export const OWN_NAME_LABEL = 'app.kubernetes.io/name';
export const OWN_NAME = PROGRAM;
