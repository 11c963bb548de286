import { beforeAll, describe, expect, it } from 'vitest';
import { untilInjected } from './support/api.js';
import { apply, exec, kubectl, logHolds, waitFor } from './support/kubectl.js';
import { aShell, Theme } from './support/objects.js';

const theme = new Theme('names');
const { namespace } = theme;

/** Tells in its log and in a file who it is. */
const whoever = (name: string, who: string) =>
  aShell(name, `echo I am the ${who}; echo ${who} >/tmp/who`);

beforeAll(async () => {
  await apply(theme.ground());
  await apply(
    theme.daemonSet('agent', [whoever('app', 'agent'), whoever('helper', 'helper')]),
    theme.daemonSet('second', [whoever('helper', 'second helper')]),
  );
  await untilInjected(theme.pod('first'), 'agent-app', 'helper', 'second-helper');
  await apply(theme.pod('clash', { spec: { containers: [whoever('app', 'business')] } }));
  await waitFor(namespace, 'condition=Ready', 'pod/clash');
});

describe('containers of one name', () => {
  it('kubectl exec -c reaches the business under its own name', async () => {
    expect(await exec(namespace, 'clash', 'app', 'cat /tmp/who')).toBe('business\n');
  });

  it('kubectl exec -c reaches the injected container under the name of its DaemonSet', async () => {
    expect(await exec(namespace, 'clash', 'agent-app', 'cat /tmp/who')).toBe('agent\n');
    expect(await exec(namespace, 'clash', 'helper', 'cat /tmp/who')).toBe('helper\n');
    expect(await exec(namespace, 'clash', 'second-helper', 'cat /tmp/who')).toBe('second helper\n');
  });

  it('kubectl logs -c reads either of two containers of one name', async () => {
    await logHolds([namespace, 'clash', 'app'], 'I am the business');
    await logHolds([namespace, 'clash', 'agent-app'], 'I am the agent');
  });

  it('kubectl exec without -c reaches the business', async () => {
    const line = ['exec', '-n', namespace, 'clash', '--', 'cat', '/tmp/who'];
    expect(await kubectl(line)).toBe('business\n');
  });
});
