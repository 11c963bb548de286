import { beforeAll, describe, expect, it } from 'vitest';
import { counter, tryPod, untilInjected } from '../support/api.js';
import { apply } from '../support/kubectl.js';
import { annotated, aShell, namesIn, Theme } from '../support/objects.js';

const theme = new Theme('calls');

const calls = (): Promise<number> =>
  counter('apiserver_admission_webhook_admission_duration_seconds_count', {
    name: 'pods.ds-injector.io',
  });

beforeAll(async () => {
  await apply(theme.ground());
  await apply(
    theme.daemonSet('one', [aShell('one')]),
    theme.daemonSet('two', [aShell('two')], {
      spec: { template: { spec: { volumes: [{ name: 'log', hostPath: { path: '/var/log' } }] } } },
    }),
  );
  await untilInjected(theme.pod('first'), 'one', 'two');
});

describe('the webhook', () => {
  it('one webhook call for each pod', async () => {
    const before = await calls();
    for (let n = 0; n < 10; n += 1)
      expect(namesIn(await tryPod(theme.pod(`pod-${n}`)))).toHaveLength(3);
    expect((await calls()) - before).toBe(10);
  });

  it('no webhook call for a pod that opts out', async () => {
    const before = await calls();
    await tryPod(theme.pod('out', annotated('ds-injection', 'false')));
    expect((await calls()) - before).toBe(0);
  });
});
