import { beforeAll, describe, expect, it } from 'vitest';
import { untilInjected } from './support/api.js';
import { apply, exec, waitFor } from './support/kubectl.js';
import { annotated, aShell, Theme } from './support/objects.js';
import { untilProven } from './support/proven.js';

const theme = new Theme('identity');
const { namespace } = theme;
const TOKENS = '/var/run/secrets/kubernetes.io/serviceaccount';

beforeAll(async () => {
  await apply(theme.ground());
  await apply(theme.daemonSet('agent', [aShell('agent')]));
  await untilInjected(theme.pod('first'), 'agent');
  const native = { metadata: { annotations: { 'ds-injector.io/placement': 'native' } } };
  await apply(theme.pod('plain'));
  await untilProven(namespace);
  await apply(theme.pod('native', native), theme.pod('after', annotated('start-after-ds', 'true')));
  await waitFor(namespace, 'condition=Ready', 'pod/plain', 'pod/native', 'pod/after');
});

describe('the identity of an injected container', () => {
  it('no token of the workload is in an injected container, wherever it is placed', async () => {
    for (const pod of ['plain', 'native', 'after']) {
      expect(await exec(namespace, pod, 'agent', `ls -A ${TOKENS}`)).toBe('');
    }
  });

  it('the business keeps its own token', async () => {
    expect(await exec(namespace, 'plain', 'app', `ls ${TOKENS}`)).toContain('token');
  });

  it('nobody can write where the token would be', async () => {
    const line = `touch ${TOKENS}/token 2>&1 || echo refused`;
    expect(await exec(namespace, 'plain', 'agent', line)).toContain('refused');
  });
});
