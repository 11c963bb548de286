import { beforeAll, describe, expect, it } from 'vitest';
import { untilInjected } from './support/api.js';
import { apply, logHolds, waitFor } from './support/kubectl.js';
import { note } from './support/note.js';
import { annotated, aShell, Theme } from './support/objects.js';

const theme = new Theme('order');
const { namespace } = theme;

/** Seconds since the machine started, the same clock in every container. */
const UPTIME = "$(cut -d' ' -f1 /proc/uptime)";
const LISTENS = `echo listening at ${UPTIME}; nc -ll -p 7070 -e true &`;
/** Whether the daemon answers at the moment at which this container starts. */
const LOOK = `if nc -w 1 127.0.0.1 7070 </dev/null; then echo the daemon is there at ${UPTIME}; else echo alone at ${UPTIME}; fi`;

/** A daemon that takes its time until it listens, which its readiness probe asks. */
const slow = aShell('slow', `sleep 2; ${LISTENS}`, {
  readinessProbe: { tcpSocket: { port: 7070 }, periodSeconds: 1 },
  ports: [{ containerPort: 7070 }],
});
const secondsIn = (log: string): number => Number(/at ([\d.]+)/.exec(log)?.[1]);

beforeAll(async () => {
  await apply(theme.ground());
  await apply(theme.daemonSet('slow', [slow]));
  await untilInjected(theme.pod('first'), 'slow');
  const business = {
    initContainers: [{ ...aShell('migrate'), command: ['sh', '-c', LOOK] }],
    containers: [aShell('app', LOOK)],
  };
  await apply(
    theme.pod('after', annotated('start-after-ds', 'true'), { spec: business }),
    theme.pod('beside', { spec: { containers: business.containers } }),
  );
});

describe('the start order, seen from inside the containers', () => {
  it('start-after-ds: the business starts after the DaemonSet is ready', async (context) => {
    await waitFor(namespace, 'condition=Ready', 'pod/after');
    const ready = secondsIn(await logHolds([namespace, 'after', 'slow'], 'listening'));
    const started = await logHolds([namespace, 'after', 'app'], 'the daemon is there');
    expect(secondsIn(started)).toBeGreaterThanOrEqual(ready);
    note(context, `${(secondsIn(started) - ready).toFixed(1)} s after the daemon listened`);
  });

  it('start-after-ds: even the init containers of the business start after it', async () => {
    await logHolds([namespace, 'after', 'migrate'], 'the daemon is there');
  });

  it('without start-after-ds the business does not wait', async () => {
    await logHolds([namespace, 'beside', 'app'], 'alone');
    await logHolds([namespace, 'beside', 'slow'], 'listening');
  });
});
